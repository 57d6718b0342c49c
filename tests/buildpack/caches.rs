//! Every kind of cache through a real lifecycle: build, rebuild, change, rebuild; and the
//! same bytes in the image as a build with no cache at all makes.

use std::process::Command;

use libcnb::data::buildpack_id;
use libcnb::data::sbom::SbomFormat;
use libcnb_test::{
    BuildConfig, SbomType, TestContext, TestRunner, assert_contains, assert_not_contains,
};

use crate::runner::{SLUGSMITH, config, log};
use crate::support::{Ran, Sandbox, repository};

/// Runs a package manager of `tests/bed/ecosystems` in a folder of the app.
pub(crate) fn run(app: &Sandbox, folder: &str, tool: &str, line: &str) {
    let tools = Command::new(repository("tests/bed/ecosystems"))
        .arg("--print")
        .output()
        .unwrap();
    let tools = String::from_utf8(tools.stdout).unwrap();
    let path = format!(
        "{}/bin/{tool}:{}",
        tools.trim(),
        std::env::var("PATH").unwrap()
    );
    let script = format!("PATH={path} {line}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    let output = command.current_dir(app.app().join(folder)).output();
    Ran::from(output.unwrap()).expect(0);
}

/// Every file of the trees in the image, with its digest.
fn digests(context: &TestContext, trees: &str) -> String {
    let script = format!(
        "cd /workspace && find {trees} -type f -print0 | sort -z | xargs -0 sha256sum; find {trees} -type l \
         -printf '%p -> %l\\n' | sort"
    );
    let text = context.run_shell_command(script).stdout;
    assert!(text.lines().count() > 3, "{text}");
    text
}

fn says_each(text: &str, names: &[&str], verdict: &str) {
    for name in names {
        let line = text
            .lines()
            .find(|line| line.contains(&format!("{name} (")) && !line.contains("Running"));
        assert!(
            line.is_some_and(|line| line.contains(verdict)),
            "{name} is not {verdict}: {text}"
        );
    }
}

/// The image's bill of materials names each package; a layer's own one those in it.
fn bills_name(context: &TestContext, packages: &[(&str, &str)]) {
    context.download_sbom_files(|files| {
        for (layer, url) in packages {
            let of = match layer.parse() {
                Ok(layer) => SbomType::Layer(layer),
                Err(_) => SbomType::Launch,
            };
            let id = buildpack_id!("slugsmith/slugsmith");
            let path = files.path_for(id, of, SbomFormat::CycloneDxJson);
            let bill: serde_json::Value =
                serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
            let mut components = bill["components"].as_array().unwrap().iter();
            assert!(components.any(|one| one["purl"] == *url), "{url}: {bill}");
        }
    });
}

/// What a test of caches does and expects.
struct Case<'a> {
    config: &'a dyn Fn() -> BuildConfig,
    names: &'a [&'a str],
    /// Layers of which nothing moves when nothing changed.
    free: &'a [&'a str],
    /// Compared file by file.
    trees: &'a str,
    change: &'a dyn Fn(),
    /// What the log says after the change.
    reasons: &'a [&'a str],
    /// Packages by layer, or in the app's folders.
    bills: &'a [(&'a str, &'a str)],
}

/// Build, rebuild, change, rebuild, and a build without any cache.
fn prove(case: &Case<'_>) {
    let Case {
        config,
        names,
        free,
        trees,
        change,
        reasons,
        bills,
    } = *case;
    TestRunner::default().build(config(), |first| {
        says_each(&log(&first), names, "MISS, first build");
        let installed = digests(&first, trees);
        first.rebuild(config(), |second| {
            let text = log(&second);
            says_each(&text, names, "HIT");
            assert_not_contains!(text, "Running `");
            for layer in free {
                let layer = format!("layer 'slugsmith/slugsmith:{layer}'");
                assert_contains!(second.pack_stdout, &format!("Reusing {layer}"));
                assert_not_contains!(second.pack_stdout, &format!("cache {layer}"));
                assert_not_contains!(second.pack_stdout, &format!("Adding {layer}"));
            }
            bills_name(&second, bills);
            assert!(installed == digests(&second, trees), "a hit is other bytes");
            change();
            second.rebuild(config(), |third| {
                let text = log(&third);
                for reason in reasons {
                    assert_contains!(text, reason);
                }
                let after = digests(&third, trees);
                let left = third.run_shell_command("ls -A /workspace").stdout;
                assert_not_contains!(left, "store");
                TestRunner::default().build(config(), |clean| {
                    says_each(&log(&clean), names, "MISS, first build");
                    let wanted = digests(&clean, trees);
                    let differ: Vec<_> = after
                        .lines()
                        .filter(|line| !wanted.lines().any(|other| other == *line))
                        .take(10)
                        .collect();
                    assert!(after == wanted, "not a clean install's: {differ:#?}");
                });
            });
        });
    });
}

