//! Which calls write a file, and where does the path stand?

use crate::Site;
use slugsmith_facts::code::{Assignment, Code, Expr, Language};

/// The path that a call writes to, if it writes a file.
pub(crate) fn written(site: Site<'_>) -> Option<&Expr> {
    let path = plainly(site).or_else(|| by_library(site))?;
    (!is_in_memory(site, path)).then_some(path)
}

/// Whether what stands for a path is a buffer or an answer: `image.save(io.BytesIO())`.
fn is_in_memory(site: Site<'_>, path: &Expr) -> bool {
    let held = site.code.resolve_from(path, site.call.scope);
    let made = held.callee().and_then(|callee| callee.rsplit('.').next());
    made.is_some_and(|made| {
        matches!(
            made,
            "BytesIO" | "StringIO" | "HttpResponse" | "TemporaryFile" | "SpooledTemporaryFile"
        )
    })
}

fn plainly(site: Site<'_>) -> Option<&Expr> {
    let call = site.call;
    match site.code.language {
        Language::JavaScript => {
            let writes = matches!(
                call.method(),
                "writeFile"
                    | "writeFileSync"
                    | "appendFile"
                    | "appendFileSync"
                    | "createWriteStream"
                    | "outputFile"
                    | "outputFileSync"
                    | "outputJson"
                    | "outputJsonSync"
                    | "writeJson"
                    | "writeJsonSync"
            );
            let has_file_system = || {
                [
                    "fs",
                    "node:fs",
                    "fs/promises",
                    "node:fs/promises",
                    "fs-extra",
                    "graceful-fs",
                ]
                .iter()
                .any(|module| imports_exactly(site.code, module))
            };
            (writes && has_file_system())
                .then(|| call.positional(0))
                .flatten()
        }
        Language::Python => match call.method() {
            "open" | "open_file"
                if matches!(
                    call.callee.as_str(),
                    "open" | "io.open" | "aiofiles.open" | "anyio.open_file"
                ) && mode_writes(call.positional(1).or_else(|| call.named("mode"))) =>
            {
                call.positional(0)
            }
            "write_bytes" | "write_text" => held(site),
            "open" if mode_writes(call.positional(0).or_else(|| call.named("mode"))) => held(site),
            _ => None,
        },
        Language::Ruby => match call.callee.as_str() {
            "File.write" | "IO.write" | "File.binwrite" | "IO.binwrite" => call.positional(0),
            "File.open" | "File.new" | "CSV.open" if mode_writes(call.positional(1)) => {
                call.positional(0)
            }
            _ => None,
        },
        Language::Go => match call.callee.as_str() {
            "os.WriteFile" | "ioutil.WriteFile" | "os.Create" => call.positional(0),
            "os.OpenFile"
                if call.positional(1).is_some_and(|flags| {
                    flags.any(|flag| flag.name().is_some_and(|name| name.ends_with("O_CREATE")))
                }) =>
            {
                call.positional(0)
            }
            _ => None,
        },
        Language::Java => match call.callee.as_str() {
            "FileWriter"
            | "FileOutputStream"
            | "PrintWriter"
            | "Files.write"
            | "Files.writeString"
            | "Files.newBufferedWriter"
            | "Files.newOutputStream" => call.positional(0),
            "Files.copy" => call.positional(1),
            _ => None,
        },
        Language::Php => match call.callee.as_str() {
            "file_put_contents" => call.positional(0),
            "fopen" if mode_writes(call.positional(1)) => call.positional(0),
            _ => None,
        },
    }
}

