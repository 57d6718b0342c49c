//! Loads by names that only the running program knows: each form at both levels.

use super::TRACE;
use crate::tests::{app, left, strip_with};

/// Whether `path` stays, at level `safe` and at level `trace`.
pub(super) fn stays(files: &[(&str, &str)], path: &str) -> (bool, bool) {
    let at = |config: &str| {
        let folder = app(files);
        strip_with(folder.path(), config);
        left(folder.path()).contains(&path.to_owned())
    };
    (at(""), at(TRACE))
}

/// An app that loads package `p`, whose lib/server/index.js is `code`.
pub(super) fn package<'f>(code: &'f str, more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut files = vec![
        ("package.json", r#"{"dependencies":{"p":"1"}}"#),
        ("Procfile", "web: node server.js\n"),
        ("server.js", "require('p')"),
        (
            "node_modules/p/package.json",
            r#"{"name":"p","main":"lib/server/index.js","dependencies":{"q":"1"}}"#,
        ),
        ("node_modules/p/lib/server/index.js", code),
        ("node_modules/p/public/x.js", ""),
    ];
    files.extend(more);
    files
}

#[test]
fn every_form_of_a_computed_load_keeps_what_it_can_mean() {
    for code in [
        "fs.readFileSync(eval('__dirname') + '/../../public/x.js')",
        "const r = eval('require'); r('../../public/' + n)",
        "const r = typeof __webpack_require__ === 'function' ? __non_webpack_require__ : require; r(n)",
        "module.require('../../public/' + n)",
        "module['require'](n)",
        "require.main.require('p/public/' + n)",
        "process.mainModule.require(n)",
        "fs.readFileSync([__dirname, '..', '..', 'public', n].join('/'))",
        "require(['..', '..', 'public', n].join('/'))",
        "require('../../'.concat('public/', n))",
        "require(util.format('../../public/%s', n))",
        "require(n)",
        "import(n)",
        "new Function('n', 'return import(n)')",
        "createRequire(import.meta.url)('../../public/' + n)",
        "const { createRequire } = require('module'); const r = createRequire(__filename); r(n)",
        "const load = require; load(n)",
        "names.map(require)",
        "require.call(null, n)",
        "const m = { load: require }; m.load(n)",
        "const r = eval('require'); new Function('r', 'return r(\"./x\")')(r)",
        "const load = module.require; run(load)",
        "require('module')._load(n)",
        "require('vm').runInThisContext(code)",
        "require(path.resolve(__dirname, '..', '..', 'public', n))",
        "require.resolve('../../public/' + n)",
        "new Worker(path.join(__dirname, '../../public', n))",
        "const folder = path.join(__dirname, '../../public'); opts = { folder: folder }",
        "const folder = path.join(__dirname, '../../public'); o = Object.assign({ folder }, o)",
        "for (const d of fs.readdirSync(__dirname + '/../../public')) use(d)",
        "JSON.parse(fs.readFileSync(path.resolve(__dirname, '..', '..', 'public', 'x.js')))",
        "if (!fs.existsSync(path.join(__dirname, '..', '..', 'public', 'x.js'))) stop()",
        "const m = require('module'); m.createRequire(path.join(__dirname, '../..', 'x'))('./public/' + n)",
        "const r = createRequire(file); r('./public/x')",
        "module['req' + 'uire'](n)",
        "const r = module.require.bind(module); r(n)",
        "const r = require.bind(null); r(n)",
        "Module.prototype.require.call(module, n)",
        "new Module(id)._compile('module.exports = require(' + n + ')', id)",
        "const parts = __dirname.split('/'); parts.pop(); read(parts.concat(['x']).join('/'))",
        "fs.readFileSync(__dirname.slice(0, -10) + 'public/x.js')",
        "fs.readFileSync(__filename.replace('lib/server/index', 'public/x'))",
        "fs.readFileSync(path.join(pkgDir.sync(__dirname), 'public', 'x.js'))",
        "new Worker(`require('worker_threads'); require(n)`, { eval: true })",
        "execFileSync(process.execPath, ['-e', 'require(\"p/public/x\")'])",
        "execSync('node node_modules/p/public/x.js')",
        "module.exports = require?.('../../public/' + n)",
        "exports.folder = __dirname",
        "module.exports = { folder: __dirname }",
        "const at = (...parts) => path.join(__dirname, ...parts); at('..', '..', 'public', 'x.js')",
    ] {
        assert_eq!(
            stays(&package(code, &[]), "node_modules/p/public/x.js"),
            (true, true),
            "{code}"
        );
    }
}

