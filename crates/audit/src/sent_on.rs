//! Is a file that the app writes handed to a store elsewhere by the same function? Then the local copy is scratch.
//!
//! Paths are compared as they are written, so that `move($folder, $name)` and `upload($folder.$name)` are one path
//! whatever the names hold.

use super::facts::{Facts, Site};
use super::paths;
use slugsmith_facts::code::{Call, Code, Expr, Language};

/// Methods that only clients of such stores have.
const UPLOADS: &[&str] = &[
    "upload_file",
    "upload_fileobj",
    "upload_large",
    "upload_from_filename",
    "upload_from_file",
    "put_object",
    "fput_object",
    "putObject",
    "fPutObject",
    "PutObject",
    "PutObjectWithContext",
    "FPutObject",
    "PutObjectCommand",
    "PutObjectRequest",
    "uploadObject",
    "upload_stream",
    "uploadLarge",
];

/// Methods that others have, too: only where the object or the file's imports speak of a store.
const SHARED: &[&str] = &[
    "upload",
    "Upload",
    "uploadFile",
    "UploadFile",
    "uploadImage",
    "upload_image",
    "create_blob",
];

/// What clients of such stores are called.
const STORES: &[&str] = &[
    "cloudinary",
    "s3",
    "bucket",
    "aws",
    "azure",
    "blob",
    "gcs",
    "minio",
    "firebase",
    "imagekit",
    "imgur",
    "spaces",
    "uploadcare",
    "google.cloud.storage",
    "google-cloud/storage",
    "googleapis",
];

/// How far names are followed to the path.
const STEPS: usize = 3;

/// Whether the function around a write hands the file at `path` (its pieces, in order) to such a client further down:
/// the path itself, or what it reads there again.
pub(super) fn is_sent_on(site: Site<'_>, path: &[&Expr]) -> bool {
    let Some(written) = written_out(path) else {
        return false;
    };
    let code = site.code;
    let own = outermost(code, site.call.scope);
    let later = |call: &&Call| {
        outermost(code, call.scope) == own
            && call.line.number() >= site.call.line.number()
            && *call != site.call
    };
    let sends = |call: &Call| {
        sends(code, call)
            && call
                .arguments
                .iter()
                .any(|one| leads_to(code, &one.value, &written, own, 0))
    };
    let reads = |call: &Call| {
        paths::takes_content(call)
            && call
                .arguments
                .iter()
                .any(|one| written_out(&[&one.value]).as_ref() == Some(&written))
    };
    let calls = || code.calls.iter().filter(later);
    calls().any(sends)
        || calls().any(|call| self::sends(code, call))
            && calls().any(|call| reads(call) && !self::sends(code, call))
}

/// Whether the app hands what a parser of uploads put on the disk to such a client (`req.file.path`), and serves
/// nothing from there itself.
pub(super) fn is_parsed_for_store(facts: &Facts<'_>, folder: Option<&str>) -> bool {
    let by_path = |value: &Expr| {
        value.any(|value| match value {
            Expr::Name(name) => {
                let parts: Vec<&str> = name.split('.').collect();
                matches!(parts.as_slice(), [.., object, "path" | "filepath" | "tempFilePath"]
                    if object.to_ascii_lowercase().contains("file") || object.contains("image"))
            }
            _ => false,
        })
    };
    let name = folder.map(|folder| folder.trim_matches(['.', '/']).to_owned());
    let serves = |site: Site<'_>| {
        matches!(
            site.call.method(),
            "static" | "serveStatic" | "sendFile" | "download"
        ) && name.as_ref().is_none_or(|name| {
            site.call.arguments.iter().any(|one| {
                let value = site.code.resolve(&one.value);
                value.any(|inner| {
                    inner
                        .text()
                        .is_some_and(|text| text.contains(name.as_str()))
                })
            })
        })
    };
    let node = || {
        facts
            .calls()
            .filter(|site| site.code.language == Language::JavaScript)
    };
    let sends = |site: Site<'_>| {
        sends(site.code, site.call)
            && site
                .call
                .arguments
                .iter()
                .any(|one| by_path(&one.value) || by_path(site.code.resolve(&one.value)))
    };
    node().any(sends) && !node().any(serves)
}

