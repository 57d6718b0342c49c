//! One pair of files that agree and one that do not, for every kind of lockfile.

use std::collections::BTreeMap;

use super::*;

struct Files(BTreeMap<&'static str, String>);

impl Look for Files {
    fn names(&self, folder: &str) -> Vec<String> {
        let below = |path: &str| {
            let rest = if folder.is_empty() {
                Some(path)
            } else {
                path.strip_prefix(&format!("{folder}/"))
            };
            Some(rest?.split('/').next()?.to_owned())
        };
        let names: std::collections::BTreeSet<_> =
            self.0.keys().filter_map(|path| below(path)).collect();
        names.into_iter().collect()
    }

    fn text(&self, path: &str) -> Option<String> {
        self.0.get(path).cloned()
    }
}

fn told(files: &[(&'static str, &str)]) -> Vec<String> {
    let files = Files(
        files
            .iter()
            .map(|(path, text)| (*path, (*text).to_owned()))
            .collect(),
    );
    of(&files, "").iter().map(ToString::to_string).collect()
}

/// The manifest that agrees, the one that does not, and what is told of that.
fn pair(manifest: &'static str, good: &str, bad: &str, lock: (&'static str, &str), expected: &str) {
    let name = lock.0;
    assert_eq!(
        told(&[(manifest, good), lock]),
        Vec::<String>::new(),
        "{name}"
    );
    assert_eq!(told(&[(manifest, bad), lock]), [expected], "{name}");
}

const GOOD: &str = r#"{"name":"s","dependencies":{"ms":"^2.0.0","x":"file:./x","y":"npm:z@1"}}"#;
const MORE: &str = r#"{"name":"s","dependencies":{"ms":"^2.0.0","debug":"4"}}"#;
const OTHER: &str = r#"{"name":"s","dependencies":{"ms":"^3.0.0"}}"#;

#[test]
fn npm() {
    let lock = (
        "package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"ms":"^2.0.0"}},"node_modules/ms":{"version":"2.1.3"},
        "node_modules/x":{"link":true}}}"#,
    );
    pair(
        "package.json",
        GOOD,
        MORE,
        lock,
        "package.json asks for debug 4, but package-lock.json does not have it",
    );
    pair(
        "package.json",
        GOOD,
        OTHER,
        lock,
        "package.json asks for ms ^3.0.0, but package-lock.json has 2.1.3",
    );
    let loose = r#"{"dependencies":{"ms":"2"}}"#;
    pair(
        "package.json",
        loose,
        OTHER,
        lock,
        "package.json asks for ms ^3.0.0, but package-lock.json has 2.1.3",
    );
    let overridden = r#"{"dependencies":{"ms":"^3.0.0"},"overrides":{"ms":"2.1.3"}}"#;
    assert_eq!(
        told(&[("package.json", overridden), lock]),
        Vec::<String>::new()
    );
}

#[test]
fn members_of_a_workspace() {
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"workspaces":["packages/*"]},"packages/a":{"name":"a"},
        "node_modules/a":{"resolved":"packages/a","link":true},"packages/a/node_modules/ms":{"version":"1.0.0"},
        "node_modules/ms":{"version":"2.0.0"}}}"#;
    let files = |wish: &str| {
        let member = format!(r#"{{"name":"a","dependencies":{{"ms":"{wish}"}}}}"#);
        told(&[
            (
                "package.json",
                r#"{"workspaces":["packages/*"],"dependencies":{"a":"1"}}"#,
            ),
            ("packages/a/package.json", &member),
            ("package-lock.json", lock),
        ])
    };
    assert_eq!(files("1"), Vec::<String>::new());
    assert_eq!(
        files("^2"),
        ["packages/a/package.json asks for ms ^2, but package-lock.json has 1.0.0"]
    );
}

