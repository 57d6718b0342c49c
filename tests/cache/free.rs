//! A layer that stays in the image: nothing of it is there in an unchanged build, and
//! nothing is run.

use super::support::Bed;
use slugsmith::cache::Verdict;
use slugsmith::facts::environment::World;

/// Makes an environment with a copy of itself, and installs by copying the list.
const PYTHON: &str = r#"#!/bin/sh
case "$1$2" in
-c*) echo 3.11.2 cpython-311 /usr;;
--version*) echo Python 3.11.2;;
-mvenv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo venv >> "$BED/commands";;
-mpip) cp requirements.txt "$VIRTUAL_ENV/installed"; echo pip >> "$BED/commands";;
esac
"#;

fn python_app() -> Bed {
    let mut bed = Bed::new();
    bed.environment.world = World::CloudNative;
    bed.tool("python3", PYTHON);
    bed.put("requirements.txt", "idna==3.7\nsix==1.16.0\n");
    bed
}

/// Between builds, as the lifecycle does for a layer that is not cached: its TOML comes back
/// from the image without types, its contents do not.
fn next(bed: &Bed) {
    bed.next();
    fs_err::remove_dir_all(bed.root().join("layers/cache-pip")).unwrap();
}

fn toml(bed: &Bed) -> String {
    fs_err::read_to_string(bed.root().join("layers/cache-pip.toml")).unwrap()
}

/// A command of the app runs as its processes will, on each build that runs it.
#[test]
fn a_custom_command_runs_with_the_environment_that_was_installed() {
    for world in [World::CloudNative, World::Classic] {
        let mut bed = python_app();
        bed.environment.world = world;
        let clear = || {
            bed.next();
            for name in ["out", ".venv"] {
                slugsmith::cache::pack::remove(&bed.app().join(name)).unwrap();
            }
        };
        bed.build();
        clear();
        if world == World::CloudNative {
            fs_err::remove_dir_all(bed.root().join("layers/cache-pip")).unwrap();
        }
        bed.put(
            "project.toml",
            "[[com.slugsmith.cache]]\nname = \"static\"\npaths = [\"out/\"]\nkey = [\"a\"]\nrun = \"sh collect.sh\"\n",
        );
        bed.put(
            "collect.sh",
            "mkdir out; command -v python > out/which; cp a \"$VIRTUAL_ENV/installed\" out\n",
        );
        for text in ["1", "2"] {
            bed.put("a", text);
            let (_, log) = bed.build();
            let at = fs_err::read_to_string(bed.app().join("out/which")).unwrap();
            assert!(at.ends_with("venv/bin/python\n"), "{at} {log:?}");
            assert!(bed.app().join("out/installed").is_file(), "{log:?}");
            clear();
        }
    }
}

#[test]
fn an_unchanged_environment_is_taken_over_from_the_image() {
    let bed = python_app();
    let (outcomes, log) = bed.build();
    assert_eq!(log.commands.len(), 2, "{:?}", log.commands);
    assert!(
        log.lines[1].contains("stays in the image"),
        "{:?}",
        log.lines
    );
    assert!(outcomes[0].stays_in_image && outcomes[0].stored_bytes == 0);
    let first = toml(&bed);
    assert!(
        first.contains("launch = true\nbuild = false\ncache = false"),
        "{first}"
    );
    for _ in 0..2 {
        next(&bed);
        let (outcomes, log) = bed.build();
        assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
        assert!(
            log.commands.is_empty() && log.warnings.is_empty(),
            "{log:?}"
        );
        assert!(
            log.lines[0].contains("stay in the image"),
            "{:?}",
            log.lines
        );
        assert!(!bed.root().join("layers/cache-pip").exists());
        // The lifecycle compares the metadata, too.
        assert_eq!(toml(&bed), first);
        fs_err::create_dir(bed.root().join("layers/cache-pip")).unwrap();
    }
}

