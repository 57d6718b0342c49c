use super::*;
use crate::code::parse;

/// What the first argument of `call` is in `path`, after linking.
fn argument(files: &[(&str, Language, &str)], path: &str, call: &str) -> Expr {
    let mut sources = Sources::default();
    for (path, language, text) in files {
        sources.files.push(parse(path, *language, text));
        sources.paths.push((*path).to_owned());
    }
    sources.files.sort_by(|a, b| a.path.cmp(&b.path));
    sources.paths.sort();
    names(&mut sources);
    let code = sources.files.iter().find(|code| code.path == path).unwrap();
    let call = code
        .calls
        .iter()
        .find(|found| found.callee == call)
        .unwrap();
    code.resolve(call.positional(0).unwrap()).clone()
}

fn read(name: &str) -> Expr {
    Expr::Env {
        name: name.to_owned(),
        default: None,
    }
}

#[test]
fn python_settings_are_followed() {
    let plain = (
        "app/config.py",
        Language::Python,
        "import os\nURL = os.environ['DATABASE_URL']\n",
    );
    let user = "from app.config import URL\ncreate_engine(URL)\n";
    let found = argument(
        &[plain, ("app/db.py", Language::Python, user)],
        "app/db.py",
        "create_engine",
    );
    assert_eq!(found, read("DATABASE_URL"));
    let pydantic = (
        "app/config.py",
        Language::Python,
        "class Settings(BaseSettings):\n    database_url: str\nsettings = Settings()\n",
    );
    let user = "from .config import settings\ncreate_engine(settings.database_url)\n";
    let found = argument(
        &[pydantic, ("app/db.py", Language::Python, user)],
        "app/db.py",
        "create_engine",
    );
    assert_eq!(found, read("DATABASE_URL"));
}

#[test]
fn configuration_objects_of_node_are_followed() {
    let config = (
        "config/index.js",
        Language::JavaScript,
        "module.exports = { redis: { url: process.env.REDIS_URL } };\n",
    );
    let user = "const config = require('./config');\nnew Redis(config.redis.url);\n";
    let found = argument(
        &[config, ("server.js", Language::JavaScript, user)],
        "server.js",
        "Redis",
    );
    assert_eq!(found, read("REDIS_URL"));
    let envalid = (
        "env.ts",
        Language::JavaScript,
        "export const env = cleanEnv(process.env, { REDIS_URL: str() });\n",
    );
    let user = "import { env } from './env';\nnew Redis(env.REDIS_URL);\n";
    let found = argument(
        &[envalid, ("a.ts", Language::JavaScript, user)],
        "a.ts",
        "Redis",
    );
    assert_eq!(found, read("REDIS_URL"));
}

#[test]
fn what_a_condition_sets_is_not_known() {
    let config = (
        "config.py",
        Language::Python,
        "URL = 'redis://localhost'\nif PRODUCTION:\n    URL = other()\n",
    );
    let user = "from config import URL\nconnect(URL)\n";
    let found = argument(
        &[config, ("app.py", Language::Python, user)],
        "app.py",
        "connect",
    );
    assert_eq!(found, Expr::Name("URL".to_owned()));
}

#[test]
fn a_file_of_php_has_the_names_of_what_it_includes() {
    let settings = (
        "inc/settings.php",
        Language::Php,
        "<?php $host = 'db'; return ['own' => ['host' => 'a']];",
    );
    let common = (
        "inc/common.php",
        Language::Php,
        "<?php require __DIR__ . '/settings.php';",
    );
    let page = |text: &'static str| ("page.php", Language::Php, text);
    let of = |text: &'static str| argument(&[settings, common, page(text)], "page.php", "f");
    let text = |text: &str| Expr::Text(text.to_owned());
    assert_eq!(of("<?php require 'inc/common.php'; f($host);"), text("db"));
    assert_eq!(
        of("<?php $c = require 'inc/settings.php'; f($c['own']['host']);"),
        text("a")
    );
    assert_eq!(of("<?php f($host);"), Expr::Name("host".to_owned()));
}

#[test]
fn files_that_include_one_another_share_few_names() {
    let all: Vec<(String, String)> = (0..100)
        .map(|at| {
            let others: Vec<String> = (0..100)
                .map(|other| format!("include 'f{other}.php';"))
                .collect();
            let others = others.concat();
            (
                format!("f{at}.php"),
                format!("<?php {others} $v{at} = 'x'; f($v99, $v1);"),
            )
        })
        .collect();
    let files: Vec<_> = all
        .iter()
        .map(|(path, text)| (path.as_str(), Language::Php, text.as_str()))
        .collect();
    // The nearest ones are known, those far away are not.
    assert_eq!(
        argument(&files, "f0.php", "f"),
        Expr::Name("v99".to_owned())
    );
}
