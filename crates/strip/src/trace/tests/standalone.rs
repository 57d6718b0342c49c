//! Builds of Next beside the server that they made.

use super::kept;

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
    let (paths, _) = kept(&files, &[]);
    let paths = paths
        .iter()
        .filter_map(|path| path.strip_prefix("node_modules/"));
    paths.map(str::to_owned).collect()
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
    // What was not put beside the server is found above it.
    let own = [
        ".next/standalone/node_modules/next/index.js",
        "node_modules/orm/index.js",
    ];
    assert_eq!(paths, own);
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
