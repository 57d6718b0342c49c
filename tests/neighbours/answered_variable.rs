//! The first law for the variable that hangs the hook in: no process of another buildpack sees
//! another value of it than without us, but the one that the buildpack itself starts.

use crate::answered::{Bed, WITH, WITHOUT, WORLDS, World};
use crate::look::write_app;

/// Prints what a script of the app, what a worker and what a child process of it see, with the heap.
const PRINT: &str = "const { Worker, isMainThread } = require('worker_threads');\
    const see = (who) => console.log('SEEN', who, process.env.NODE_OPTIONS, process.execArgv.join(),\
      require('v8').getHeapStatistics().heap_size_limit);\
    if (!isMainThread) { see('worker'); } else if (process.send) { see('child'); } else {\
      see('script'); new Worker(__filename).on('exit', () => \
        require('child_process').fork(__filename, { stdio: 'inherit' })); }";

fn seen(log: &str) -> Vec<&str> {
    log.lines()
        .filter(|line| line.trim_start().starts_with("SEEN"))
        .map(str::trim)
        .collect()
}

#[test]
#[ignore = "real package managers"]
fn processes_below_a_call_see_the_variable_as_without_us() {
    for world in WORLDS.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("shop");
        let manifest = r#"{"name":"shop","version":"1.0.0","scripts":{"build":"node print.js"}}"#;
        let lock = r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"shop"}}}"#;
        let files = [
            ("package.json", manifest),
            ("package-lock.json", lock),
            ("print.js", PRINT),
            ("Procfile", "web: node print.js\n"),
        ];
        write_app(&app, &files);
        // heroku-buildpack-nodejs 4f394e9, `create_build_env`.
        let heap = match world {
            World::Classic => {
                "if [[ -z ${NODE_OPTIONS:-} ]]; then export NODE_OPTIONS=--max_old_space_size=2560; fi\n"
            }
            World::CloudNative => "",
        };
        let calls = format!(
            "{heap}npm run build\n\
             node -e 'require(`child_process`).execFileSync(process.execPath, [`print.js`], {{ stdio: `inherit` }})'\n\
             AFTER"
        );
        let without = Bed::new(world, &calls).build(&app, WITHOUT, &[]);
        let with = Bed::new(world, &calls).build(&app, &WITH[..2], &[]);
        assert!(
            with.log.contains("Answers unchanged installs"),
            "{}",
            with.log
        );
        assert_eq!(seen(&without.log).len(), 6, "{}", without.log);
        assert_eq!(seen(&with.log), seen(&without.log), "{world:?}");
    }
}

/// Which buildpacks are in a classic list can't be seen: one without heroku/nodejs has no heap size.
#[test]
#[ignore = "real package managers"]
fn a_classic_app_of_two_languages_has_no_variable_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("shop");
    let files = [
        ("package.json", r#"{"name":"shop","version":"1.0.0"}"#),
        (
            "package-lock.json",
            r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{}}}"#,
        ),
        ("Gemfile", "source 'https://rubygems.example'\ngem 'rack'\n"),
        ("Procfile", "web: true\n"),
    ];
    write_app(&app, &files);
    for world in WORLDS.iter().copied() {
        let calls = "echo \"SEEN ${NODE_OPTIONS:-nothing}\"";
        let with = Bed::new(world, calls).build(&app, WITH, &[]);
        let is_free = seen(&with.log) == ["SEEN nothing"];
        assert_eq!(is_free, world == World::Classic, "{}", with.log);
        assert_eq!(
            with.log.contains("with Gemfile beside package.json"),
            is_free,
            "{}",
            with.log
        );
    }
}
