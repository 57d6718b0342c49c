//! The companion at the front, a buildpack whose tool keeps a cache in the app, and ours at
//! the end: the second build of that tool is warm.

use libcnb_test::{TestRunner, assert_contains, assert_not_contains};

use crate::runner::{RESTORE, SLUGSMITH, config, log};
use crate::support::Sandbox;

const GROUP: &[&str] = &[RESTORE, "framework", SLUGSMITH];

fn app() -> Sandbox {
    Sandbox::new()
        .file("version", "one")
        .file("index.html", "<p>Shop</p>")
        .file("remove-me", "x")
        .file(
            "project.toml",
            "[_]\nschema-version = \"0.2\"\n\n[[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models\"]\n",
        )
}

#[test]
#[ignore = "container test"]
fn caches_are_back_before_other_buildpacks_build() {
    let app = app();
    TestRunner::default().build(config(&app.app(), GROUP), |first| {
        let text = log(&first);
        assert_contains!(text, "## slugsmith/restore");
        assert_contains!(text, "Nothing to give back yet");
        assert_contains!(text, "Noted 4 files of the app");
        assert_not_contains!(text, "not in the list");
        assert_contains!(text, "Framework: .next/cache has nothing");
        assert_contains!(text, ".next/cache (1 file): MISS, first build");
        fs_err::write(app.app().join("version"), "two").unwrap();
        first.rebuild(config(&app.app(), GROUP), |second| {
            let text = log(&second);
            assert_contains!(text, ".next/cache (1 file): HIT");
            assert_contains!(text, "models (1 file): HIT");
            assert_contains!(text, "Framework: .next/cache has one");
            assert_contains!(text, "Framework: models has one");
            // Without the companion nothing is back in time, and the log says what to do.
            second.rebuild(config(&app.app(), &GROUP[1..]), |third| {
                assert_contains!(third.pack_stdout, "Framework: .next/cache has nothing");
                assert_contains!(log(&third), "put slugsmith/restore first in the list");
                third.rebuild(config(&app.app(), &GROUP[..2]), |alone| {
                    assert_contains!(
                        log(&alone),
                        "slugsmith/slugsmith is not in the list: framework and custom caches"
                    );
                });
            });
        });
    });
}
