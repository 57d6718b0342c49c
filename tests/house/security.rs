//! What `docs/security.md` promises has a test, and what opens, makes, moves and removes files has one place.

use std::path::Path;

use super::{manifest, packages, read, root, sources};

/// Functions by which Rust opens, makes, moves or removes what is at a path, of std and of the crates that we use.
const OF_PATHS: &[(&[&str], &[&str])] = &[
    (
        &["std::fs", "fs_err"],
        &[
            "File::create",
            "File::create_new",
            "File::open",
            "File::options",
            "OpenOptions::new",
            "copy",
            "create_dir",
            "create_dir_all",
            "hard_link",
            "read",
            "read_to_string",
            "remove_dir",
            "remove_dir_all",
            "remove_file",
            "rename",
            "set_permissions",
            "soft_link",
            "write",
        ],
    ),
    (&["std::os::unix::fs", "fs_err::os::unix::fs"], &["symlink"]),
    (&["std::fs"], &["DirBuilder::new", "read_dir"]),
    (
        &["rustix::fs"],
        &[
            "chmod",
            "chmodat",
            "chown",
            "chownat",
            "link",
            "linkat",
            "mkdir",
            "mkdirat",
            "mknodat",
            "open",
            "openat",
            "openat2",
            "rename",
            "renameat",
            "renameat_with",
            "rmdir",
            "symlink",
            "symlinkat",
            "unlink",
            "unlinkat",
        ],
    ),
    (
        &["fs_extra"],
        &[
            "copy_items",
            "dir::copy",
            "dir::move_dir",
            "file::copy",
            "file::move_file",
            "move_items",
            "remove_items",
        ],
    ),
];

/// Files that may use them, with what they do. All else goes through them.
const ONE_PLACE: &[(&str, &str)] = &[(
    "crates/facts/src/beneath.rs",
    "this is the one place that opens, makes, moves and removes",
)];

/// clippy refuses every way to a file but one; `scripts/test` runs it over all crates.
#[test]
fn one_place_opens_makes_moves_and_removes() {
    let clippy: toml::Table = read(&root().join("clippy.toml")).parse().unwrap();
    let refused: Vec<_> = clippy["disallowed-methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    for (crates, functions) in OF_PATHS {
        for path in crates
            .iter()
            .flat_map(|name| functions.iter().map(move |f| format!("{name}::{f}")))
        {
            assert!(
                refused.contains(&path.as_str()),
                "clippy.toml allows {path}"
            );
        }
    }
    let mut exceptions = Vec::new();
    for package in packages() {
        let lints = manifest(&package).get("lints").cloned();
        let is_shared = lints.is_some_and(|lints| lints["workspace"].as_bool() == Some(true));
        assert!(is_shared, "{}: without the lints of all", package.display());
        let of_its_own = ["clippy.toml", ".clippy.toml"].map(|name| package.join(name));
        let is_own = |file: &Path| file.is_file() && file.parent() != Some(root());
        assert!(
            !of_its_own.iter().any(|file| is_own(file)),
            "{}: other lints",
            package.display()
        );
        for file in sources(&package) {
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            if !name.starts_with("tests/") && !name.starts_with("benches/") {
                let reasons = exceptions_in(&read(&file)).into_iter();
                exceptions.extend(reasons.map(|reason| (name.clone(), reason)));
            }
        }
    }
    let expected: Vec<_> = ONE_PLACE
        .iter()
        .map(|(file, reason)| ((*file).to_owned(), (*reason).to_owned()))
        .collect();
    assert_eq!(exceptions, expected);
}

/// The reason of each exception from the lint in a source, but for tests beside the code.
fn exceptions_in(source: &str) -> Vec<String> {
    let source = source.replace("#![", "#[");
    let attributes = source.split("#[").skip(1);
    let lint = "clippy::disallowed_methods";
    let named = attributes
        .filter_map(|rest| rest.split_once(']').map(|(attribute, _)| attribute))
        .filter(|attribute| attribute.contains(lint) || attribute.contains("clippy::all"))
        .filter(|attribute| !attribute.starts_with("cfg_attr(test,"));
    let reason = |attribute: &str| {
        let (_, reason) = attribute.split_once("reason = \"")?;
        Some(reason.split_once('"')?.0.to_owned())
    };
    let mut reasons: Vec<_> = named
        .map(|attribute| reason(attribute).unwrap_or_default())
        .collect();
    reasons.dedup();
    reasons
}

/// docs/security.md promises something for each attack, and names what proves it: a test, or the file of several.
#[test]
fn every_promise_against_an_attack_names_its_test() {
    let text = read(&root().join("docs/security.md"));
    let all = packages();
    let sources: Vec<_> = all
        .iter()
        .flat_map(|package| sources(package))
        .map(|path| (path.display().to_string(), read(&path)))
        .collect();
    let has = |file: &str, function: &str| {
        let names = [format!("/{file}.rs"), format!("/{}", in_crate(file))];
        let is_file = |path: &str| names.iter().any(|name| path.ends_with(name.as_str()));
        let test = format!("fn {function}(");
        let mut all = sources.iter();
        all.any(|(path, text)| is_file(path) && text.contains(&test))
    };
    let mut gone = Vec::new();
    let rows = text.lines().filter_map(|line| line.strip_suffix(" |"));
    let rows = rows.filter(|row| row.matches(" | ").count() == 2 && !row.starts_with("| attack |"));
    let rows: Vec<_> = rows.filter(|row| !row.starts_with("| who |")).collect();
    let of_trust = rows
        .iter()
        .position(|row| row.starts_with("| a reader of logs"));
    for row in &rows[of_trust.unwrap() + 1..] {
        let (_, proof) = row.rsplit_once(" | ").unwrap();
        let names: Vec<_> = proof.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "docs/security.md proves nothing: {row}");
        for name in names {
            let is_there = match name.rsplit_once("::") {
                Some((file, function)) => has(file.trim_end_matches(".rs"), function),
                None => is_file_of_tests(name.trim_end_matches(".rs")),
            };
            if !is_there {
                gone.push(name);
            }
        }
    }
    assert!(gone.is_empty(), "docs/security.md names {gone:?}");
}

/// `links`, `tests/store/trust`, or `cache/pack/tests` for a file of the crate.
fn is_file_of_tests(name: &str) -> bool {
    let places = [
        format!("tests/security/{name}.rs"),
        format!("src/{name}.rs"),
        format!("{name}.rs"),
        in_crate(name),
    ];
    let has_tests = |place: &String| {
        let path = root().join(place);
        path.is_file() && read(&path).contains("#[test]")
    };
    places.iter().any(has_tests)
}

/// `crates/cache/src/pack/tests.rs` for `cache/pack/tests`.
fn in_crate(name: &str) -> String {
    name.split_once('/')
        .map_or_else(String::new, |(first, rest)| {
            format!("crates/{first}/src/{rest}.rs")
        })
}
