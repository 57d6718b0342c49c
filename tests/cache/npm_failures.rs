//! npm: what is broken, missing or not ours.

use super::npm::installed;
use super::support::Bed;
use slugsmith::cache::Verdict;

#[test]
fn a_lockfile_that_lacks_a_package_is_refused_with_an_old_tree_too() {
    let bed = Bed::npm_app();
    bed.build();
    bed.tool(
        "npm",
        "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3; exit;; esac\n\
         echo \"$1\" >> \"$BED/calls\"\n\
         case \"$1\" in\n\
         install) mkdir -p node_modules/ms; echo resolved > node_modules/ms/index.js; echo >> package-lock.json;;\n\
         ci) echo 'npm error Missing: ms@2.1.3 from lock file'; exit 1;;\n\
         esac\n",
    );
    bed.lock("2.1.3");
    let lock = fs_err::read_to_string(bed.app().join("package-lock.json")).unwrap();
    bed.next();
    assert!(bed.try_build().0.is_err());
    let calls = fs_err::read_to_string(bed.root().join("calls")).unwrap();
    assert_eq!(calls, "install\nci\n");
    let after = fs_err::read_to_string(bed.app().join("package-lock.json")).unwrap();
    assert_eq!(after, lock);
    assert!(!installed(&bed) && !bed.app().join("node_modules").exists());
}

#[test]
fn a_mark_that_was_committed_is_not_obeyed() {
    let bed = Bed::npm_app();
    bed.put("node_modules/own/index.js", "committed");
    bed.put(
        ".slugsmith-unfinished-npm",
        "An install is under way, or was interrupted here.\n1\n",
    );
    let (outcomes, _) = bed.build();
    assert!(matches!(
        outcomes[0].decision.verdict,
        Verdict::Adopted { .. }
    ));
    assert!(bed.app().join("node_modules/own/index.js").exists());
}

#[test]
fn a_damaged_cache_is_discarded_and_installed_again() {
    for name in ["data/frames", "data/index"] {
        let bed = Bed::npm_app();
        bed.build();
        let path = bed.store().folder("npm").join(name);
        let mut bytes = fs_err::read(&path).unwrap();
        bytes.pop();
        fs_err::write(&path, bytes).unwrap();
        let (outcomes, log) = bed.rebuild();
        assert!(matches!(outcomes[0].decision.verdict, Verdict::Miss { .. }));
        assert_eq!(log.warnings[0].0, "cache-discarded");
        assert_eq!(log.commands, ["npm ci --omit=dev"]);
        assert!(installed(&bed));
        let (outcomes, _) = bed.rebuild();
        assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    }
}

#[test]
fn a_fifo_is_never_stored() {
    let bed = Bed::npm_app();
    bed.put("fifo", "");
    let (outcomes, log) = bed.build();
    assert_eq!(outcomes[0].stored_bytes, 0);
    assert_eq!(log.warnings[0].0, "cache-not-stored");
    assert!(log.warnings[0].1.contains("node_modules/pipe"));
    assert!(!bed.store().folder("npm").exists());
}

#[test]
fn a_failed_install_ends_the_build_and_leaves_no_tree() {
    let bed = Bed::npm_app();
    bed.put("fail", "npm error code ETARGET\n");
    let (result, _) = bed.try_build();
    let problem = result.unwrap_err();
    assert_eq!(problem.kind.id, "install-failed");
    assert!(problem.saw[0].starts_with("`npm ci --omit=dev` ended with exit code 1"));
    assert_eq!(problem.details, ["npm error code ETARGET"]);
    assert!(!bed.app().join("node_modules").exists());
    bed.put("fail", "npm error ENOSPC: no space left on device\n");
    assert_eq!(bed.try_build().0.unwrap_err().kind.id, "no-space");
    bed.put("fail", "npm error `npm ci` can only install packages when your package.json and package-lock.json or \
        npm-shrinkwrap.json are in sync.\n");
    bed.put("package.json", r#"{"dependencies":{"ms":"^3.0.0"}}"#);
    let problem = bed.try_build().0.unwrap_err();
    assert_eq!(problem.kind.id, "lockfile-out-of-step");
    assert_eq!(
        problem.saw[0],
        "package.json asks for ms ^3.0.0, but package-lock.json has 2.0.0"
    );
}

/// A deploy that fails and is taken back costs no install.
#[test]
fn a_failed_install_leaves_the_last_good_tree_to_the_next_build() {
    let bed = Bed::npm_app();
    bed.build();
    bed.next();
    for version in ["2.0.1", "3.0.0"] {
        bed.lock(version);
        bed.put("fail", "npm error code ETARGET\n");
        assert!(bed.try_build().0.is_err());
        assert!(!bed.app().join("node_modules").exists());
    }
    fs_err::remove_file(bed.app().join("fail")).unwrap();
    bed.lock("2.0.0");
    let (outcomes, log) = bed.build();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit, "{log:?}");
    assert!(
        log.commands.is_empty() && log.warnings.is_empty(),
        "{log:?}"
    );
}

