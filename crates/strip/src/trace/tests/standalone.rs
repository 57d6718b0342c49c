//! Builds of Next beside the server that they made.

use super::{kept, kept_at_root};

const BUILD: &[(&str, &str)] = &[
    (".next/standalone/package.json", "{}"),
    (".next/standalone/server.js", "require('next')"),
    (".next/standalone/node_modules/next/package.json", "{}"),
    (".next/standalone/node_modules/next/index.js", ""),
    (
        ".next/server/app/page.js.nft.json",
        r#"{"version":1,"files":["../../../node_modules/next/traced.js"]}"#,
    ),
    (".next/server/app/page.js", "require('next/rendered.js')"),
    ("next.config.js", "require('plugin')"),
    ("app/page.tsx", "import 'next/link'"),
    (
        "node_modules/next/package.json",
        r#"{"bin":{"next":"bin.js"}}"#,
    ),
    ("node_modules/next/bin.js", ""),
    ("node_modules/next/index.js", ""),
    ("node_modules/next/rendered.js", ""),
    ("node_modules/next/traced.js", ""),
    ("node_modules/plugin/package.json", "{}"),
    ("node_modules/plugin/index.js", ""),
    ("node_modules/orm/package.json", "{}"),
    ("node_modules/orm/index.js", ""),
];

/// What is left of the project's own packages in an app with this command and this further file.
fn left_of_project(command: &str, more: (&str, &str)) -> Vec<String> {
    let manifest =
        format!(r#"{{"scripts":{{"start":"{command}"}},"dependencies":{{"next":"15"}}}}"#);
    let mut files = BUILD.to_vec();
    files.extend([("package.json", manifest.as_str()), more]);
    kept_at_root(&files)
}

#[test]
fn packages_of_the_project_go_where_only_the_standalone_server_starts() {
    let started = "HOSTNAME=:: node .next/standalone/server.js";
    assert!(left_of_project(started, ("a.txt", "")).is_empty());
    // What other processes need stays.
    let worker = ("worker.js", "require('orm')");
    assert_eq!(left_of_project(started, worker), ["orm/index.js"]);
}

#[test]
fn a_name_that_the_standalone_server_makes_means_its_own_packages() {
    let server = (
        ".next/standalone/.next/server/chunk.js",
        "require(process.env.NAME); '/build_1/node_modules/next/index.js'",
    );
    let declares = (
        ".next/standalone/package.json",
        r#"{"dependencies":{"next":"15","orm":"1"}}"#,
    );
    let mut files: Vec<(&str, &str)> = BUILD
        .iter()
        .filter(|(path, _)| *path != declares.0)
        .copied()
        .collect();
    files.extend([
        server,
        declares,
        (".next/standalone/node_modules/next/other.js", ""),
        (
            "package.json",
            r#"{"scripts":{"start":"node .next/standalone/server.js"},
                "dependencies":{"next":"15","orm":"1"}}"#,
        ),
    ]);
    let (paths, _) = kept(&files, &[]);
    // What was not put beside the server is found above it.
    assert_eq!(
        paths,
        [
            ".next/standalone/node_modules/next/index.js",
            ".next/standalone/node_modules/next/other.js",
            "node_modules/orm/index.js",
        ]
    );
}

#[test]
fn a_module_that_a_built_server_names_by_the_folder_of_its_build_is_the_server_s_own() {
    let chunk = (
        ".next/standalone/.next/server/chunk.js",
        "require('next'); use('/build/node_modules/next/rendered.js'); read('/build/node_modules/next/table.dat')",
    );
    let mut files = BUILD.to_vec();
    let manifest =
        r#"{"scripts":{"start":"node .next/standalone/server.js"},"dependencies":{"next":"15"}}"#;
    files.extend([
        chunk,
        ("package.json", manifest),
        ("node_modules/next/table.dat", ""),
    ]);
    let (paths, _) = kept(&files, &[]);
    assert!(!paths.contains(&"node_modules/next/rendered.js".to_owned()));
    assert!(paths.contains(&"node_modules/next/table.dat".to_owned()));
}

