//! npm, yarn 1, yarn berry with both linkers, pnpm and Bun; with workspaces, and with
//! scripts that need dev dependencies.

use crate::lab::{Case, Lab, prove, same};

/// A workspace; `ms` changes.
fn workspace(lab: &Lab) {
    lab.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","private":true,"workspaces":["packages/*"],"dependencies":{
"ms": "2.0.0"},"devDependencies":{"left-pad":"1.3.0"}}"#,
    );
    lab.put(
        "packages/api/package.json",
        r#"{"name":"api","version":"1.0.0","dependencies":{"debug":"4.3.4"},"bin":{"api":"./index.js"}}"#,
    );
    lab.put("packages/api/index.js", "require('debug')('api')\n");
}

/// One package with a build script that uses a dev dependency, and one that changes.
fn with_script(lab: &Lab) {
    lab.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","private":true,"scripts":{"build":"node build.js"},"dependencies":{
"debug":"4.3.4"},"devDependencies":{"left-pad":"1.3.0","is-odd":"3.0.1"}}"#,
    );
    lab.put(
        "build.js",
        "require('fs').writeFileSync('built', require('left-pad')('1', 3) + require('is-odd')(3));\n",
    );
}

/// Builds twice: the script finds its dev dependencies each time, they are gone after it,
/// and the second time nothing is downloaded.
fn prove_pruning(lab: &mut Lab, trees: &[&str], gone: &dyn Fn(&std::path::Path) -> bool) {
    let first = lab.build();
    first.says("MISS, first build");
    for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
        // Nobody listens there.
        lab.set(name, "http://127.0.0.1:9");
    }
    lab.set("npm_config_fetch_retries", "0");
    lab.set("YARN_ENABLE_NETWORK", "false");
    let second = lab.build();
    second.says("HIT, restored");
    let commands = second.log.lines().filter(|line| line.contains("Running `"));
    let installs: Vec<_> = commands
        .filter(|line| line.contains(" install") || line.contains(" ci"))
        .collect();
    assert!(installs.is_empty(), "{installs:?}");
    for built in [&first, &second] {
        let made = fs_err::read_to_string(built.app.join("built")).unwrap();
        assert_eq!(made, "  1true", "{}", built.log);
        assert!(gone(&built.app), "{}", built.log);
    }
    let left_out = ["install-state.gz", ".modules.yaml"];
    same(
        &first.tree(trees, &left_out),
        &second.tree(trees, &left_out),
        "pruning is not the same twice",
    );
}

fn no_dev_modules(app: &std::path::Path) -> bool {
    let is_there = |name: &str| app.join("node_modules").join(name).exists();
    is_there("debug") && !is_there("left-pad") && !is_there("is-odd")
}

#[test]
#[ignore = "real package managers"]
fn npm() {
    let lab = Lab::new(&[]);
    workspace(&lab);
    lab.run("npm install --package-lock-only");
    prove(
        &lab,
        &Case {
            name: "npm",
            trees: &["node_modules"],
            left_out: &["node_modules/.package-lock.json"],
            change: &|lab| {
                lab.edit("package.json", r#""ms": "2.0.0""#, r#""ms": "2.1.3""#);
                lab.run("npm install --package-lock-only");
            },
            reason: "package-lock.json: ms 2.0.0 → 2.1.3",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn npm_with_a_script() {
    let mut lab = Lab::new(&[]);
    with_script(&lab);
    lab.run("npm install --package-lock-only");
    prove_pruning(&mut lab, &["node_modules"], &no_dev_modules);
}

/// Nested versions, scopes, programs, optional and peer packages, workspaces: what stays is
/// what npm's own prune leaves.
#[test]
#[ignore = "real package managers"]
fn npm_prunes_as_npm_does() {
    let lab = Lab::new(&[]);
    lab.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","private":true,"workspaces":["packages/*"],"scripts":{
"build":"eslint --version"},
"dependencies":{"debug":"2.6.9","semver":"5.7.2","glob":"7.2.3"},
"devDependencies":{"eslint":"8.57.1","@babel/core":"7.24.0","pad":"npm:left-pad@1.2.0","rollup":"4.12.0",
"mkdirp":"0.5.6"}}"#,
    );
    lab.put(
        "packages/api/package.json",
        r#"{"name":"api","version":"1.0.0","dependencies":{"ms":"2.1.3"},"devDependencies":{"debug":"4.3.4",
"left-pad":"1.3.0"}}"#,
    );
    lab.run("npm install --package-lock-only");
    let trees = ["node_modules", "packages/api"];
    let built = lab.build();
    let again = lab.build();
    again.says("HIT, restored");
    lab.run("npm ci --include=dev");
    lab.run("npm prune --omit=dev --ignore-scripts");
    let npms = crate::lab::Built {
        app: lab.source(),
        log: String::new(),
    };
    // npm leaves empty scopes behind.
    let files = |built: &crate::lab::Built| {
        let mut tree = built.tree(&trees, &[]);
        tree.retain(|(_, content)| content != "folder");
        tree
    };
    for ours in [&built, &again] {
        same(&files(ours), &files(&npms), "not what npm leaves");
    }
}

#[test]
#[ignore = "real package managers"]
fn yarn_1() {
    let lab = Lab::new(&["yarn-classic"]);
    workspace(&lab);
    let lock = |lab: &Lab| {
        lab.run("yarn install --ignore-scripts");
        lab.run("rm -rf node_modules packages/api/node_modules");
    };
    lock(&lab);
    prove(
        &lab,
        &Case {
            name: "yarn",
            trees: &["node_modules"],
            left_out: &[],
            change: &|lab| {
                lab.edit("package.json", r#""ms": "2.0.0""#, r#""ms": "2.1.3""#);
                lock(lab);
            },
            reason: "yarn.lock: ms 2.0.0 → 2.1.3",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn yarn_1_with_a_script() {
    let mut lab = Lab::new(&["yarn-classic"]);
    with_script(&lab);
    lab.run("yarn install --ignore-scripts");
    lab.run("rm -rf node_modules");
    prove_pruning(&mut lab, &["node_modules"], &no_dev_modules);
}

fn berry_lock(lab: &Lab) {
    lab.run("yarn install --mode=update-lockfile");
    lab.run("rm -rf .yarn");
}

#[test]
#[ignore = "real package managers"]
fn yarn_berry_with_node_modules() {
    let lab = Lab::new(&["yarn-berry"]);
    workspace(&lab);
    lab.put(".yarnrc.yml", "nodeLinker: node-modules\n");
    berry_lock(&lab);
    prove(
        &lab,
        &Case {
            name: "yarn",
            trees: &["node_modules"],
            left_out: &[],
            change: &|lab| {
                lab.edit("package.json", r#""ms": "2.0.0""#, r#""ms": "2.1.3""#);
                berry_lock(lab);
            },
            reason: "yarn.lock: ms 2.0.0 → 2.1.3",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn yarn_berry_with_node_modules_and_a_script() {
    let mut lab = Lab::new(&["yarn-berry"]);
    with_script(&lab);
    lab.put(".yarnrc.yml", "nodeLinker: node-modules\n");
    berry_lock(&lab);
    prove_pruning(&mut lab, &["node_modules"], &no_dev_modules);
}

#[test]
#[ignore = "real package managers"]
fn yarn_berry_with_plug_n_play() {
    let lab = Lab::new(&["yarn-berry"]);
    workspace(&lab);
    lab.put("server.js", "console.log(require('ms')('1s'))\n");
    berry_lock(&lab);
    prove(
        &lab,
        &Case {
            name: "yarn",
            trees: &[".pnp.cjs", ".yarn/cache"],
            left_out: &[],
            change: &|lab| {
                lab.edit("package.json", r#""ms": "2.0.0""#, r#""ms": "2.1.3""#);
                berry_lock(lab);
            },
            reason: "yarn.lock: ms 2.0.0 → 2.1.3",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn yarn_berry_with_plug_n_play_and_a_script() {
    let mut lab = Lab::new(&["yarn-berry"]);
    with_script(&lab);
    berry_lock(&lab);
    prove_pruning(&mut lab, &[".pnp.cjs", ".yarn/cache"], &|app| {
        let archives: Vec<_> = fs_err::read_dir(app.join(".yarn/cache"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        archives.iter().any(|name| name.starts_with("debug-"))
            && !archives.iter().any(|name| name.starts_with("left-pad-"))
    });
}

#[test]
#[ignore = "real package managers"]
fn pnpm() {
    let lab = Lab::new(&["pnpm"]);
    workspace(&lab);
    lab.put("pnpm-workspace.yaml", "packages:\n  - packages/*\n");
    lab.run("pnpm install --lockfile-only");
    prove(
        &lab,
        &Case {
            name: "pnpm",
            trees: &["node_modules", "packages/api/node_modules"],
            // Both hold the time of the install.
            left_out: &[".modules.yaml", ".pnpm-workspace-state-v1.json"],
            change: &|lab| {
                lab.edit("package.json", r#""ms": "2.0.0""#, r#""ms": "2.1.3""#);
                lab.run("pnpm install --lockfile-only");
            },
            reason: "pnpm-lock.yaml: ms 2.0.0 → 2.1.3",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn pnpm_with_a_script() {
    let mut lab = Lab::new(&["pnpm"]);
    with_script(&lab);
    lab.run("pnpm install --lockfile-only");
    prove_pruning(&mut lab, &["node_modules"], &no_dev_modules);
}

#[test]
#[ignore = "real package managers"]
fn bun() {
    let lab = Lab::new(&["bun"]);
    workspace(&lab);
    lab.run("bun install --lockfile-only");
    prove(
        &lab,
        &Case {
            name: "bun",
            trees: &["node_modules"],
            left_out: &[],
            change: &|lab| {
                lab.edit("package.json", r#""ms": "2.0.0""#, r#""ms": "2.1.3""#);
                lab.run("bun install --lockfile-only");
            },
            reason: "bun.lock: ms 2.0.0 → 2.1.3",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn bun_with_a_script() {
    let mut lab = Lab::new(&["bun"]);
    with_script(&lab);
    lab.run("bun install --lockfile-only");
    prove_pruning(&mut lab, &["node_modules"], &no_dev_modules);
}

/// TypeScript's own state comes back with its outputs, and never makes an old program of a
/// changed source.
#[test]
#[ignore = "real package managers"]
fn typescript_keeps_what_it_has_checked() {
    let lab = Lab::new(&[]);
    lab.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","private":true,"scripts":{"build":"tsc -b --verbose"},"dependencies":{
"ms":"2.0.0"},"devDependencies":{"typescript":"5.4.5"}}"#,
    );
    lab.put(
        "tsconfig.json",
        "{\n  // ours\n  \"compilerOptions\": \
         { \"composite\": true, \"outDir\": \"dist\", \"rootDir\": \"src\", \"types\": [], },\n  \"include\": \
         [\"src\"]\n}\n",
    );
    lab.put("src/a.ts", "export const a: number = 1;\n");
    lab.put("src/b.ts", "export const b: number = 1;\n");
    lab.run("npm install --package-lock-only --ignore-scripts");
    lab.build();
    let old = "find src -exec touch -d 1980-01-01 {} +";
    lab.run(old);
    let second = lab.build();
    second
        .says("tsbuildinfo of tsconfig.json")
        .says("Updating unchanged output timestamps");
    // Older than what was built, and another content all the same.
    lab.put("src/a.ts", "export const a: number = 2;\n");
    lab.run(old);
    let third = lab.build();
    let made = fs_err::read_to_string(third.app.join("dist/a.js")).unwrap();
    assert!(made.contains("a = 2"), "{made}\n{}", third.log);
    // What is made of a source that is gone doesn't come back.
    lab.run("rm src/b.ts");
    let fourth = lab.build();
    assert!(!fourth.app.join("dist/b.js").exists(), "{}", fourth.log);
    assert!(fourth.app.join("dist/a.js").exists());
}

/// `rm -rf dist && tsc` takes away what TypeScript believes to be there: it would write nothing, or half of it.
#[test]
#[ignore = "real package managers"]
fn typescript_writes_anew_what_the_build_removes() {
    for (build, start, option) in [
        ("rm -rf dist && tsc", "dist/a.js", ""),
        ("tsc && rm -rf server && mv dist server", "server/a.js", ""),
        (
            "rm -rf dist && tsc",
            "dist/a.js",
            r#""tsBuildInfoFile":"node_modules/.cache/tsc.tsbuildinfo","#,
        ),
    ] {
        let lab = Lab::new(&[]);
        let manifest = format!(
            r#"{{"name":"shop","version":"1.0.0","private":true,"scripts":{{"build":"{build}"}},"dependencies":{{
"ms":"2.0.0"}},"devDependencies":{{"typescript":"5.4.5"}}}}"#
        );
        lab.put("package.json", &manifest);
        let options = format!(
            r#"{{"compilerOptions":{{"module":"commonjs","incremental":true,{option}"outDir":"dist","rootDir":"src",
"types":[]}},"include":["src"]}}"#
        );
        lab.put("tsconfig.json", &options);
        lab.put(
            "src/a.ts",
            "import { b } from './b';\nexport const a: number = b;\n",
        );
        lab.put("src/b.ts", "export const b: number = 1;\n");
        lab.run("npm install --package-lock-only --ignore-scripts");
        for number in [1, 1, 2, 2] {
            lab.put("src/b.ts", &format!("export const b: number = {number};\n"));
            let built = lab.build();
            let other = fs_err::read_to_string(built.app.join(start.replace("a.js", "b.js")))
                .unwrap_or_default();
            assert!(built.app.join(start).exists(), "{build}: {}", built.log);
            assert!(
                other.contains(&format!("b = {number}")),
                "{build}: {}",
                built.log
            );
        }
    }
}

/// A script that goes on with what `tsc` wrote would do so twice on what came back.
#[test]
#[ignore = "real package managers"]
fn typescript_gives_nothing_back_that_the_build_changes_afterwards() {
    for then in [
        "echo 'exports.c = 1;' >> dist/a.js",
        "mv dist/a.js dist/index.cjs",
        "sed -i s/ONE/$(cat stage)/ dist/a.js",
        "chmod +x dist/a.js",
    ] {
        let lab = Lab::new(&[]);
        let manifest = format!(
            r#"{{"name":"shop","version":"1.0.0","private":true,"scripts":{{"build":"tsc && {then}"}},"dependencies":{{
"ms":"2.0.0"}},"devDependencies":{{"typescript":"5.4.5"}}}}"#
        );
        lab.put("package.json", &manifest);
        lab.put(
            "tsconfig.json",
            r#"{"compilerOptions":{"incremental":true,"outDir":"dist","types":[]},"include":["src"]}"#,
        );
        lab.put("src/a.ts", "export const a = 'ONE';\n");
        lab.put("stage", "first");
        lab.run("npm install --package-lock-only --ignore-scripts");
        let first = lab.build();
        first.says("is not kept: the build changes dist");
        let second = lab.build();
        let notes = ["tsconfig.tsbuildinfo"];
        same(
            &first.tree(&["dist"], &notes),
            &second.tree(&["dist"], &notes),
            then,
        );
    }
}

/// Where yarn builds a package again because its folder has another path, its script would run after the app's.
#[test]
#[ignore = "real package managers"]
fn scripts_of_packages_run_once_with_plug_n_play() {
    let lab = Lab::new(&["yarn-berry"]);
    lab.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","private":true,"scripts":{"build":"echo built > late"},"dependencies":{
"own":"file:./own","ms":"2.0.0"},"devDependencies":{"left-pad":"1.3.0"},"dependenciesMeta":{"own":{"built":true}}}"#,
    );
    lab.put(
        "own/package.json",
        r#"{"name":"own","version":"1.0.0","scripts":{"postinstall":"node made.js"}}"#,
    );
    lab.put(
        "own/made.js",
        "const fs = require('fs');\nfs.appendFileSync('ran', 'x');\n\
         fs.appendFileSync('ran', String(fs.existsSync(process.env.INIT_CWD + '/late')));\n",
    );
    berry_lock(&lab);
    let ran = |built: &crate::lab::Built| {
        let below = built.tree(&[".yarn/unplugged"], &[]);
        let file = below.iter().find(|(path, _)| path.ends_with("ran"));
        let (file, _) = file.unwrap_or_else(|| panic!("{below:?}\n{}", built.log));
        fs_err::read_to_string(built.app.join(file)).unwrap()
    };
    let first = lab.build();
    let second = lab.build();
    second.says("HIT, restored");
    assert_eq!(
        (ran(&first).as_str(), ran(&second).as_str()),
        ("xfalse", "xfalse"),
        "{}",
        second.log
    );
    let notes = ["install-state.gz"];
    let trees = [".pnp.cjs", ".yarn"];
    same(
        &first.tree(&trees, &notes),
        &second.tree(&trees, &notes),
        "Plug'n'Play is not the same twice",
    );
}
