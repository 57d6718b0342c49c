//! The archive of a JDK that lacks its own.

use std::os::unix::fs::PermissionsExt;

use crate::bench::Bench;

/// A JDK whose `java` writes what it is asked to make, and does what `more` says.
fn shop(version: &str, more: &str) -> Bench {
    let bench = Bench::new();
    bench.put("Procfile", "web: java -jar shop.jar\n");
    bench.put("shop.jar", "x");
    bench.put(".jdk/release", &format!("JAVA_VERSION=\"{version}\"\n"));
    bench.put(".jdk/lib/server/libjvm.so", "x");
    let program = format!(
        "#!/bin/sh\n{more}\nfor word; do case $word in\n-XX:SharedArchiveFile=*) file=${{word#*=}};;\n\
         -Xshare:dump) dump=1;;\nesac; done\n\
         if [ \"$dump\" ]; then echo archive >\"$file\"; else cat \"$file\"; fi\n"
    );
    bench.put(".jdk/bin/java", &program);
    let java = bench.source().join(".jdk/bin/java");
    fs_err::set_permissions(java, PermissionsExt::from_mode(0o755)).unwrap();
    bench
}

/// Builds with the JDK of the app first in PATH, as its buildpack exports it.
pub(crate) fn build(bench: &Bench, number: u32) -> crate::bench::Built {
    let java = bench.root().join(format!("build_{number}/.jdk/bin/java"));
    let tools = bench.root().join("tools");
    fs_err::create_dir_all(&tools).unwrap();
    let _ = fs_err::remove_file(tools.join("java"));
    std::os::unix::fs::symlink(java, tools.join("java")).unwrap();
    bench.build(number)
}

#[test]
fn a_jdk_without_an_archive_gets_one_in_the_app() {
    let bench = shop("17.0.15", "");
    let built = build(&bench, 1);
    built.says("Class data archive of the JDK");
    let archive = built.app.join(".slugsmith/java/jdk.jsa");
    assert_eq!(fs_err::read_to_string(archive).unwrap(), "archive\n");
    assert!(!built.app.join(".jdk/lib/server/classes.jsa").exists());
    let mut profile = String::new();
    for entry in fs_err::read_dir(built.app.join(".profile.d")).unwrap() {
        profile.push_str(&fs_err::read_to_string(entry.unwrap().path()).unwrap());
    }
    assert!(
        profile.contains("-XX:SharedArchiveFile=") && profile.contains(".slugsmith/java/jdk.jsa"),
        "{profile}"
    );
    build(&bench, 2).says("as kept from an earlier build");
}

#[test]
fn a_jdk_that_would_not_start_with_it_gets_none() {
    for (version, more, has_archive) in [
        ("1.8.0_402", "", false),
        ("17.0.15", "exit 1", false),
        ("17.0.15", "case \"$*\" in *-version*) exit 1;; esac", false),
        ("17.0.15", "", true),
    ] {
        let bench = shop(version, more);
        if has_archive {
            bench.put(".jdk/lib/server/classes.jsa", "x");
        }
        let built = build(&bench, 1);
        assert!(built.success, "{}", built.log);
        assert!(
            !built.app.join(".slugsmith/java").exists(),
            "{version} {more}"
        );
        assert!(!built.log.contains("archive of the JDK, "), "{}", built.log);
    }
    let bench = shop("17.0.15", "");
    bench.config_var("JAVA_TOOL_OPTIONS", "-Xmx300m -Xshare:off");
    build(&bench, 1).never_says("Class data archive");
    // An older one beside it would not know the options.
    let bench = shop("17.0.15", "");
    bench.put("old/lib/server/libjvm.so", "x");
    bench.put("old/bin/java", "x");
    build(&bench, 1).says("No Class data archive of the JDK: there is another JDK");
}
