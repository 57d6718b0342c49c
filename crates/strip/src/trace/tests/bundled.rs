//! Servers that esbuild put together, beside the packages that they were made of.

use super::kept_at_root;

const SHIM: &str = "var H=(a=>typeof require<\"u\"?require:a)(function(a){if(typeof require<\"u\")return \
    require.apply(this,arguments);throw Error('Dynamic require of \"'+a+'\" is not supported')});export{H as r};";

/// What is left of the packages beside such a server, of which one part is `code`.
fn left(code: &str, more: &[(&str, &str)]) -> Vec<String> {
    let mut files = vec![
        ("Procfile", "web: node dist/server.mjs"),
        (
            "package.json",
            r#"{"type":"module","dependencies":{"pg":"8","qs":"6"}}"#,
        ),
        (
            "src/server.ts",
            "import pg from 'pg';\nimport qs from 'qs';\n",
        ),
        ("dist/chunk-a.mjs", SHIM),
        ("dist/server.mjs", code),
        ("node_modules/pg/package.json", "{}"),
        ("node_modules/pg/index.js", ""),
        ("node_modules/qs/package.json", "{}"),
        ("node_modules/qs/index.js", ""),
    ];
    files.extend(more);
    kept_at_root(&files)
        .into_iter()
        .filter(|path| path.ends_with(".js"))
        .collect()
}

#[test]
fn a_bundle_needs_what_its_own_require_is_asked_for() {
    let asks = "import{r as g}from\"./chunk-a.mjs\";var p=g(\"path\");function f(g){return g(p)}";
    assert!(left(asks, &[]).is_empty());
    let asks = "import{r as g}from\"./chunk-a.mjs\";g(\"qs\");";
    assert_eq!(left(asks, &[]), ["qs/index.js"]);
}

#[test]
fn a_name_that_a_bundle_makes_may_be_any_package() {
    let asks = "import{r as g}from\"./chunk-a.mjs\";g(process.env.DRIVER);";
    assert_eq!(left(asks, &[]).len(), 2);
    let hands_on = "import{r as g}from\"./chunk-a.mjs\";globalThis.load=g;";
    assert_eq!(left(hands_on, &[]).len(), 2);
}

#[test]
fn licences_of_what_was_bundled_name_no_package_that_is_used() {
    let licences = "Package: pg\nLicense: \"MIT\"\n\nPackage: qs\n";
    let asks = "import http from\"node:http\";";
    assert!(left(asks, &[("dist/3rdpartylicenses.txt", licences)]).is_empty());
    assert_eq!(left(asks, &[("dist/drivers.txt", licences)]).len(), 2);
}