#[test]
fn configuration_of_a_built_server_names_the_server_s_packages() {
    let names = (
        ".next/standalone/.next/required-server-files.json",
        r#"{"config":{"external":["next/rendered.js","orm"]},"dir":"/build/node_modules/next/index.js"}"#,
    );
    let manifest = r#"{"scripts":{"start":"node .next/standalone/server.js"},"dependencies":{"next":"15","orm":"1"}}"#;
    let mut files = BUILD.to_vec();
    files.extend([names, ("package.json", manifest)]);
    let (paths, _) = kept(&files, &[]);
    assert_eq!(paths, [".next/standalone/node_modules/next/index.js"]);
}

/// A standalone server with a page or other file of it, and what stays of the project's own packages.
fn left_beside(files: &[(&str, &str)]) -> Vec<String> {
    let marker = (".next/standalone/.next/required-server-files.json", "{}");
    let manifest = (
        "package.json",
        r#"{"scripts":{"start":"node .next/standalone/server.js"},
            "dependencies":{"next":"15","orm":"1","plugin":"1"}}"#,
    );
    let mut all: Vec<(&str, &str)> = BUILD
        .iter()
        .filter(|(path, _)| !files.iter().any(|(other, _)| path == other))
        .copied()
        .collect();
    all.extend([marker, manifest]);
    all.extend(files);
    let (paths, _) = kept(&all, &[]);
    let paths = paths
        .iter()
        .filter_map(|path| path.strip_prefix("node_modules/"));
    paths.map(str::to_owned).collect()
}

#[test]
fn a_page_of_an_output_finds_above_it_what_it_names_and_nothing_else() {
    let page = ".next/standalone/.next/server/app/page.js";
    for unknown in [
        "eval(text)",
        "import(process.env.NAME)",
        "require(`${name}/index.js`)",
    ] {
        assert!(left_beside(&[(page, unknown)]).is_empty(), "{unknown}");
    }
    for named in [
        "require('orm')",
        "import('orm')",
        "require('next')({ target: 'orm' })",
    ] {
        assert_eq!(left_beside(&[(page, named)]), ["orm/index.js"], "{named}");
    }
}

#[test]
fn what_only_an_output_reaches_of_packages_above_it_names_no_others() {
    let page = (
        ".next/standalone/.next/server/app/page.js",
        "require('orm')",
    );
    let orm = ("node_modules/orm/index.js", "import(name)");
    assert_eq!(left_beside(&[page, orm]), ["orm/index.js"]);
    // A process of the project does.
    let worker = ("worker.js", "require('orm')");
    let left = left_beside(&[page, orm, worker]);
    assert!(left.contains(&"plugin/index.js".to_owned()), "{left:?}");
}

#[test]
fn a_package_of_an_output_finds_above_it_what_it_declares_or_has_as_a_word() {
    let page = (".next/standalone/.next/server/page.js", "require('p')");
    let manifest = |fields| (".next/standalone/node_modules/p/package.json", fields);
    let code = |code| (".next/standalone/node_modules/p/index.js", code);
    let load = "function load(name) { return require(name) }";
    for fields in [
        r#"{"dependencies":{"orm":"1"}}"#,
        r#"{"peerDependencies":{"orm":"1"}}"#,
    ] {
        assert_eq!(
            left_beside(&[page, manifest(fields), code(load)]),
            ["orm/index.js"],
            "{fields}"
        );
    }
    let word = format!("{load} const drivers = {{ orm: 'orm' }}; load(drivers[kind()])");
    assert_eq!(
        left_beside(&[page, manifest("{}"), code(&word)]),
        ["orm/index.js"]
    );
    assert!(left_beside(&[page, manifest("{}"), code(load)]).is_empty());
}

#[test]
fn settings_in_what_starts_an_output_and_platforms_that_it_lacks_name_nothing_above_it() {
    let server = (
        ".next/standalone/server.js",
        "const config = { optimize: ['orm'] }; require('next')",
    );
    let next = (
        ".next/standalone/node_modules/next/package.json",
        r#"{"optionalDependencies":{"@next/swc-linux-x64-gnu":"15"}}"#,
    );
    let compiler = (
        "node_modules/@next/swc-linux-x64-gnu/package.json",
        r#"{"os":["linux"],"cpu":["x64"]}"#,
    );
    let addon = ("node_modules/@next/swc-linux-x64-gnu/a.node", "");
    assert!(left_beside(&[server, next, compiler, addon]).is_empty());
}

