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
