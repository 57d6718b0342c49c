//! Packages in folders where no lookup leads.

use super::kept;

const BOOT: &str = "const fs = require('fs'), path = require('path');
const program = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
for (const load of program.load) {
  const find = (name) => Object.keys(load.node_modules).map((at) => path.resolve(at, name)).find(fs.existsSync);
  run(fs.readFileSync(load.path), (name) => require(find(name)));
}";
const PACKAGES: &[&str] = &[
    "server/npm/node_modules/meteor/accounts/node_modules/bcrypt",
    "server/npm/node_modules/left",
    "server/node_modules/other",
];

/// Whether each of [`PACKAGES`] stays in an app with this server.
fn stays(server: &str) -> Vec<bool> {
    let mut files = vec![
        ("server/package.json".to_owned(), "{}"),
        ("server/boot.js".to_owned(), server),
    ];
    for package in PACKAGES {
        files.push((format!("{package}/package.json"), "{}"));
        files.push((format!("{package}/index.js"), ""));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let (paths, _) = kept(&files, &[]);
    let has = |package: &&str| paths.contains(&format!("{package}/index.js"));
    PACKAGES.iter().map(has).collect()
}

#[test]
fn packages_that_no_lookup_finds_stay_where_code_loads_by_a_path_that_it_makes() {
    assert_eq!(stays(BOOT), [true, true, false]);
    assert_eq!(stays("require('other')"), [false, false, true]);
}

#[test]
fn a_store_that_links_lead_to_is_no_such_folder() {
    let (paths, _) = kept(
        &[
            ("package.json", r#"{"dependencies":{}}"#),
            ("server.js", "require(process.env.NAME)"),
            ("node_modules/.pnpm/a@1/node_modules/a/package.json", "{}"),
            ("node_modules/.pnpm/a@1/node_modules/a/index.js", ""),
        ],
        &[],
    );
    assert!(paths.is_empty(), "{paths:?}");
}
