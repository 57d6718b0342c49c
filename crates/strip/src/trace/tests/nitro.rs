//! Builds of Nuxt beside the server that Nitro made of them.

use super::{kept, kept_at_root};

/// What is left of the project's packages beside a server with this code in its bundle.
fn left_of_project(bundle: &str) -> Vec<String> {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"start":"node .output/server/index.mjs"},"dependencies":{"nuxt":"3","pg":"8"}}"#,
        ),
        (
            ".output/nitro.json",
            r#"{"preset":"node-server","framework":{"name":"nuxt"}}"#,
        ),
        (".output/server/index.mjs", "import './chunks/a.mjs'"),
        (".output/server/chunks/a.mjs", bundle),
        (".output/server/node_modules/vue/package.json", "{}"),
        (".output/server/node_modules/vue/index.js", ""),
        (
            "nuxt.config.ts",
            "export default { modules: ['module-of-nuxt'] }",
        ),
        ("node_modules/module-of-nuxt/package.json", "{}"),
        ("node_modules/module-of-nuxt/index.js", ""),
        ("node_modules/nuxt/package.json", "{}"),
        ("node_modules/nuxt/index.js", "require('vite')"),
        ("node_modules/vite/package.json", "{}"),
        ("node_modules/vite/index.js", ""),
        ("node_modules/pg/package.json", "{}"),
        ("node_modules/pg/index.js", ""),
    ];
    kept_at_root(&files)
}

#[test]
fn what_built_the_server_is_not_meant_by_its_name_in_the_bundle() {
    assert!(left_of_project("export const app = { globalName: 'nuxt' }").is_empty());
    // A driver may be loaded by a name that is a word of the code.
    assert_eq!(
        left_of_project("export const load = (name = 'pg') => require(name)"),
        ["pg/index.js"]
    );
}

#[test]
fn a_server_that_starts_the_builder_itself_keeps_what_its_configuration_names() {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"start":"node server.js"},"dependencies":{"nuxt":"3"}}"#,
        ),
        ("server.js", "require('nuxt').loadNuxt()"),
        (
            "nuxt.config.js",
            "export default { modules: ['module-of-nuxt'] }",
        ),
        (".output/nitro.json", "{}"),
        (".output/server/index.mjs", ""),
        (".output/server/node_modules/vue/package.json", "{}"),
        (".output/server/node_modules/vue/index.js", ""),
        ("node_modules/module-of-nuxt/package.json", "{}"),
        ("node_modules/module-of-nuxt/index.js", ""),
        ("node_modules/nuxt/package.json", "{}"),
        ("node_modules/nuxt/index.js", ""),
    ];
    let (paths, _) = kept(&files, &[]);
    assert!(paths.contains(&"node_modules/module-of-nuxt/index.js".to_owned()));
}