/// What a library saves for the app: a table, a model, an image, a document.
fn by_library(site: Site<'_>) -> Option<&Expr> {
    let call = site.call;
    let imports = |names: &[&str]| names.iter().any(|name| site.code.imports(name));
    let found = match site.code.language {
        Language::Python => match call.method() {
            "to_csv" | "to_excel" | "to_parquet" | "to_json" | "to_pickle" | "to_feather"
                if imports(&["pandas", "polars", "geopandas"]) =>
            {
                call.positional(0).or_else(|| call.named("path_or_buf"))
            }
            "dump" if call.receiver() == "joblib" || imports(&["joblib"]) => call.positional(1),
            "save" if matches!(call.receiver(), "torch") => call.positional(1),
            "save" | "savez" | "savetxt" if matches!(call.receiver(), "np" | "numpy") => {
                call.positional(0)
            }
            "save" | "save_weights"
                if !call.receiver().is_empty()
                    && imports(&["keras", "tensorflow", "PIL", "docx", "openpyxl", "pptx"]) =>
            {
                call.positional(0)
            }
            "savefig" if imports(&["matplotlib", "seaborn"]) => call.positional(0),
            "imwrite" if matches!(call.receiver(), "cv2" | "imageio") => call.positional(0),
            "copy" | "copy2" | "copyfile" | "move" if call.receiver() == "shutil" => {
                call.positional(1)
            }
            _ => None,
        },
        Language::JavaScript => match call.method() {
            "toFile" if imports(&["sharp"]) => call.positional(0),
            "writeFile" | "writeFileXLSX" if imports(&["exceljs"]) => call.positional(0),
            "writeFile" if call.receiver() == "XLSX" => call.positional(1),
            "copyFile" | "copyFileSync" | "cpSync" if imports(&["fs", "node:fs", "fs-extra"]) => {
                call.positional(1)
            }
            "writeAsync" if imports(&["jimp"]) => call.positional(0),
            "screenshot" | "pdf" if imports(&["puppeteer", "playwright", "puppeteer-core"]) => {
                call.named("path")
            }
            _ => None,
        },
        Language::Ruby => match call.callee.as_str() {
            "FileUtils.cp" | "FileUtils.copy" | "FileUtils.mv" | "FileUtils.move" => {
                call.positional(1)
            }
            "PStore.new" | "YAML.Store.new" => call.positional(0),
            _ if matches!(call.method(), "render_file" | "to_file") => call.positional(0),
            _ => None,
        },
        Language::Go => match call.method() {
            "SaveAs"
                if imports(&[
                    "github.com/xuri/excelize",
                    "github.com/360EntSecGroup-Skylar",
                ]) =>
            {
                call.positional(0)
            }
            "Save" if call.receiver() == "imaging" => call.positional(1),
            "SavePNG" | "SaveJPG" if imports(&["github.com/fogleman/gg"]) => call.positional(0),
            _ => None,
        },
        Language::Java => match call.callee.as_str() {
            "ImageIO.write" => call.positional(2),
            "Files.move" => call.positional(1),
            "FileUtils.writeStringToFile" | "FileUtils.writeByteArrayToFile" => call.positional(0),
            "FileUtils.copyInputStreamToFile" => call.positional(1),
            _ => None,
        },
        Language::Php => match call.callee.as_str() {
            "imagepng" | "imagejpeg" | "imagewebp" | "imagegif" => call.positional(1),
            "copy" => call.positional(1),
            _ if call.method() == "asXML" => call.positional(0),
            _ if call.method() == "save" && imports(&["Intervention"]) => call.positional(0),
            _ => None,
        },
    };
    // A buffer, or nothing: the library gives the bytes back.
    found.filter(|path| !matches!(path, Expr::Nil | Expr::Object(_) | Expr::Function))
}

/// What the object that a method is called on holds, where that is a path put together in this file.
fn held(site: Site<'_>) -> Option<&Expr> {
    let own = site.code.enclosing_function(site.call.scope);
    let seen = |one: &&Assignment| {
        let scope = site.code.enclosing_function(one.scope);
        one.target == site.call.receiver() && (scope == own || scope.is_none())
    };
    let kept = site.code.assignments.iter().rev().find(seen)?;
    let is_path = |value: &Expr| {
        let called = value.callee().unwrap_or_default();
        called
            .rsplit('.')
            .next()
            .is_some_and(|last| matches!(last, "Path" | "joinpath"))
    };
    kept.value.any(is_path).then_some(&kept.value)
}

fn imports_exactly(code: &Code, module: &str) -> bool {
    code.imports.iter().any(|import| import.module == module)
}

/// `w`, `wb`, `a`, `x` and the like.
fn mode_writes(mode: Option<&Expr>) -> bool {
    mode.and_then(Expr::text)
        .is_some_and(|mode| mode.starts_with(['w', 'a', 'x', 'c']) || mode.contains('+'))
}
