//! Every example builds, and builds again from its caches without running anything.

use crate::lab::Lab;
use crate::support::repository;

/// Builds `examples/NAME` twice; `installs` are the caches that the log names.
fn builds(name: &str, tools: &[&str], installs: &[&str], made: &[&str]) {
    let lab = Lab::new(tools);
    let options = fs_extra::dir::CopyOptions::new().content_only(true);
    let example = repository("examples").join(name);
    fs_extra::dir::copy(example, lab.source(), &options).unwrap();
    let first = lab.build();
    let second = lab.build();
    for cache in installs {
        first.says(&format!("{cache}: MISS, first build"));
        second.says(&format!("{cache}: HIT"));
    }
    second.never_says("MISS");
    for built in [&first, &second] {
        for path in made {
            assert!(built.app.join(path).exists(), "{path}\n{}", built.log);
        }
    }
}

#[test]
#[ignore = "real package managers"]
fn storefront() {
    let npm = "npm (package-lock.json, 186 packages)";
    builds(
        "storefront",
        &[],
        &[npm],
        &["node_modules/express/package.json"],
    );
}

#[test]
#[ignore = "real package managers"]
fn python_notes() {
    builds(
        "python-notes",
        &[],
        &["pip (requirements.txt, 13 packages)"],
        &[".venv/bin/gunicorn"],
    );
}

#[test]
#[ignore = "real package managers"]
fn go_hello() {
    builds(
        "go-hello",
        &[],
        &["go (go.sum, 1 package)"],
        &["bin/go-hello"],
    );
}

#[test]
#[ignore = "real package managers"]
fn php_layout() {
    builds(
        "php-layout",
        &["php", "composer"],
        &["composer (composer.lock, 0 packages)"],
        &["vendor/autoload.php"],
    );
}

#[test]
#[ignore = "real package managers"]
fn monorepo() {
    let caches = [
        "npm (package-lock.json, 68 packages)",
        "frontend/pnpm (pnpm-lock.yaml, 28 packages)",
    ];
    builds(
        "monorepo",
        &["pnpm"],
        &caches,
        &["node_modules/express/package.json", "frontend/dist/main.js"],
    );
}