#[test]
fn a_killed_install_is_a_failure() {
    let bed = Bed::npm_app();
    bed.put("hang", "");
    let problem = bed.try_build().0.unwrap_err();
    assert!(problem.saw[0].contains("signal 9"), "{problem}");
    assert!(!bed.app().join("node_modules").exists());
}

#[test]
fn without_npm_or_node_nothing_fails() {
    for tool in ["npm", "node"] {
        let mut bed = Bed::npm_app();
        let path = bed.root().join("bin");
        bed.set("PATH", path.to_str().unwrap());
        fs_err::remove_file(path.join(tool)).unwrap();
        let (outcomes, log) = bed.build();
        assert!(matches!(
            outcomes[0].decision.verdict,
            Verdict::Skipped { .. }
        ));
        assert_eq!(log.warnings[0].0, "tool-missing");
        assert!(log.warnings[0].1.contains(&format!("`{tool}`")));
    }
}

#[test]
fn broken_files_are_said_and_skipped() {
    let bed = Bed::npm_app();
    bed.put("package-lock.json", "{\n<<<<<<< HEAD\n");
    let (outcomes, log) = bed.build();
    assert!(matches!(
        outcomes[0].decision.verdict,
        Verdict::Skipped { .. }
    ));
    assert!(
        log.warnings[0].1.starts_with("package-lock.json:2:1"),
        "{:?}",
        log.warnings
    );
    bed.put("package.json", "{");
    let (outcomes, log) = bed.build();
    assert!(matches!(
        outcomes[0].decision.verdict,
        Verdict::Skipped { .. }
    ));
    assert!(log.warnings.is_empty(), "the flow reports package.json");
}

#[test]
fn without_a_lockfile_nothing_is_pinned() {
    let bed = Bed::npm_app();
    fs_err::remove_file(bed.app().join("package-lock.json")).unwrap();
    let (_, log) = bed.build();
    assert_eq!(log.commands, ["npm install --no-package-lock --omit=dev"]);
    let (outcomes, _) = bed.rebuild();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    let toml = bed.root().join("layers/cache-npm.toml");
    let text = fs_err::read_to_string(&toml).unwrap();
    let stored = text
        .lines()
        .find(|line| line.starts_with("stored_at"))
        .unwrap();
    fs_err::write(&toml, text.replace(stored, "stored_at = \"1000\"")).unwrap();
    let (_, log) = bed.rebuild();
    assert!(
        log.lines[0].contains("older than 24 hours"),
        "{:?}",
        log.lines
    );
}

#[test]
fn a_tree_whose_native_modules_do_not_load_here_is_installed_again() {
    let bed = Bed::npm_app();
    bed.build();
    let list = bed.store().folder("npm").join("natives");
    assert!(list.exists());
    fs_err::write(list, "s390x\tglibc\tbcrypt.node\n").unwrap();
    let (outcomes, log) = bed.rebuild();
    assert!(matches!(outcomes[0].decision.verdict, Verdict::Miss { .. }));
    assert!(
        log.warnings[0].1.contains("bcrypt.node"),
        "{:?}",
        log.warnings
    );
    assert_eq!(bed.rebuild().0[0].decision.verdict, Verdict::Hit);
}
