//! The main job on the storefront example: build, run, rebuild, change, rebuild.

use libcnb_test::{ContainerConfig, TestRunner, assert_contains, assert_not_contains};

use crate::runner::{SLUGSMITH, config, get, log};
use crate::support::{Sandbox, repository};

const GROUP: &[&str] = &["runtime-node", "procfile", SLUGSMITH];

#[test]
#[ignore = "container test"]
fn build_run_rebuild_change() {
    let shop = Sandbox::of(&repository("examples/storefront"));
    TestRunner::default().build(config(&shop.app(), GROUP), |first| {
        let text = log(&first);
        assert_contains!(text, "npm (package-lock.json");
        assert_contains!(text, "MISS, first build");
        assert_contains!(text, "Running `npm ci");
        assert_contains!(text, "- Strip (safe)");
        assert_contains!(text, "within 300 MB");
        assert_contains!(text, "- Stack (3 buildpacks, this one last)");
        assert_contains!(text, "uploads-on-local-disk");
        runs(&first);
        // Dev dependencies and what will never run are gone, what runs is there.
        let files = first.run_shell_command(
            "ls node_modules; find . -name '*.map'; ls -d test docs 2>/dev/null; true",
        );
        // npm 9 leaves the empty scope folder @jest behind; jest itself must be gone.
        assert!(
            !files.stdout.lines().any(|line| line == "jest"),
            "{}",
            files.stdout
        );
        assert_not_contains!(files.stdout, ".map");
        assert_contains!(files.stdout, "express");

        first.rebuild(config(&shop.app(), GROUP), |second| {
            let text = log(&second);
            assert_contains!(text, "HIT");
            assert_contains!(text, "saved ");
            assert_not_contains!(text, "Running `npm");
            runs(&second);

            one_dependency_changes(&shop);
            second.rebuild(config(&shop.app(), GROUP), |third| {
                let text = log(&third);
                assert_contains!(text, "PARTIAL, package-lock.json: dotenv 16.6.1 → 16.4.7");
                assert_contains!(text, "Running `npm");
                runs(&third);
            });
        });
    });
}

/// The container answers on `$PORT`.
fn runs(context: &libcnb_test::TestContext) {
    let mut container = ContainerConfig::new();
    container.env("PORT", "8181").expose_port(8181);
    context.start_container(container, |container| {
        let answer = get(container.address_for_port(8181), "/healthz");
        assert_contains!(answer, "200 OK");
    });
}

/// Another version of one package, in manifest and lockfile, as `npm install` writes it.
fn one_dependency_changes(shop: &Sandbox) {
    let status = std::process::Command::new("npm")
        .args([
            "install",
            "--package-lock-only",
            "--ignore-scripts",
            "dotenv@16.4.7",
            "--save-exact",
        ])
        .current_dir(shop.app())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "container test"]
fn what_an_earlier_buildpack_installed_is_adopted() {
    let shop = Sandbox::of(&repository("tests/bed/apps/tiny"));
    let group = ["runtime-node", "installer-node", "procfile", SLUGSMITH];
    TestRunner::default().build(config(&shop.app(), &group), |context| {
        let text = log(&context);
        assert_contains!(text, "adopted");
        assert_not_contains!(text, "Running `npm");
    });
}
