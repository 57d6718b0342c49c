//! Which files are read as text: lockfiles, manifests and configuration?

use super::names::outside_the_app;
use crate::code::Language;
use slugsmith_ecosystems as ecosystems;

/// Whether this is a lockfile of the app, or of a package of npm in a folder of its own.
#[must_use]
pub(super) fn is_lock(path: &str) -> bool {
    let nested = path
        .split_once('/')
        .and_then(|(_, name)| ecosystems::lockfile(name));
    let nested = nested.is_some_and(|(one, _)| one.id == "node");
    (ecosystems::lockfile(path).is_some() || nested && !outside_the_app(path))
        && !ecosystems::javascript::is_binary(path)
}

const TEXT_NAMES: &[&str] = &[
    "Procfile",
    "Dockerfile",
    "app.json",
    "system.properties",
    ".tool-versions",
    ".slugignore",
    ".buildpacks",
    ".gitignore",
    ".npmrc",
    ".yarnrc.yml",
    "crontab",
    ".profile",
    "artisan",
    "nginx.conf",
    "uwsgi.ini",
    "entrypoint.sh",
    "schema.prisma",
    "pnpm-workspace.yaml",
    "elixir_buildpack.config",
    "global.json",
    "Godeps.json",
    "application.conf",
    "master.key",
    "production.key",
];

/// Endings of templates of a server's settings.
const TEMPLATES: &[&str] = &[".erb", ".template", ".tmpl", ".tpl", ".j2"];

const TEXT_ENDINGS: &[&str] = &[
    ".yml",
    ".yaml",
    ".toml",
    ".properties",
    ".ini",
    ".cfg",
    ".tf",
    ".gradle",
    ".gradle.kts",
    ".sh",
    ".tfvars",
    ".xml",
    ".kt",
    ".csproj",
    ".fsproj",
    ".vbproj",
    ".sbt",
];

/// Whether this is configuration that rules read as text.
#[must_use]
pub(super) fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let depth = path.matches('/').count();
    if name.starts_with("requirements") || path.starts_with("requirements/") {
        return depth <= 1
            && (depth == 0 || !outside_the_app(path))
            && (TEXT_LISTS.iter().any(|ending| name.ends_with(ending)));
    }
    if TEXT_NAMES.contains(&name) || is_manifest(name) {
        return depth <= 3 && (depth == 0 || !outside_the_app(path));
    }
    if is_build_configuration(name) {
        return depth <= 3 && !path.contains("node_modules/");
    }
    if name.starts_with("Procfile") || name.starts_with("Dockerfile.") {
        return depth <= 3;
    }
    // `config/config.env`, as dotenv is told by name.
    if is_env_file(name) || name.ends_with(".env") {
        return depth <= 1;
    }
    if path.starts_with("bin/") && depth == 1 && !name.contains('.') {
        return true;
    }
    let of_server = ["nginx", "apache", "httpd", "haproxy"]
        .iter()
        .any(|server| name.contains(server));
    // A template that is filled at the start: `nginx.conf.erb`.
    let name = TEMPLATES
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("conf" | "cfg") if of_server => return depth <= 2,
        None if name == "Caddyfile" => return depth <= 2,
        Some("tf") => return depth <= 4,
        Some("pem" | "key") => return depth <= 4 && !outside_the_app(path),
        _ => {}
    }
    let settings = path.starts_with("config/") || path.contains("/config/");
    if path.ends_with(".json") && settings {
        return depth <= 3 && !outside_the_app(path);
    }
    let config = TEXT_ENDINGS.iter().any(|ending| name.ends_with(ending));
    // A module of a Java build may stand deep, and its settings stand four folders below.
    let of_module = path.contains("/src/main/resources/") && depth <= 7;
    config && (depth <= 4 || of_module) && !outside_the_app(path)
}

/// Whether a file of this name announces an ecosystem or says which version of its language is wanted. One that is code
/// is parsed.
fn is_manifest(name: &str) -> bool {
    // A Gemfile is code, too, and is read as a manifest.
    let is_parsed = name.contains('.') && Language::of(name).is_some();
    !is_parsed
        && ecosystems::ALL.iter().any(|one| {
            one.version_files.contains(&name)
                || one
                    .manifests
                    .iter()
                    .any(|manifest| manifest.pattern == name)
        })
}

/// Whether a compiler or bundler of JavaScript is configured by a file of this name.
fn is_build_configuration(name: &str) -> bool {
    const TOOLS: &[&str] = &["webpack", "vite", "rollup", "tsup", "esbuild", "rspack"];
    let script = [".js", ".ts", ".mjs", ".cjs"]
        .iter()
        .any(|ending| name.ends_with(ending));
    let bundler = TOOLS.iter().any(|tool| name.starts_with(tool)) && name.contains(".config.")
        || script && name.starts_with("webpack.");
    let compiler = name.starts_with("tsconfig") || name == "nest-cli.json";
    bundler
        || compiler
            && name
                .rsplit_once('.')
                .is_some_and(|(_, ending)| ending == "json")
}

/// Whether a file of this name shows or supplies environment variables: `.env`,
/// `.env.example`, `.sample.env`, `env.template`.
#[must_use]
pub fn is_env_file(name: &str) -> bool {
    const WORDS: &[&str] = &["example", "sample", "default", "template"];
    let plain = name.trim_start_matches('.');
    name.starts_with(".env")
        || WORDS.iter().any(|word| {
            plain.strip_prefix("env.") == Some(word) || plain.strip_suffix(".env") == Some(word)
        })
}

/// Whether a name is one that private keys have: `id_rsa`, `deploy`, whatever an ssh-keygen
/// was told; nothing below the first folder.
#[must_use]
pub(super) fn may_be_key(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.matches('/').count() <= 1 && !name.contains('.') && !outside_the_app(path)
}

/// Whether a file may be a private key in JSON, as Google hands them out for service accounts and RFC 7517 writes them:
/// any name that no tool of JavaScript uses, a few folders deep; where Java keeps such files, below that.
#[must_use]
pub(super) fn may_be_json_key(path: &str) -> bool {
    let path = path.strip_prefix("src/main/resources/").unwrap_or(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_tools = [
        "package", "composer", "tsconfig", "manifest", "app.json", "bower", "angular",
    ];
    name.ends_with(".json")
        && path.matches('/').count() <= 2
        && !of_tools.iter().any(|tool| name.starts_with(tool))
        && !outside_the_app(path)
}

/// Endings of lists of requirements.
const TEXT_LISTS: &[&str] = &[".txt", ".in"];
