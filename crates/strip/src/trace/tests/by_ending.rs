//! Files that stay only where something names them, and that code means by their ending, by
//! their folder, or by the package that they are in.

use super::computed::{package, stays};

#[test]
fn what_code_lists_or_opens_by_its_ending_stays() {
    for (code, path) in [
        (
            "fs.readFileSync(path.join(__dirname, '../../help', n + '.md'))",
            "help/a.md",
        ),
        (
            "fs.readdirSync(path.join(__dirname, '../../help')).filter((name) => /md$/.test(name))",
            "help/a.md",
        ),
        (
            "fs.readdirSync(path.join(__dirname, '../../types'))",
            "types/a.d.ts",
        ),
        (
            "fs.readFileSync(path.join(__dirname, `../../public/${n}.js.map`))",
            "public/x.js.map",
        ),
        (
            "const text = (name) => fs.readFileSync(path.join(__dirname, '../..', name)); text('README.md')",
            "README.md",
        ),
        (
            "fs.readdirSync(path.join(path.dirname(require.resolve('../../package.json')), 'examples'))",
            "examples/a.js",
        ),
        (
            "cp.execFileSync(path.join(__dirname, '../../run.sh'))",
            "docs/words.txt",
        ),
    ] {
        let file = format!("node_modules/p/{path}");
        let more = [
            (file.as_str(), ""),
            ("node_modules/p/LICENSE", ""),
            (
                "node_modules/p/run.sh",
                "cat \"$(dirname \"$0\")/docs/words.txt\"\n",
            ),
        ];
        let files = package(code, &more);
        assert_eq!(stays(&files, &file), (true, true), "{code}");
    }
}

/// `prismjs/components` is a file, `prismjs/components/` the folder of that name.
#[test]
fn a_slash_at_the_end_of_a_name_means_the_folder() {
    for code in [
        "require('q/parts'); require('q/parts/')",
        "require('../../parts'); require('../../parts/')",
        "require('../../parts'); require('../../parts/.')",
    ] {
        let owner = if code.contains("q/") { "q" } else { "p" };
        let file = format!("node_modules/{owner}/parts.js");
        let index = format!("node_modules/{owner}/parts/index.js");
        let more = [
            ("node_modules/q/package.json", r#"{"name":"q"}"#),
            (file.as_str(), ""),
            (index.as_str(), ""),
        ];
        let files = package(code, &more);
        assert_eq!(stays(&files, &file), (true, true), "{code}");
        assert_eq!(stays(&files, &index), (true, true), "{code}");
    }
}

#[test]
fn a_folder_of_its_own_that_is_listed_keeps_no_readme() {
    let more = [
        ("node_modules/p/lib/server/index.js.map", ""),
        ("node_modules/p/README.md", ""),
        ("node_modules/p/LICENSE", ""),
    ];
    let files = package(
        "fs.readdirSync(__dirname).map((name) => require('./' + name))",
        &more,
    );
    for path in [
        "node_modules/p/lib/server/index.js.map",
        "node_modules/p/README.md",
    ] {
        assert_eq!(stays(&files, path), (false, false), "{path}");
    }
}

/// What the app itself takes out of a package's folder, however it gets there.
#[test]
fn the_apps_own_way_into_a_package_keeps_what_it_leads_to() {
    for (file, code) in [
        (
            "server.js",
            "fs.readdirSync(path.join(require.resolve('p'), '..', '..', '..', 'docs'))",
        ),
        (
            "server.js",
            "fs.readFileSync(require.resolve('p/package.json').slice(0, -12) + 'docs/words.txt')",
        ),
        (
            "server.mjs",
            "fs.readFileSync(new URL('./docs/words.txt', import.meta.resolve('p/package.json')))",
        ),
        (
            "server.mjs",
            "const at = (n) => load.resolve(n + '/package.json').replace('package.json', ''); at('p')",
        ),
        ("assets.yml", "js:\n  - node_modules/p/docs/words.txt\n"),
        ("styles/site.scss", "@use '../node_modules/p/docs/words';\n"),
        ("site.scss", "@import '~p/docs/words';\n"),
    ] {
        let more = [("node_modules/p/docs/words.txt", ""), (file, code)];
        let mut files = package("", &more);
        files.retain(|(path, text)| *path != "server.js" || *text == code);
        files.extend((file != "server.js").then_some(("server.js", "require('p')")));
        let (safe, _) = stays(&files, "node_modules/p/docs/words.txt");
        assert!(safe, "{file}: {code}");
    }
}