#[test]
fn yarn() {
    let classic = (
        "yarn.lock",
        "# yarn lockfile v1\n\n\"ms@^1.0.0\", ms@^2.0.0:\n  version \"2.0.0\"\n",
    );
    pair(
        "package.json",
        GOOD,
        MORE,
        classic,
        "package.json asks for debug 4, but yarn.lock does not have it",
    );
    pair(
        "package.json",
        GOOD,
        OTHER,
        classic,
        "package.json asks for ms ^3.0.0, but yarn.lock was made for ^1.0.0",
    );
    let berry = (
        "yarn.lock",
        "__metadata:\n  version: 8\n\n\"ms@npm:^2.0.0\":\n  version: 2.0.0\n  resolution: \"ms@npm:2.0.0\"\n\n\
         \"s@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"s@workspace:.\"\n  dependencies:\n    \
         ms: \"npm:^2.0.0\"\n  languageName: unknown\n",
    );
    pair(
        "package.json",
        GOOD,
        MORE,
        berry,
        "package.json asks for debug 4, but yarn.lock does not have it",
    );
    pair(
        "package.json",
        GOOD,
        OTHER,
        berry,
        "package.json asks for ms ^3.0.0, but yarn.lock was made for ^2.0.0",
    );
}

#[test]
fn pnpm_and_bun() {
    let pnpm = (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      ms:\n        \
         specifier: ^2.0.0\n        \
         version: 2.0.0\n\npackages:\n\n  ms@2.0.0:\n    resolution: {}\n",
    );
    pair(
        "package.json",
        GOOD,
        MORE,
        pnpm,
        "package.json asks for debug 4, but pnpm-lock.yaml does not have it",
    );
    pair(
        "package.json",
        GOOD,
        OTHER,
        pnpm,
        "package.json asks for ms ^3.0.0, but pnpm-lock.yaml was made for ^2.0.0",
    );
    let bun = (
        "bun.lock",
        "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": {\n      \"name\": \"s\",\n      \
         \"dependencies\": {\n        \"ms\": \"^2.0.0\",\n      },\n    },\n  },\n}\n",
    );
    pair(
        "package.json",
        GOOD,
        MORE,
        bun,
        "package.json asks for debug 4, but bun.lock does not have it",
    );
    pair(
        "package.json",
        GOOD,
        OTHER,
        bun,
        "package.json asks for ms ^3.0.0, but bun.lock was made for ^2.0.0",
    );
}

#[test]
fn python() {
    let pipenv = (
        "Pipfile.lock",
        r#"{"default":{"flask-login":{"version":"==0.6"}},"develop":{}}"#,
    );
    pair(
        "Pipfile",
        "[packages]\nFlask_Login = \"*\"\n",
        "[packages]\nsix = \"*\"\n",
        pipenv,
        "Pipfile asks for six, but Pipfile.lock does not have it",
    );
    pair(
        "Pipfile",
        "[packages]\nflask-login = \"==0.6\"\n",
        "[packages]\nflask-login = \"==0.7\"\n",
        pipenv,
        "Pipfile asks for flask-login ==0.7, but Pipfile.lock has 0.6",
    );
    let poetry = (
        "poetry.lock",
        "[[package]]\nname = \"flask\"\nversion = \"3.0\"\n",
    );
    pair(
        "pyproject.toml",
        "[tool.poetry.dependencies]\npython = \"^3\"\nFlask = \"^3\"\n",
        "[project]\nname = \"s\"\ndependencies = [\"flask>=2\", \"six\", \"tomli; python_version < '3.11'\"]\n",
        poetry,
        "pyproject.toml asks for six, but poetry.lock does not have it",
    );
    let uv = (
        "uv.lock",
        "[[package]]\nname = \"s\"\nsource = { virtual = \".\" }\n[package.metadata]\n\
         requires-dist = [{ name = \"idna\", \
         specifier = \"==3.6\" }]\n",
    );
    let project = |list: &str| format!("[project]\nname = \"s\"\ndependencies = [{list}]\n");
    pair(
        "pyproject.toml",
        &project("\"idna == 3.6\""),
        &project("\"idna==3.7\""),
        uv,
        "pyproject.toml asks for idna ==3.7, but uv.lock was made for ==3.6",
    );
    pair(
        "pyproject.toml",
        &project("\"idna==3.6\""),
        &project("\"idna==3.6\", \"six\""),
        uv,
        "pyproject.toml asks for six, but uv.lock does not have it",
    );
}

#[test]
fn ruby_php_go_rust_and_dotnet() {
    let bundler = (
        "Gemfile.lock",
        "GEM\n  specs:\n    rack (3.1)\n\nDEPENDENCIES\n  puma\n  rack (~> 3.0)\n",
    );
    pair(
        "Gemfile",
        "gem \"rack\", \"~>3.0\"\ngem 'puma', require: false\n",
        "gem 'rack', '~> 3.0'\ngem 'pg'\n",
        bundler,
        "Gemfile asks for pg, but Gemfile.lock does not have it",
    );
    pair(
        "Gemfile",
        "gem \"rack\", \"~> 3.0\"\ngem 'pg' if ENV['X']\n",
        "gem 'rack', '~> 2.0'\n",
        bundler,
        "Gemfile asks for rack ~> 2.0, but Gemfile.lock was made for ~> 3.0",
    );
    let composer = (
        "composer.lock",
        r#"{"packages":[{"name":"a/b","version":"v1.2.0","replace":{"a/c":"self.version"}}]}"#,
    );
    pair(
        "composer.json",
        r#"{"require":{"php":"^8","A/B":"^1.0","a/c":"*"}}"#,
        r#"{"require":{"a/d":"^1"}}"#,
        composer,
        "composer.json asks for a/d ^1, but composer.lock does not have it",
    );
    pair(
        "composer.json",
        r#"{"require":{"a/b":"~1.0"}}"#,
        r#"{"require":{"a/b":"^2.0"}}"#,
        composer,
        "composer.json asks for a/b ^2.0, but composer.lock has v1.2.0",
    );
    let go = (
        "go.sum",
        "e.com/a v1.0.0 h1:x=\ne.com/a v1.0.0/go.mod h1:x=\n",
    );
    pair(
        "go.mod",
        "module m\n\nrequire e.com/a v1.0.0\n",
        "module m\n\nrequire (\n\te.com/a v1.1.0 // indirect\n)\n",
        go,
        "go.mod asks for e.com/a v1.1.0, but go.sum does not have it",
    );
    let cargo = (
        "Cargo.lock",
        "[[package]]\nname = \"s\"\nversion = \"0.1.0\"\ndependencies = [\"itoa\", \"serde 1.0.0\"]\n",
    );
    pair(
        "Cargo.toml",
        "[package]\nname = \"s\"\n[dependencies]\nserde = \"1\"\n[dev-dependencies]\nitoa = { version = \"1\" }\n",
        "[package]\nname = \"s\"\n[dependencies]\nrand = { version = \"0.8\" }\n",
        cargo,
        "Cargo.toml asks for rand 0.8, but Cargo.lock does not have it",
    );
    let nuget = (
        "packages.lock.json",
        r#"{"dependencies":{"net8.0":{"Dapper":{"type":"Direct","resolved":"2.1.0"}}}}"#,
    );
    let project = |name: &str| {
        format!(
            "<Project><ItemGroup><PackageReference Include=\"{name}\" Version=\"2.1.0\" /></ItemGroup></Project>"
        )
    };
    pair(
        "s.csproj",
        &project("dapper"),
        &project("Npgsql"),
        nuget,
        "s.csproj asks for Npgsql 2.1.0, but packages.lock.json does not have it",
    );
}

#[test]
fn lockfiles_side_by_side_are_left_to_their_own_rule() {
    let files = [
        ("package.json", MORE),
        ("package-lock.json", r#"{"packages":{"":{}}}"#),
        ("yarn.lock", "# yarn lockfile v1\n"),
    ];
    assert_eq!(told(&files), Vec::<String>::new());
}
