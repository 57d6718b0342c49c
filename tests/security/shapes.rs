//! Secrets of every shape in every file that the model of ecosystems knows: nothing that is printed or written has one.

use slugsmith::ecosystems::{ALL, Ecosystem};

use crate::apps::CANARY;
use crate::secrets::{clean, clean_files};
use crate::support::{BINARY, Ran, Sandbox};

/// What gives each of them away is its form, or where it stands.
const SHAPES: &[&str] = &[
    "https://user:TELLTALE@git.example/x.git",
    "git+ssh://TELLTALE@git.example/x.git#v1.0.0",
    "postgres://shop:a/TELLTALE@db.example/shop",
    "redis://:TELLTALE@cache.example:6379",
    "mongodb+srv://u:TELLTALE@cluster.example/db?retryWrites=true",
    "https://h.example/x?api_key=TELLTALE&page=2",
    "https://b.s3.example/x.tgz?X-Amz-Signature=TELLTALE",
    "https://h.example/x?page=1#access_token=TELLTALE",
    "https://hooks.slack.com/services/T000/B000/TELLTALE",
    "https://hooks.example/services/T000/B000/X7TELLTALE0Q9b2Z1kL4m",
    "Server=h;Password=TELLTALE;Encrypt=true",
    "AccountName=a;AccountKey=TELLTALE==;EndpointSuffix=x",
    "jdbc:oracle:thin:scott/TELLTALE@h:1521",
    "Authorization: Bearer TELLTALE00",
    "ghp_TELLTALE0123456789abcdef",
    "glpat-TELLTALE0123456789",
    "npm_TELLTALE0123456789abcdefghijklmnopqrstuvwxyz",
    "sk_live_TELLTALE00000000",
    "xoxb-TELLTALE00000000",
    "AKIATELLTALE00000000",
    "eyJTELLTALE0123456789.eyJzdWI",
    "api_token = TELLTALE0123456789",
    "serve --password=TELLTALE00 --port 80",
    "API_KEY=TELLTALE00 node server.js",
];

/// A file that has each of them where its tool reads a version, a source or a command.
fn filled(name: &str) -> String {
    let numbered = |form: &dyn Fn(usize, &str) -> String, between: &str| {
        let all = SHAPES.iter().enumerate();
        all.map(|(number, shape)| form(number, shape))
            .collect::<Vec<_>>()
            .join(between)
    };
    match name.rsplit('.').next().unwrap_or_default() {
        "json" | "jsonc" | "lock" if name.ends_with("json") || name == "composer.lock" => {
            let pairs = numbered(&|n, shape| format!("\"p{n}\":\"{shape}\""), ",");
            let sources = numbered(
                &|n, shape| {
                    format!(
                        "\"node_modules/p{n}\":{{\"version\":\"1.0.{n}\",\"resolved\":\"{shape}\"}}"
                    )
                },
                ",",
            );
            let list = numbered(
                &|n, shape| {
                    format!(
                        "{{\"name\":\"a/p{n}\",\"version\":\"{shape}\",\"url\":\"{shape}\",\"type\":\"vcs\",\
                         \"source\":{{\"type\":\"git\",\"url\":\"{shape}\",\"reference\":\"{shape}\"}}}}"
                    )
                },
                ",",
            );
            format!(
                "{{\"name\":\"shop\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"scripts\":{{{pairs}}},\
                 \"dependencies\":{{{pairs}}},\"require\":{{{pairs}}},\"imports\":{{{pairs}}},\
                 \"packages\":{{{sources}}},\"repositories\":[{list}],\"config\":{{{pairs}}},\
                 \"_meta\":{{\"sources\":[{list}]}},\"default\":{{{pairs}}}}}"
            )
        }
        "toml" | "lock" if name != "yarn.lock" && name != "Gemfile.lock" && name != "mix.lock" => {
            let pairs = numbered(&|n, shape| format!("p{n} = \"{shape}\""), "\n");
            let sources = numbered(&|n, shape| format!("p{n} = {{ git = \"{shape}\" }}"), "\n");
            let list = numbered(
                &|n, shape| {
                    format!(
                        "[[package]]\nname = \"p{n}\"\nversion = \"1.0.{n}\"\nsource = \"{shape}\"\n"
                    )
                },
                "\n",
            );
            format!(
                "version = 4\n[project]\nname = \"shop\"\nversion = \"1.0.0\"\n[dependencies]\n{sources}\n\
                 [tool.poetry.dependencies]\n{sources}\n[tool.poetry.scripts]\n{pairs}\n{list}"
            )
        }
        "yaml" | "yml" => numbered(
            &|n, shape| {
                format!("p{n}:\n  version: '{shape}'\n  resolution: {{tarball: '{shape}'}}")
            },
            "\n",
        ),
        "xml" => numbered(
            &|_, shape| {
                format!(
                    "<repository><url>{}</url></repository>",
                    shape.replace('&', "&amp;")
                )
            },
            "\n",
        ),
        _ => numbered(
            &|n, shape| {
                format!(
                    "gem 'p{n}', git: '{shape}'\nurl \"{shape}\"\np{n} {shape}\n{shape}\n# {shape}"
                )
            },
            "\n",
        ),
    }
}

/// The names of an ecosystem's files; what stands for any part of a name is one.
fn files(ecosystem: &Ecosystem) -> Vec<String> {
    let manifests = ecosystem.manifests.iter().map(|one| one.pattern);
    let lockfiles = ecosystem.lockfiles.iter().map(|one| one.name);
    let versions = ecosystem.version_files.iter().copied();
    let all = manifests.chain(lockfiles).chain(versions);
    all.map(|name| name.replace('*', "x")).collect()
}

fn run(sandbox: &Sandbox, what: &str, arguments: &[&str]) {
    let mut command = sandbox.command(BINARY);
    command.args(arguments).env("SLUGSMITH_LOG", "verbose");
    command.env("SLUGSMITH_CACHE_EXPLAIN", "json");
    let ran = Ran::from(command.output().unwrap());
    for text in [&ran.stdout, &ran.stderr] {
        clean(&format!("{what} {arguments:?}"), text);
    }
}

#[test]
fn no_file_of_any_ecosystem_gives_a_secret_of_any_shape_away() {
    assert!(SHAPES.len() >= 20 && SHAPES.iter().all(|shape| shape.contains(CANARY)));
    for ecosystem in ALL {
        let mut sandbox = Sandbox::new().file("Procfile", "web: serve\n");
        for tool in [
            "node", "npm", "python3", "pip", "ruby", "bundle", "go", "cargo", "composer",
        ] {
            let says = format!("#!/bin/sh\ncat * 2>&1\necho {}\nexit 1\n", SHAPES[0]);
            sandbox = sandbox.program(tool, &says);
        }
        for file in files(ecosystem) {
            let deeper = format!("services/api/{file}");
            sandbox = sandbox
                .file(&file, filled(&file))
                .file(&deeper, filled(&file));
        }
        let report = sandbox.path("report.json").display().to_string();
        for arguments in [
            &["check", "app"][..],
            &["check", "app", "--format", "json"],
            &["check", "app", "--format", "markdown"],
            &["check", "app", "--format", "sarif"],
            &["explain", "cache", "app"],
            &["init", "app"],
            &["stack", "--app", "app", "--verbose"],
            &["strip", "app", "--dry-run", "--format", "json"],
            &["build", "app", "--json", &report],
        ] {
            run(&sandbox, ecosystem.id, arguments);
        }
        clean_files(&sandbox.path("cache"), &|_| false);
        let report = fs_err::read_to_string(report).unwrap_or_default();
        clean(ecosystem.id, &report);
    }
}
