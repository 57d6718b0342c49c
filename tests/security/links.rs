//! Links, paths and names of a hostile app: caches, strip and our own files stay inside.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::builds::{cnb, compile};
use crate::support::{Sandbox, listing};

const TOOL: &str = "#!/bin/sh\ncase \"$*\" in *version*) echo 10.9.3; exit;; -p*) echo 20.1.0 115; exit;; esac\n\
    exit 0\n";
/// Places that lead out of the app, together as far as one does not stop the others.
const PLACES: &[&[&str]] = &[
    &[
        "node_modules",
        ".next/cache",
        ".nx/cache",
        "models",
        ".profile.d",
        ".heroku",
        "docs",
        "tmp/cache",
        "venv",
        "vendor",
    ],
    &[".slugsmith-aside"],
    &["node_modules.slugsmith-partial", ".next", "tmp"],
];

/// An app with links out of it, and a configuration that names paths out of it.
fn app(places: &[&str], target: &Path) -> Sandbox {
    let sandbox = Sandbox::new()
        .program("npm", TOOL)
        .program("node", TOOL)
        .file(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","dependencies":{"next":"1.0.0","ms":"1.0.0"},
"cacheDirectories":["tmp/cache","../outside"]}"#,
        )
        .file(
            "package-lock.json",
            r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{
"dependencies":{"ms":"1.0.0"}},"node_modules/ms":{"version":"1.0.0"}}}"#,
        )
        .file("Procfile", "web: node server.js\n")
        .file(
            "server.js",
            "process.env.NEEDED;\nrequire('http').createServer().listen(process.env.PORT)\n",
        )
        .file(".buildcache", "../outside\n/etc\ntmp/cache\n")
        .file(
            "project.toml",
            "[com.slugsmith.launch]\nrequired = [\"NEEDED\"]\n",
        );
    let outside = sandbox.path("outside");
    for name in ["test/a.js", "docs/b.md", "c.js.map", "0/0", "README.md"] {
        let path = outside.join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, "precious").unwrap();
    }
    for place in places {
        let link = sandbox.app().join(place);
        fs_err::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(sandbox.path("").join(target), link).unwrap();
    }
    sandbox
}

#[test]
fn no_link_leads_a_build_out_of_the_app() {
    for places in PLACES {
        let sandbox = app(places, Path::new("outside"));
        let before = listing(&sandbox.path("outside"));
        sandbox.slugsmith(&["build", "app"]);
        for _ in 0..2 {
            compile(&sandbox);
        }
        sandbox.slugsmith(&["strip", "app"]);
        assert_eq!(listing(&sandbox.path("outside")), before, "{places:?}");
    }
}

#[test]
fn no_link_leads_a_build_into_another_buildpacks_layers() {
    for places in PLACES {
        let sandbox = app(places, Path::new("layers/acme_node"));
        let others = sandbox.path("layers/acme_node");
        for name in [
            "dist/bin/node",
            "dist/docs/a.md",
            "dist/test/b.js",
            "dist.toml",
            "0/0",
        ] {
            let path = others.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        fs_err::write(others.join("dist.toml"), "[types]\nlaunch = true\n").unwrap();
        let before = listing(&others);
        for _ in 0..2 {
            let (ran, _) = cnb(&sandbox);
            assert_ne!(ran.code, 101, "{places:?}: {}", ran.stderr);
        }
        assert_eq!(listing(&others), before, "{places:?}");
    }
}

/// Custom caches and lists that name other places are refused or mean places in the app.
#[test]
fn no_configuration_leads_out_of_the_app() {
    for path in ["../outside", "a/../../outside", ".", "/etc"] {
        let sandbox = app(&["odd"], Path::new("outside")).file(
            "project.toml",
            format!(
                "[com.slugsmith.strip]\nremove = [\"{path}\", \"{path}/**\"]\n\
                 [[com.slugsmith.cache]]\nname = \"x\"\npaths = [\"{path}\"]\n"
            ),
        );
        let before = listing(&sandbox.path("outside"));
        let source = fs_err::read(sandbox.app().join("server.js")).unwrap();
        sandbox.slugsmith(&["build", "app"]);
        compile(&sandbox);
        assert_eq!(listing(&sandbox.path("outside")), before, "{path}");
        let kept = fs_err::read(sandbox.app().join("server.js"));
        assert!(kept.is_ok_and(|kept| kept == source), "{path}");
    }
}

/// A file of ours that is a link is replaced, not written through.
#[test]
fn our_own_script_is_not_written_through_a_link() {
    let sandbox = app(&["odd"], Path::new("outside"));
    let script = sandbox
        .app()
        .join(".profile.d/zz-slugsmith-launch-check.sh");
    for name in ["slugsmith.sh", "zz-slugsmith-launch-check.sh"] {
        fs_err::create_dir_all(sandbox.app().join(".profile.d")).unwrap();
        symlink(
            "../../outside/README.md",
            sandbox.app().join(".profile.d").join(name),
        )
        .unwrap();
    }
    compile(&sandbox).expect(0);
    assert!(script.is_file() && !script.is_symlink());
    let kept = fs_err::read_to_string(sandbox.path("outside/README.md")).unwrap();
    assert_eq!(kept, "precious");
}

/// Nothing that an app names is run by a shell.
#[test]
fn names_are_never_commands() {
    let odd = "$(touch pwned)`touch pwned`;touch pwned|touch pwned\n&& touch pwned";
    let quoted = odd.replace('\n', "\\n");
    let sandbox = Sandbox::new()
        .program("npm", "#!/bin/sh\ncase \"$*\" in *version*) echo 10.9.3; exit;; esac\nexit 1\n")
        .program("node", "#!/bin/sh\necho 20.1.0 115\n")
        .program("true", "#!/bin/sh\nexit 0\n")
        .file("package.json", format!(r#"{{"name":"{quoted}","dependencies":{{"{quoted}":"{quoted}"}}}}"#))
        .file("package-lock.json", format!(r#"{{"lockfileVersion":3,"packages":{{"":{{}},"node_modules/{quoted}":{{
"version":"{quoted}"}}}}}}"#))
        .file("Procfile", format!("web: {}\n", odd.replace('\n', " ")))
        .file(&format!("node_modules/{odd}/package.json"), "{}")
        .file(&format!("node_modules/{odd}/index.js.map"), "{}")
        .file("requirements.txt", format!("{odd}\n"))
        .file("project.toml", format!(
            "[com.slugsmith.strip]\nverify = [\"true {quoted}\"]\nkeep = [\"{quoted}\"]\n\
             [[com.slugsmith.cache]]\nname = \"{quoted}\"\npaths = [\"made\"]\nrun = \"true {quoted}\"\n"
        ));
    for verb in ["check", "build", "inspect", "init", "strip"] {
        let ran = sandbox.slugsmith(&[verb, "app"]);
        assert_ne!(ran.code, 101, "{}", ran.stderr);
    }
    compile(&sandbox);
    for folder in ["", "app", "home", "cache", "buildpack"] {
        assert!(!sandbox.path(folder).join("pwned").exists(), "{folder}");
    }
}
