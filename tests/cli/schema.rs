//! What programs rely on: the published schemas hold for what the verbs write, and for the
//! project.toml that people write.

use serde_json::Value;

use crate::support::{Sandbox, repository};

fn published(name: &str) -> jsonschema::Validator {
    let text = fs_err::read_to_string(repository(&format!("docs/schema/{name}.json"))).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn holds(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<_> = schema
        .iter_errors(value)
        .map(|error| format!("{error}"))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn every_verbs_json_follows_the_published_schema() {
    let schema = published("report");
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file(
            "server.js",
            "require('http').createServer().listen(4000);\n",
        )
        .file("dist/a.js", "let a = 1;\n".repeat(2000))
        .file("dist/b.js", "let a = 1;\n".repeat(2000))
        .file("test/a.test.js", "assert(1);\n")
        .file(
            "package.json",
            r#"{"name":"a","scripts":{"start":"node server.js"}}"#,
        )
        .file(
            "project.toml",
            "[com.slugsmith.strip]\nremove = [\"test/\"]\n",
        );
    let json = ["--format", "json"];
    let of = |arguments: &[&str]| {
        let ran = sandbox.slugsmith(&[arguments, &json].concat());
        assert!(ran.code <= 1, "{arguments:?}: {}", ran.stderr);
        ran.json()
    };
    let report = of(&["check", "app"]);
    assert!(
        report["findings"]
            .as_array()
            .is_some_and(|found| !found.is_empty())
    );
    holds(&schema, &report);
    holds(&schema, &of(&["inspect", "app"]));
    holds(&schema, &of(&["strip", "app", "--dry-run"]));
    holds(&schema, &of(&["check", "app", "--config"]));
    sandbox
        .slugsmith(&["build", "app", "--json", "built.json"])
        .expect(0);
    let built = fs_err::read_to_string(sandbox.path("built.json")).unwrap();
    holds(&schema, &serde_json::from_str(&built).unwrap());
    fs_err::write(sandbox.path("old.json"), report.to_string()).unwrap();
    holds(&schema, &of(&["diff", "old.json", "built.json"]));
    // A schema that takes everything would prove nothing.
    assert!(!schema.is_valid(&serde_json::json!({ "schema": "slugsmith.report/1", "more": 1 })));
}

#[test]
fn the_schema_of_project_toml_takes_what_the_reader_takes_and_no_more() {
    let schema = published("project");
    let example = fs_err::read_to_string(repository("project.toml.example")).unwrap();
    let read = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        serde_json::to_value(table).unwrap()
    };
    holds(&schema, &read(&example));
    let good = [
        "[com.slugsmith]\nlog = \"quiet\"\n",
        "[com.slugsmith.budget]\nfail = \"400 MB\"\nwarn = \"286 MiB\"\nfiles = 1000\npreset = \"cedar\"\n\
         [com.slugsmith.budget.part]\nnode_modules = \"120 MB\"\n",
        "[com.slugsmith.audit.rules]\nfile-database = \"warn\"\n\
         local-sessions = { level = \"off\", reason = \"none\" }\n",
        "[[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models/\"]\n",
        "[com.acme]\nanything = 1\n",
    ];
    let bad = [
        "[com.slugsmith]\nlog = \"loud\"\n",
        "[com.slugsmith.budget]\nfail = \"plenty\"\n",
        "[com.slugsmith.budget]\nfial = \"1 MB\"\n",
        "[com.slugsmith.audit.rules]\nfile-database = \"never\"\n",
        "[com.slugsmith.strip]\nkeep = \"a\"\n",
    ];
    for text in good {
        holds(&schema, &read(text));
        let sandbox = Sandbox::new().file("a.js", "").file("project.toml", text);
        let ran = sandbox.slugsmith(&["check", "app"]).expect(0);
        assert!(
            !ran.stdout.contains("unknown-config-key"),
            "{text}: {}",
            ran.stdout
        );
    }
    for text in bad {
        assert!(!schema.is_valid(&read(text)), "{text}");
        let sandbox = Sandbox::new().file("a.js", "").file("project.toml", text);
        let ran = sandbox.slugsmith(&["check", "app"]);
        assert!(
            ran.code == 3 || ran.stdout.contains("unknown-config-key"),
            "{text}"
        );
    }
}