#[test]
fn packages_whose_names_an_output_makes_in_part_are_found_above_it() {
    let page = (".next/standalone/.next/server/page.js", "require('sharp')");
    let sharp = (
        ".next/standalone/node_modules/sharp/package.json",
        r#"{"optionalDependencies":{"@img/sharp-linux-x64":"1"}}"#,
    );
    let addon = (
        "node_modules/@img/sharp-linux-x64/package.json",
        r#"{"os":["linux"],"cpu":["x64"]}"#,
    );
    let file = ("node_modules/@img/sharp-linux-x64/sharp.node", "");
    for code in ["require(`@img/sharp-${platform}/sharp.node`)", "load()"] {
        let code = (".next/standalone/node_modules/sharp/index.js", code);
        let left = left_beside(&[page, sharp, code, addon, file]);
        assert_eq!(left, ["@img/sharp-linux-x64/sharp.node"], "{}", code.1);
    }
}

#[test]
fn sources_that_only_next_compiles_lead_nowhere_beside_its_output() {
    let route = ("src/app/api/route.js", "import 'orm'");
    let component = ("components/a.js", "import 'orm'; export default () => <p/>");
    let typed = ("components/b.jsx", "import 'orm'");
    let hook = ("instrumentation.js", "import 'orm'");
    assert!(left_beside(&[route, component, typed, hook]).is_empty());
    // Node could run this one.
    let plain = ("lib/db.js", "import 'orm'");
    assert_eq!(left_beside(&[route, plain]), ["orm/index.js"]);
}

#[test]
fn what_is_for_browsers_loads_nothing() {
    let script = (
        ".next/standalone/.next/static/chunks/polyfills.js",
        "require(n)",
    );
    let manifest =
        r#"{"scripts":{"start":"node .next/standalone/server.js"},"dependencies":{"next":"15"}}"#;
    let names = (
        ".next/standalone/.next/build.js",
        "require('next'); use('../.next/static/chunks/polyfills.js')",
    );
    let mut files = BUILD.to_vec();
    files.extend([script, names, ("package.json", manifest)]);
    let (paths, _) = kept(&files, &[]);
    assert_eq!(paths, [".next/standalone/node_modules/next/index.js"]);
}

#[test]
fn packages_of_the_project_stay_where_next_runs_in_it() {
    let traced = |left: Vec<String>| left.contains(&"next/traced.js".to_owned());
    let nothing = ("a.txt", "");
    for command in [
        "next start",
        "npx next start -p $PORT",
        "node .next/standalone/server.js || next start",
        "node server.js",
    ] {
        assert!(traced(left_of_project(command, nothing)), "{command}");
    }
    let custom = ("server.js", "require('next')({ dir: __dirname })");
    assert!(traced(left_of_project(
        "node .next/standalone/server.js",
        custom
    )));
    let procfile = ("Procfile", "web: npx next@15 start\n");
    assert!(traced(left_of_project(
        "node .next/standalone/server.js",
        procfile
    )));
}

/// An app whose standalone server has a package that loads by an unknown name, and what stays of the project's own.
fn left_above(server: &str, more: &[(&str, &str)]) -> Vec<String> {
    let start = format!(
        r#"{{"scripts":{{"start":"node {server}/server.js"}},"dependencies":{{"next":"15","intl":"1"}}}}"#
    );
    let of_server = |path: &str| format!("{server}/{path}");
    let own = [
        (
            "package.json",
            r#"{"dependencies":{"next":"15","intl":"1"}}"#,
        ),
        ("server.js", "require('next')"),
        (
            "node_modules/next/package.json",
            r#"{"dependencies":{"tool":"1"}}"#,
        ),
        ("node_modules/next/index.js", "import(id); require('named')"),
    ];
    let own = own.map(|(path, text)| (of_server(path), text));
    let mut files = vec![
        ("package.json", start.as_str()),
        ("node_modules/next/package.json", "{}"),
        ("node_modules/next/index.js", ""),
        (
            "node_modules/intl/package.json",
            r#"{"peerDependencies":{"next":"15"}}"#,
        ),
        ("node_modules/intl/index.js", "require('next')"),
        ("node_modules/tool/package.json", "{}"),
        ("node_modules/tool/index.js", ""),
        ("node_modules/named/package.json", "{}"),
        ("node_modules/named/index.js", ""),
    ];
    files.extend(own.iter().map(|(path, text)| (path.as_str(), *text)));
    files.extend(more);
    kept_at_root(&files)
}