/// Whether a call is one of a client of a store for files.
fn sends(code: &Code, call: &Call) -> bool {
    if UPLOADS.contains(&call.method()) {
        return true;
    }
    let speaks = |text: &str| {
        let lower = text.to_ascii_lowercase();
        STORES.iter().any(|store| lower.contains(store))
    };
    // `cloudinary.v2.uploader.upload`, `new UploadApi()` of a package that is imported under another name.
    SHARED.contains(&call.method())
        && !call.receiver().is_empty()
        && (speaks(call.receiver())
            || code.imports.iter().any(|import| speaks(&import.module))
            || code
                .assignments
                .iter()
                .any(|one| one.target == call.receiver() && one.value.callee().is_some_and(speaks)))
}

/// Whether a value holds the path, or a name that was given it or what is opened there.
fn leads_to(code: &Code, value: &Expr, written: &str, own: Option<usize>, step: usize) -> bool {
    let mut found = written_out(&[value]).as_deref() == Some(written);
    let mut names: Vec<&str> = Vec::new();
    value.walk(&mut |inner| {
        found = found || written_out(&[inner]).as_deref() == Some(written);
        if let Expr::Name(name) | Expr::Call { callee: name, .. } = inner {
            names.push(name.split(['.', '[', '(']).next().unwrap_or(name));
        }
    });
    found
        || step < STEPS
            && names.iter().any(|name| {
                let mut given = code
                    .assignments
                    .iter()
                    .filter(|one| one.target == *name && outermost(code, one.scope) == own);
                given.any(|one| leads_to(code, &one.value, written, own, step + 1))
            })
}

/// The outermost function around a scope: callbacks stand inside one.
fn outermost(code: &Code, scope: usize) -> Option<usize> {
    std::iter::successors(code.enclosing_function(scope), |at| {
        code.enclosing_function(code.scopes.get(*at)?.parent)
    })
    .last()
}

/// A path as it is written, with one slash between its parts; `None` where a part can't be told from another.
fn written_out(pieces: &[&Expr]) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        if !text.is_empty() {
            text.push('/');
        }
        push(piece, &mut text, 0)?;
    }
    let mut plain = text.replace("{File.separator}", "/");
    while plain.contains("//") {
        plain = plain.replace("//", "/");
    }
    (plain.len() > 1).then_some(plain)
}

fn push(value: &Expr, text: &mut String, depth: usize) -> Option<()> {
    if depth > 8 || text.len() > 400 {
        return None;
    }
    match value {
        Expr::Text(part) | Expr::Number(part) => text.push_str(part),
        Expr::Name(name) => {
            text.push('{');
            text.push_str(name);
            text.push('}');
        }
        Expr::Env { name, .. } => {
            text.push_str("{$");
            text.push_str(name);
            text.push('}');
        }
        Expr::Join(parts) => {
            for part in parts {
                push(part, text, depth + 1)?;
            }
        }
        Expr::Call { callee, arguments } => {
            let joins = paths::joins(callee);
            if !joins {
                text.push('{');
                text.push_str(callee);
                text.push('(');
            }
            for (number, argument) in arguments.iter().enumerate() {
                if number > 0 {
                    text.push('/');
                }
                push(&argument.value, text, depth + 1)?;
            }
            if !joins {
                text.push_str(")}");
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::code::parse;

    fn sent(path: &str, language: Language, text: &str, write: &str, pieces: usize) -> bool {
        let code = parse(path, language, text);
        let call = code
            .calls
            .iter()
            .find(|call| call.method() == write)
            .unwrap();
        let path: Vec<&Expr> = (0..pieces).filter_map(|at| call.positional(at)).collect();
        is_sent_on(Site { code: &code, call }, &path)
    }

    #[test]
    fn the_same_path_is_known_however_it_is_put_together() {
        let php = |target: &str| {
            format!(
                "<?php\nfunction keep($file, $name, $cloudinary) {{\n  $file->move(public_path().'/images/', $name);\n\
                 $up = $cloudinary->upload(public_path().{target});\n}}\n"
            )
        };
        assert!(sent(
            "a.php",
            Language::Php,
            &php("'/images/'.$name"),
            "move",
            2
        ));
        assert!(!sent(
            "a.php",
            Language::Php,
            &php("'/logo.png'"),
            "move",
            2
        ));
        let python = "import boto3\ndef keep(file, path):\n    file.save(path)\n\
                      \x20   boto3.client('s3').upload_file(path, 'b', 'k')\n";
        assert!(sent("a.py", Language::Python, python, "save", 1));
    }
}