/// npm, pip, go and a custom cache at the root, yarn and pnpm in folders.
#[test]
#[ignore = "container test"]
fn every_ecosystem_in_one_app() {
    let manifest = |name: &str| {
        format!(
            r#"{{"name":"{name}","version":"1.0.0","private":true,"dependencies":{{"ms": "2.0.0","debug":"4.3.4"}}}}"#
        )
    };
    let app = Sandbox::new()
        .file("project.toml", "[_]\nschema-version = \"0.2\"\n\n[com.slugsmith.strip]\nlevel = \"off\"\n\n\
            [[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models/\"]\nkey = [\"models.lock\"]\n\
            run = \"sh -c 'mkdir -p models && cp models.lock models/a'\"\n\n[[com.slugsmith.cache]]\n\
            path = \"yarn\"\n\n[[com.slugsmith.cache]]\npath = \"pnpm\"\n")
        .file("Procfile", "web: bin/shop\n")
        .file("package.json", manifest("shop"))
        .file("yarn/package.json", manifest("with-yarn"))
        .file("pnpm/package.json", manifest("with-pnpm"))
        .file("requirements.txt", "idna==3.7\nsix==1.16.0\n")
        .file("models.lock", "1\n")
        .file("go.mod", "module example.com/shop\n\ngo 1.19\n\nrequire golang.org/x/text v0.14.0\n")
        .file("main.go", "package main\n\nimport (\n\t\"fmt\"\n\n\t\"golang.org/x/text/language\"\n)\n\n\
            func main() { fmt.Println(language.English) }\n");
    let lock = || {
        run(
            &app,
            "",
            "pnpm",
            "npm install --package-lock-only --ignore-scripts",
        );
        run(
            &app,
            "yarn",
            "yarn-classic",
            "yarn install --ignore-scripts",
        );
        run(&app, "yarn", "yarn-classic", "rm -rf node_modules");
        run(&app, "pnpm", "pnpm", "pnpm install --lockfile-only");
        run(&app, "", "pnpm", "go mod tidy");
    };
    lock();
    let change = || {
        for (path, from, to) in [
            ("package.json", "2.0.0", "2.1.3"),
            ("yarn/package.json", "2.0.0", "2.1.3"),
            ("pnpm/package.json", "2.0.0", "2.1.3"),
            (
                "requirements.txt",
                "idna==3.7\nsix==1.16.0\n",
                "idna==3.10\n",
            ),
            ("models.lock", "1", "2"),
            ("go.mod", "v0.14.0", "v0.15.0"),
        ] {
            let path = app.app().join(path);
            let text = fs_err::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs_err::write(&path, text.replace(from, to)).unwrap();
        }
        lock();
    };
    prove(&Case {
        config: &|| config(&app.app(), &["runtime-node", "procfile", SLUGSMITH]),
        names: &["npm", "yarn/yarn", "pnpm/pnpm", "pip", "go", "models"],
        // The command `models` may need the environment, so that the lifecycle brings it back for each build.
        free: &[],
        // npm and pnpm write the time of the install into one file each.
        trees: "node_modules yarn/node_modules pnpm/node_modules bin models $VIRTUAL_ENV/ -not -name \
            .package-lock.json -not -name .modules.yaml",
        change: &change,
        reasons: &[
            "npm (package-lock.json, 3 packages): PARTIAL, package-lock.json: ms 2.0.0 → 2.1.3",
            "yarn.lock: ms 2.0.0 → 2.1.3",
            "pnpm-lock.yaml: ms 2.0.0 → 2.1.3",
            "requirements.txt: idna 3.7 → 3.10, -six",
            "go.sum: golang.org/x/text v0.14.0 → v0.15.0",
            "models.lock changed",
        ],
        bills: &[
            ("", "pkg:npm/debug@4.3.4"),
            ("", "pkg:golang/golang.org/x/text@v0.14.0"),
            ("cache-pip", "pkg:pypi/six@1.16.0"),
        ],
    });
}

/// uv with its lockfile, in the layer that is the environment's place; and `uv pip` for the
/// requirements of a second project.
#[test]
#[ignore = "container test"]
fn uv_in_a_layer() {
    let app = Sandbox::new()
        .file("project.toml", "[_]\nschema-version = \"0.2\"\n\n[com.slugsmith.strip]\nlevel = \"off\"\n\n\
            [[com.slugsmith.cache]]\npath = \"jobs\"\n")
        .file("Procfile", "web: python -c 'import idna; print(idna.__version__)'\n")
        .file("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
            dependencies = [\"idna==3.7\", \"six==1.16.0\"]\n\n[dependency-groups]\ndev = [\"iniconfig==2.0.0\"]\n")
        .file("jobs/requirements.txt", "six==1.16.0\n");
    run(&app, "", "uv", "uv lock");
    let change = || {
        for (path, from, to) in [
            ("pyproject.toml", "idna==3.7", "idna==3.10"),
            ("jobs/requirements.txt", "1.16.0", "1.17.0"),
        ] {
            let path = app.app().join(path);
            let text = fs_err::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs_err::write(&path, text.replace(from, to)).unwrap();
        }
        run(&app, "", "uv", "uv lock");
    };
    prove(&Case {
        config: &|| config(&app.app(), &["tool-uv", "procfile", SLUGSMITH]),
        names: &["uv", "jobs/pip"],
        free: &["cache-jobs_2fpip"],
        trees: "/layers/slugsmith_slugsmith/cache-uv/data /layers/slugsmith_slugsmith/cache-jobs_2fpip/data",
        change: &change,
        reasons: &[
            "PARTIAL, uv.lock: idna 3.7 → 3.10",
            "old tree taken as the base",
            "requirements.txt: six 1.16.0 → 1.17.0",
        ],
        bills: &[
            ("cache-uv", "pkg:pypi/idna@3.7"),
            ("cache-jobs_2fpip", "pkg:pypi/six@1.16.0"),
        ],
    });
}