const ALL_ABOVE: [&str; 4] = [
    "intl/index.js",
    "named/index.js",
    "next/index.js",
    "tool/index.js",
];

#[test]
fn what_a_package_of_an_output_loads_by_an_unknown_name_is_in_the_output() {
    let next = (
        ".next/standalone/.next/required-server-files.json",
        r#"{"version":1}"#,
    );
    // What is asked for by its name is found above.
    assert_eq!(left_above(".next/standalone", &[next]), ["named/index.js"]);
    let renamed = ("out/standalone/out/required-server-files.json", "{}");
    assert_eq!(left_above("out/standalone", &[renamed]), ["named/index.js"]);
    let nitro = (".output/nitro.json", r#"{"preset":"node-server"}"#);
    // Nitro is no package of its server, so that this is one which it traced.
    let declared = ["named/index.js", "tool/index.js"];
    assert_eq!(left_above(".output/server", &[nitro]), declared);
}

#[test]
fn an_output_of_one_project_among_several_is_in_its_project() {
    let project = "apps/web/.next/standalone";
    let server = format!("{project}/apps/web/server.js");
    let start = format!(r#"{{"scripts":{{"start":"node {server}"}}}}"#);
    let manifest = format!("{project}/apps/web/.next/required-server-files.json");
    let next = format!("{project}/node_modules/next");
    let (next_manifest, next_code) = (format!("{next}/package.json"), format!("{next}/index.js"));
    let files = [
        ("package.json", start.as_str()),
        (
            "apps/web/package.json",
            r#"{"dependencies":{"next":"15","intl":"1"}}"#,
        ),
        (server.as_str(), "require('next')"),
        (manifest.as_str(), "{}"),
        (next_manifest.as_str(), "{}"),
        (next_code.as_str(), "import(id)"),
        (
            "node_modules/intl/package.json",
            r#"{"peerDependencies":{"next":"15"}}"#,
        ),
        ("node_modules/intl/index.js", ""),
    ];
    assert_eq!(kept(&files, &[]).0, [next_code.as_str()]);
}

#[test]
fn a_server_that_no_framework_wrote_finds_packages_above_it() {
    // Copied together by hand: nothing says that it is complete.
    assert_eq!(left_above(".next/standalone", &[]), ALL_ABOVE);
    assert_eq!(left_above("standalone", &[]), ALL_ABOVE);
    let elsewhere = ("dist/.next/required-server-files.json", "{}");
    assert_eq!(left_above("dist", &[elsewhere]), ALL_ABOVE);
}

#[test]
fn packages_above_an_output_stay_for_processes_beside_it() {
    let next = (".next/standalone/.next/required-server-files.json", "{}");
    let worker = ("worker.js", "require(process.env.JOB)");
    let left = left_above(".next/standalone", &[next, worker]);
    assert_eq!(left, ["intl/index.js", "named/index.js", "next/index.js"]);
    // A name that configuration or code of the app says is no unknown one.
    let names = ("settings.js", "exports.transport = 'intl'");
    let left = left_above(".next/standalone", &[next, names]);
    assert_eq!(left, ["intl/index.js", "named/index.js", "next/index.js"]);
    let of_server = (".next/standalone/settings.js", "exports.use = 'intl'");
    let left = left_above(".next/standalone", &[next, of_server]);
    assert_eq!(left, ["intl/index.js", "named/index.js", "next/index.js"]);
}