/// As an editable package whose build writes a file beside its sources.
#[test]
fn what_its_install_made_in_the_app_is_there_on_a_hit() {
    let bed = python_app();
    let python = PYTHON.replace(
        "echo pip >>",
        "mkdir -p src; cp word.txt src/made.py; rm -f gone.txt; echo pip >>",
    );
    bed.tool("python3", &python);
    let reset = |word: &str| {
        let _ = fs_err::remove_dir_all(bed.app().join("src"));
        bed.put("word.txt", word);
        bed.put("gone.txt", "");
    };
    let made = || fs_err::read_to_string(bed.app().join("src/made.py")).unwrap();
    reset("one");
    bed.build();
    for _ in 0..2 {
        next(&bed);
        reset("one");
        let (outcomes, log) = bed.build();
        assert_eq!(outcomes[0].decision.verdict, Verdict::Hit, "{log:?}");
        assert_eq!(made(), "one");
        assert!(!bed.app().join("gone.txt").exists());
        fs_err::create_dir(bed.root().join("layers/cache-pip")).unwrap();
    }
    next(&bed);
    reset("two");
    let (_, log) = bed.build();
    assert!(log.lines[0].contains("word.txt changed"), "{log:?}");
    assert_eq!(made(), "two");
    // The cache is lost, the image is not.
    next(&bed);
    reset("two");
    fs_err::remove_dir_all(bed.root().join("layers/cache-pip_2feffects")).unwrap();
    let (outcomes, _) = bed.build();
    assert!(matches!(outcomes[0].decision.verdict, Verdict::Miss { .. }));
    assert_eq!(made(), "two");
}

#[test]
fn a_change_is_named_although_the_old_list_is_away() {
    let bed = python_app();
    bed.build();
    next(&bed);
    bed.put("requirements.txt", "idna==3.10\n");
    let (outcomes, log) = bed.build();
    let Verdict::Miss { reasons } = &outcomes[0].decision.verdict else {
        panic!("{outcomes:?}");
    };
    assert_eq!(reasons, &["requirements.txt: idna 3.7 → 3.10, -six"]);
    assert!(log.warnings.is_empty(), "{log:?}");
    let installed = bed.root().join("layers/cache-pip/data/venv/installed");
    assert_eq!(fs_err::read_to_string(installed).unwrap(), "idna==3.10\n");
}

#[test]
fn nothing_is_believed_that_did_not_come_out_of_an_image() {
    let bed = python_app();
    bed.build();
    // Its types are still there: no lifecycle has been at work, and the folder is lost.
    fs_err::remove_dir_all(bed.root().join("layers/cache-pip")).unwrap();
    let (outcomes, log) = bed.build();
    assert!(matches!(outcomes[0].decision.verdict, Verdict::Miss { .. }));
    assert_eq!(log.warnings.len(), 1, "{log:?}");
    // A purged cache, or a builder that does not know the image.
    next(&bed);
    fs_err::remove_file(bed.root().join("layers/cache-pip.toml")).unwrap();
    let (outcomes, log) = bed.build();
    let first = vec!["first build".to_owned()];
    assert_eq!(
        outcomes[0].decision.verdict,
        Verdict::Miss { reasons: first }
    );
    assert!(log.warnings.is_empty(), "{log:?}");
}

#[test]
fn one_build_without_caches_does_not_alarm_the_next() {
    let mut bed = python_app();
    bed.set("SLUGSMITH_CACHE", "off");
    bed.build();
    next(&bed);
    bed.environment.variables.remove("SLUGSMITH_CACHE");
    let (outcomes, log) = bed.build();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    assert!(log.warnings.is_empty(), "{log:?}");
}

#[test]
fn what_no_process_needs_leaves_the_environment_until_the_app_names_it() {
    let bed = python_app();
    let installs = r#"cp requirements.txt "$VIRTUAL_ENV/installed"
site="$VIRTUAL_ENV/lib/python3.11/site-packages"; mkdir -p "$site/a/tests" "$site/pip"
touch "$site/a/__init__.py" "$site/a/tests/t.py" "$site/pip/__init__.py""#;
    bed.tool(
        "python3",
        &PYTHON.replace(r#"cp requirements.txt "$VIRTUAL_ENV/installed""#, installs),
    );
    bed.put("app.py", "import a\n");
    let site = bed
        .root()
        .join("layers/cache-pip/data/venv/lib/python3.11/site-packages");
    bed.build();
    assert!(site.join("a/__init__.py").exists());
    assert!(!site.join("a/tests").exists() && !site.join("pip").exists());
    next(&bed);
    bed.put("app.py", "import a, b\n");
    let (outcomes, _) = bed.build();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    bed.put("app.py", "from a.tests import t\n");
    fs_err::create_dir(bed.root().join("layers/cache-pip")).unwrap();
    next(&bed);
    let (outcomes, _) = bed.build();
    let Verdict::Miss { reasons } = &outcomes[0].decision.verdict else {
        panic!("{outcomes:?}");
    };
    assert!(
        reasons[0].contains("names that keep files from strip"),
        "{reasons:?}"
    );
    assert!(site.join("a/tests/t.py").exists() && !site.join("pip").exists());
}