#[test]
fn a_load_that_is_known_keeps_nothing_else() {
    for code in [
        "require('q')",
        "typeof require === 'function'",
        "require.resolve('q')",
        "eval('1 + 1')",
    ] {
        let (_, trace) = stays(&package(code, &[]), "node_modules/p/public/x.js");
        assert!(!trace, "{code}");
    }
}

#[test]
fn an_unknown_load_keeps_what_its_package_declares_and_what_is_made_for_it() {
    let more = [
        ("node_modules/q/package.json", r#"{"name":"q"}"#),
        ("node_modules/q/index.js", ""),
        (
            "node_modules/p-plugin-z/package.json",
            r#"{"name":"p-plugin-z"}"#,
        ),
        ("node_modules/p-plugin-z/evasions/a.js", ""),
        ("node_modules/other/package.json", r#"{"name":"other"}"#),
        ("node_modules/other/index.js", ""),
    ];
    let files = package("require(`p-plugin-${n}`); require(m)", &more);
    assert!(stays(&files, "node_modules/q/index.js").1);
    assert!(stays(&files, "node_modules/p-plugin-z/evasions/a.js").1);
    assert!(!stays(&files, "node_modules/other/index.js").1);
}

#[test]
fn packages_of_this_platform_stay_however_they_are_named() {
    let more = |name: &str| {
        vec![
            (
                format!("node_modules/{name}/package.json"),
                format!(r#"{{"name":"{name}","os":["linux"]}}"#),
            ),
            (format!("node_modules/{name}/lib/x.node"), String::new()),
        ]
    };
    let manifest = r#"{"name":"p","main":"lib/server/index.js",
        "optionalDependencies":{"@n/p-linux-x64":"1","@n/p-darwin-arm64":"1"}}"#;
    let packages: Vec<_> = [more("@n/p-linux-x64"), more("@n/p-darwin-arm64")].concat();
    let mut files = package(
        "for (const name of names) try { r = load(name) } catch {}",
        &[],
    );
    files.retain(|(path, _)| *path != "node_modules/p/package.json");
    files.push(("node_modules/p/package.json", manifest));
    files.extend(
        packages
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    assert!(stays(&files, "node_modules/@n/p-linux-x64/lib/x.node").1);
    assert!(!stays(&files, "node_modules/@n/p-darwin-arm64/lib/x.node").1);
}

#[test]
fn packages_that_configuration_names_stay() {
    for (path, text) in [
        ("server/middleware.json", r#"{"initial":{"hat#frame":{}}}"#),
        ("config.yml", "middleware:\n  - hat\n"),
        ("settings.ini", "module = hat\n"),
    ] {
        let more = [
            (path, text),
            ("node_modules/hat/package.json", r#"{"name":"hat"}"#),
            ("node_modules/hat/index.js", ""),
        ];
        let mut files = package("", &more);
        files.retain(|(path, _)| *path != "package.json");
        files.push(("package.json", r#"{"dependencies":{"p":"1","hat":"1"}}"#));
        assert!(stays(&files, "node_modules/hat/index.js").1, "{path}");
    }
}

#[test]
fn a_dependency_that_nothing_names_stays_where_something_loads_by_unknown_names() {
    let hook = [
        (
            "node_modules/hook/package.json",
            r#"{"name":"hook","sails":{"isHook":true}}"#,
        ),
        ("node_modules/hook/index.js", ""),
        ("node_modules/hook/assets/a.json", "{}"),
    ];
    let with = |code: &'static str| {
        let mut files = package(code, &hook);
        files.retain(|(path, _)| *path != "package.json");
        files.push(("package.json", r#"{"dependencies":{"p":"1","hook":"1"}}"#));
        files
    };
    assert!(stays(&with("require(name)"), "node_modules/hook/assets/a.json").1);
    assert!(!stays(&with(""), "node_modules/hook/index.js").1);
}

#[test]
fn an_import_of_typescript_is_loaded_either_way() {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"start":"tsx src/app.ts"},"dependencies":{"p":"1"}}"#,
        ),
        ("src/app.ts", "import { x } from 'p'; console.log(x)"),
        (
            "node_modules/p/package.json",
            r#"{"name":"p","exports":{"require":"./index.cjs","import":"./index.mjs"}}"#,
        ),
        ("node_modules/p/index.cjs", ""),
        ("node_modules/p/index.mjs", ""),
        ("node_modules/@types/p/index.d.ts", ""),
        (
            "node_modules/@types/p/package.json",
            r#"{"name":"@types/p"}"#,
        ),
    ];
    for path in [
        "node_modules/p/index.cjs",
        "node_modules/p/index.mjs",
        "node_modules/@types/p/index.d.ts",
    ] {
        assert_eq!(stays(&files, path), (true, true), "{path}");
    }
}

#[test]
fn trace_removes_all_that_safe_does() {
    let files = [
        ("package.json", r#"{"dependencies":{"p":"1","q":"1"}}"#),
        ("Procfile", "web: node server.js\n"),
        (
            "server.js",
            "const path = require('path'); require('q'); serve(path.join(path.dirname(require.resolve('p')), '..'))",
        ),
        (
            "node_modules/p/package.json",
            r#"{"name":"p","main":"lib/index.js"}"#,
        ),
        ("node_modules/p/lib/index.js", ""),
        ("node_modules/p/data/a.txt", ""),
        ("node_modules/q/package.json", r#"{"name":"q"}"#),
        ("node_modules/q/index.js", ""),
        ("node_modules/q/README.md", ""),
        ("node_modules/q/index.js.map", "{}"),
        ("node_modules/q/test/a.js", ""),
        ("node_modules/z/package.json", r#"{"name":"z"}"#),
        ("node_modules/z/index.js", ""),
    ];
    let (safe, trace) = (app(&files), app(&files));
    let removed = |folder: &tempfile::TempDir, config| strip_with(folder.path(), config).manifest;
    let safe = removed(&safe, "");
    let trace: Vec<_> = removed(&trace, TRACE)
        .into_iter()
        .map(|file| file.path)
        .collect();
    assert!(safe.len() >= 2);
    assert!(
        safe.iter().all(|file| trace.contains(&file.path)),
        "{trace:?}"
    );
    assert!(trace.iter().any(|path| path.ends_with("z/index.js")));
    assert!(!trace.iter().any(|path| path.ends_with("data/a.txt")));
}

#[test]
fn the_interpreter_of_a_program_stays() {
    let files = [
        ("package.json", r#"{"dependencies":{"bot":"1"}}"#),
        ("Procfile", "web: node_modules/bot/bin/bot\n"),
        (
            "node_modules/bot/package.json",
            r#"{"name":"bot","dependencies":{"coffeescript":"1"}}"#,
        ),
        (
            "node_modules/bot/bin/bot",
            "#!/usr/bin/env coffee\nrequire '../src/robot'\n",
        ),
        ("node_modules/bot/src/robot.coffee", ""),
        ("node_modules/.bin/coffee", ""),
    ];
    assert!(stays(&files, "node_modules/bot/src/robot.coffee").1);
    assert!(stays(&files, "node_modules/.bin/coffee").1);
}

#[test]
fn a_template_keeps_the_package_that_renders_it() {
    let engine = |name: &str, file: &str| {
        let manifest = format!(r#"{{"dependencies":{{"p":"1","{name}":"1"}}}}"#);
        let package = format!(r#"{{"name":"{name}","main":"index.js"}}"#);
        let paths = [
            format!("node_modules/{name}/package.json"),
            format!("node_modules/{name}/index.js"),
        ];
        let mut files = package_files();
        files.retain(|(path, _)| *path != "package.json");
        files.push(("package.json", &manifest));
        files.push((&paths[0], &package));
        files.push((&paths[1], ""));
        files.push((file, "x"));
        stays(&files, &paths[1])
    };
    assert_eq!(engine("pug", "views/a.pug"), (true, true));
    assert_eq!(engine("nunjucks", "views/a.njk"), (true, true));
    assert_eq!(engine("pug", "views/a.html"), (true, false));
}

fn package_files<'f>() -> Vec<(&'f str, &'f str)> {
    package("module.exports = 1", &[])
}

#[test]
fn an_app_that_takes_folders_of_packages_by_unknown_names_keeps_all_it_declares() {
    for code in [
        "const dir = (n) => path.dirname(require.resolve(`${n}/package.json`)); serve(dir(x))",
        "const dir = (n) => path.dirname(require.resolve(n)); serve(dir(x))",
    ] {
        let mut files = package_files();
        files.retain(|(path, _)| *path != "server.js");
        files.push(("server.js", code));
        let (safe, trace) = stays(&files, "node_modules/p/public/x.js");
        assert!(safe && trace, "{code}");
    }
}

#[test]
fn a_package_that_lists_all_packages_keeps_those_of_the_app() {
    let hook = [
        ("node_modules/x-hook/package.json", r#"{"name":"x-hook"}"#),
        ("node_modules/x-hook/lib/a.js", ""),
    ];
    for code in [
        "for (const n of fs.readdirSync(path.join(__dirname, '../../..'))) load(n)",
        "const all = path.join(__dirname, '../../..'); names.map((n) => require(path.join(all, n)))",
        "names.map((n) => require(process.cwd() + '/node_modules/' + n))",
        "names.map((n) => fs.readFileSync(path.join(__dirname, '../../../', n, 'x')))",
        "require(path.join(__dirname, '../../../x-' + n))",
        "const all = module.paths.find(fs.existsSync); fs.readdirSync(all).map(load)",
    ] {
        let mut files = package(code, &hook);
        files.retain(|(path, _)| *path != "package.json");
        files.push(("package.json", r#"{"dependencies":{"p":"1","x-hook":"1"}}"#));
        assert!(stays(&files, "node_modules/x-hook/lib/a.js").1, "{code}");
    }
}

#[test]
fn programs_that_code_starts_stay() {
    for code in [
        "execSync('npx --no-install tool x')",
        "spawn('tool', ['x'])",
        "execa('npx', ['tool'])",
        "await $`tool --version`",
    ] {
        let more = [
            ("node_modules/tool/package.json", r#"{"name":"tool"}"#),
            ("node_modules/.bin/tool", "require('../tool/impl')"),
            ("node_modules/tool/impl.js", ""),
        ];
        let mut files = package("", &more);
        files.retain(|(path, _)| *path != "server.js");
        files.push(("server.js", code));
        assert!(stays(&files, "node_modules/.bin/tool").1, "{code}");
    }
}

#[test]
fn the_folder_of_any_package_is_all_of_what_is_declared() {
    for code in [
        "static(join(require.resolve(n).replace(/\\\\/g, '/').match(/.*\\/node_modules\\/[^/]+\\//)[0], 'dist'))",
        "const of = (n) => path.dirname(require.resolve(`${n}/package.json`)); of('q')",
        "const main = require.resolve(n); serve((0, path_1.dirname)(main))",
        "path.join(require.resolve(n), '..', 'dist')",
        "const file = await import.meta.resolve(n); file.slice(0, file.lastIndexOf('/'))",
    ] {
        let more = [
            (
                "node_modules/q/package.json",
                r#"{"name":"q","main":"main.js"}"#,
            ),
            ("node_modules/q/main.js", ""),
            ("node_modules/q/dist/page.css", ""),
        ];
        let files = package(code, &more);
        assert!(stays(&files, "node_modules/q/dist/page.css").1, "{code}");
    }
    // What is only loaded is the module.
    let more = [
        (
            "node_modules/q/package.json",
            r#"{"name":"q","main":"main.js"}"#,
        ),
        ("node_modules/q/main.js", ""),
        ("node_modules/q/dist/page.css", ""),
    ];
    let files = package("require(require.resolve(n))", &more);
    assert!(!stays(&files, "node_modules/q/dist/page.css").1);
}
