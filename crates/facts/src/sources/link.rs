//! Values that cross module borders: what an imported name holds.
//!
//! A setting is often read in one file and used in another (`config.py`, envalid, pydantic's
//! `Settings`, a package of constants). Each file's exported values are collected, and every
//! file that uses one by an imported name gets it as [`Code::imported`]. Names that are set
//! under a condition, or twice, are left unknown. Three passes follow chains of re-exports.

use std::collections::{BTreeMap, BTreeSet};

use super::flask;
use super::{Sources, reach};
use crate::code::{Assignment, Branch, Code, Expr, Language, ScopeKind, branch, names_in};

/// Modules that a value may cross between its origin and its use.
const PASSES: usize = 3;
/// Objects nested deeper than this are not followed.
const DEPTH: usize = 3;
/// Stands for every name below an object that reads the environment.
const ANY: &str = "*";

/// Stands before the keys of a Flask app's configuration.
const APP_CONFIG: &str = "config().";
/// Stands before fields of Go structs that tags fill from the environment.
const FIELD: &str = "field().";

/// Exported values by name: `redis.url`, `default.port`, `Settings.*`.
type Table = BTreeMap<String, Expr>;

/// Gives every file the values of the names that it imports.
pub(super) fn names(sources: &mut Sources) {
    for _ in 0..PASSES {
        let found = pass(sources);
        let mut more = false;
        for (code, imported) in sources.files.iter_mut().zip(found) {
            more |= imported.len() > code.imported.len();
            code.imported = imported;
        }
        if !more {
            return;
        }
    }
}

fn pass(sources: &Sources) -> Vec<Vec<Assignment>> {
    let tables: Vec<Table> = sources.files.iter().map(exports).collect();
    let index: BTreeMap<&str, usize> = sources
        .files
        .iter()
        .enumerate()
        .map(|(at, code)| (code.path.as_str(), at))
        .collect();
    let global = global(sources, &tables);
    let own = |at: usize, code: &Code| {
        let mut seen = Seen::default();
        for module in modules(sources, &index, code) {
            if let Some(table) = tables.get(module.file) {
                seen.take(table, &module.local, module.namespace_only);
            }
        }
        if let Some(table) = tables.get(at) {
            seen.names.extend(settings_of(table));
        }
        if let Some(table) = global.get(&code.language) {
            seen.names.extend(
                table
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        if seen.names.is_empty() {
            return Vec::new();
        }
        seen.used_in(code)
    };
    sources
        .files
        .iter()
        .enumerate()
        .map(|(at, code)| own(at, code))
        .collect()
}

/// What a file knows of others.
#[derive(Default)]
struct Seen {
    names: Table,
}

impl Seen {
    /// Takes in a module's values under a local name.
    fn take(&mut self, table: &Table, local: &str, namespace_only: bool) {
        for (name, value) in table {
            let mut add = |name: String| {
                self.names.entry(name).or_insert_with(|| value.clone());
            };
            if !namespace_only {
                let below = name.strip_prefix(local);
                if below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '('])) {
                    add(name.clone());
                }
                if let Some(rest) = name.strip_prefix("default") {
                    add(format!("{local}{rest}"));
                }
            }
            add(format!("{local}.{name}"));
        }
    }

    /// The values of those names that the file uses.
    fn used_in(&self, code: &Code) -> Vec<Assignment> {
        let mut used = BTreeSet::new();
        let mut note = |value: &Expr| {
            value.walk(&mut |value| {
                if let Expr::Name(name) = value {
                    used.insert(name.clone());
                }
            });
        };
        code.calls
            .iter()
            .flat_map(|call| &call.arguments)
            .for_each(|argument| note(&argument.value));
        code.assignments.iter().for_each(|one| note(&one.value));
        used.extend(code.calls.iter().map(|call| call.receiver().to_owned()));
        let conditions = code
            .scopes
            .iter()
            .filter_map(|scope| scope.kind.condition());
        used.extend(conditions.flat_map(names_in));
        let known = used
            .iter()
            .filter_map(|name| Some((name, self.value(name, code.language)?)));
        known
            .map(|(name, value)| Assignment {
                target: name.clone(),
                value,
                line: slugsmith_finding::LineSpan::default(),
                scope: 0,
            })
            .collect()
    }

    fn value(&self, name: &str, language: Language) -> Option<Expr> {
        if let Some(value) = self.names.get(name) {
            return Some(value.clone());
        }
        let (object, key) = name.rsplit_once('.')?;
        // `current_app.config["X"]` whatever the app is called; `cfg.Server.Port` by its field.
        let shared = match language {
            Language::Python if object == "config" || object.ends_with(".config") => APP_CONFIG,
            Language::Go => FIELD,
            _ => "",
        };
        if shared == FIELD {
            return self.field(object, key);
        }
        if let Some(value) = self
            .names
            .get(&format!("{shared}{key}"))
            .filter(|_| !shared.is_empty())
        {
            return Some(value.clone());
        }
        let any = self.names.get(&format!("{object}.{ANY}"))?;
        let Expr::Env { name: prefix, .. } = any else {
            return None;
        };
        let is_constant = key
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        let name = match language {
            Language::Python => format!(
                "{}{}",
                prefix.trim_end_matches(ANY),
                key.to_ascii_uppercase()
            ),
            _ if is_constant => key.to_owned(),
            _ => return None,
        };
        Some(Expr::Env {
            name,
            default: None,
        })
    }
}

impl Seen {
    /// `cfg.Server.Port`: the field of the one struct that has it, or of the one that is called
    /// after what stands before it (`serverConfig`).
    fn field(&self, object: &str, key: &str) -> Option<Expr> {
        let named = object
            .rsplit('.')
            .next()
            .unwrap_or(object)
            .to_ascii_lowercase();
        let fields: Vec<_> = self
            .names
            .range(FIELD.to_owned()..)
            .take_while(|(name, _)| name.starts_with(FIELD))
            .filter_map(|(name, value)| {
                let (class, field) = name.strip_prefix(FIELD)?.rsplit_once('.')?;
                (field == key).then(|| (class.to_ascii_lowercase(), value))
            })
            .collect();
        match fields.as_slice() {
            [(_, only)] => Some((*only).clone()),
            several => {
                let mut own = several.iter().filter(|(class, _)| class.contains(&named));
                let first = own.next()?;
                own.next().is_none().then(|| first.1.clone())
            }
        }
    }
}

/// A module of the app that a file imports.
struct Module {
    file: usize,
    local: String,
    /// The local name is the module itself.
    namespace_only: bool,
}

fn modules(sources: &Sources, index: &BTreeMap<&str, usize>, code: &Code) -> Vec<Module> {
    let mut found = Vec::new();
    for import in &code.imports {
        for local in &import.names {
            let local = local.trim_end_matches(".*");
            match code.language {
                Language::JavaScript => {
                    let file = reach::resolve(sources, &code.path, &import.module)
                        .and_then(|other| index.get(other.path.as_str()));
                    found.extend(file.map(|file| Module {
                        file: *file,
                        local: local.to_owned(),
                        namespace_only: false,
                    }));
                }
                Language::Python => found.extend(python_module(index, code, &import.module, local)),
                Language::Go => {
                    let package = import.module.rsplit('/').next().unwrap_or_default();
                    let local = if local.is_empty() { package } else { local };
                    let files = index.range::<str, _>(..).filter(|(path, _)| {
                        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                        !folder.is_empty() && import.module.ends_with(&format!("/{folder}"))
                    });
                    found.extend(files.map(|(_, file)| Module {
                        file: *file,
                        local: local.to_owned(),
                        namespace_only: true,
                    }));
                }
                Language::Ruby | Language::Java | Language::Php => {}
            }
        }
    }
    found
}

fn python_module(
    index: &BTreeMap<&str, usize>,
    code: &Code,
    module: &str,
    local: &str,
) -> Option<Module> {
    let plain = module.trim_start_matches('.');
    let up = module.len() - plain.len();
    let mut folder = code.path.as_str();
    for _ in 0..up {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
    let path = plain.replace('.', "/");
    let roots: Vec<String> = if up > 0 {
        vec![folder.to_owned()]
    } else {
        // A script's own folder is on the path, too.
        let own = code.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        vec![String::new(), "src".to_owned(), own.to_owned()]
    };
    let file = |path: &str| {
        let path = path.trim_matches('/');
        let whole = [format!("{path}.py"), format!("{path}/__init__.py")];
        whole
            .iter()
            .find_map(|path| index.get(path.as_str()).copied())
    };
    for root in roots {
        // `from app import config` means a module, `from app.config import settings` a name.
        if let Some(file) = file(&format!("{root}/{path}/{local}")) {
            return Some(Module {
                file,
                local: local.to_owned(),
                namespace_only: true,
            });
        }
        if let Some(file) = file(&format!("{root}/{path}")) {
            return Some(Module {
                file,
                local: local.to_owned(),
                namespace_only: false,
            });
        }
    }
    None
}

/// The values that a file gives to others.
fn exports(code: &Code) -> Table {
    let mut table = Table::new();
    let mut twice = BTreeSet::new();
    for one in &code.assignments {
        let class = code
            .class(one.scope)
            .map(|(name, bases)| (name.to_owned(), bases));
        let runs = branch(code, one.scope);
        if code.function(one.scope).is_some() || runs != Branch::Always {
            // What a condition replaces is not known, unless only development asks for it.
            if runs != Branch::Development && code.function(one.scope).is_none() {
                twice.insert(exported(&one.target).to_owned());
            }
            continue;
        }
        let (name, value) = match &class {
            Some((class, bases)) => {
                let reads = bases.iter().any(|base| base.ends_with("BaseSettings"));
                let value = if reads {
                    settings_field(code, one)
                } else {
                    one.value.clone()
                };
                (format!("{class}.{}", one.target), value)
            }
            None => (exported(&one.target).to_owned(), one.value.clone()),
        };
        if table.contains_key(&name) {
            twice.insert(name.clone());
        }
        put(code, &mut table, &name, &value, 0);
    }
    table.retain(|name, _| !twice.contains(name));
    if code.language == Language::Python {
        settings(code, &mut table);
    }
    table
}

fn exported(target: &str) -> &str {
    match target {
        "module.exports" => "default",
        _ => target
            .strip_prefix("module.exports.")
            .or_else(|| target.strip_prefix("exports."))
            .unwrap_or(target),
    }
}

fn put(code: &Code, table: &mut Table, name: &str, value: &Expr, depth: usize) {
    let value = code.resolve(value);
    let reads_environment = |value: &Expr| value.name() == Some("process.env");
    match value {
        Expr::Object(entries) if depth < DEPTH => {
            for (key, value) in entries {
                put(code, table, &format!("{name}.{key}"), value, depth + 1);
                if name == "default" {
                    put(code, table, key, value, depth + 1);
                }
            }
        }
        // `cleanEnv(process.env, { REDIS_URL: str({ default: … }) })`, `schema.parse(process.env)`.
        Expr::Call { arguments, .. }
            if arguments
                .iter()
                .any(|argument| reads_environment(&argument.value)) =>
        {
            let described = arguments.iter().find_map(|argument| match &argument.value {
                Expr::Object(entries) => Some(entries),
                _ => None,
            });
            for (key, validator) in described.into_iter().flatten() {
                let default = match validator {
                    Expr::Call { arguments, .. } => arguments
                        .iter()
                        .find_map(|argument| argument.value.key("default")),
                    _ => None,
                };
                let read = Expr::Env {
                    name: key.clone(),
                    default: default.cloned().map(Box::new),
                };
                table.insert(format!("{name}.{key}"), read);
            }
            table.insert(format!("{name}.{ANY}"), environment(""));
            table.insert(name.to_owned(), Expr::Other);
        }
        // `module.exports = process.env`
        value if reads_environment(value) => {
            table.insert(format!("{name}.{ANY}"), environment(""));
        }
        Expr::Function | Expr::Other | Expr::Nil => {}
        value => {
            table.insert(name.to_owned(), value.clone());
        }
    }
}

fn environment(prefix: &str) -> Expr {
    Expr::Env {
        name: format!("{prefix}{ANY}"),
        default: None,
    }
}

/// A field of pydantic's `BaseSettings`, which is filled from the variable of its name.
fn settings_field(code: &Code, field: &Assignment) -> Expr {
    let value = code.resolve(&field.value);
    let (named, default) = match value {
        Expr::Call { callee, arguments } if callee.ends_with("Field") => {
            let of = |names: &[&str]| {
                arguments
                    .iter()
                    .find(|argument| {
                        argument
                            .name
                            .as_deref()
                            .is_some_and(|name| names.contains(&name))
                    })
                    .map(|argument| &argument.value)
            };
            let first = arguments.first().filter(|argument| argument.name.is_none());
            let default = of(&["default"]).or_else(|| first.map(|argument| &argument.value));
            let named = of(&["env", "alias", "validation_alias"]).and_then(Expr::text);
            (
                named.map(str::to_owned),
                default.filter(|default| default.is_literal()).cloned(),
            )
        }
        value => (None, value.is_literal().then(|| value.clone())),
    };
    let prefix = settings_prefix(code);
    Expr::Env {
        name: named.unwrap_or_else(|| format!("{prefix}{}", field.target.to_ascii_uppercase())),
        default: default.map(Box::new),
    }
}

/// `env_prefix` of pydantic's settings.
fn settings_prefix(code: &Code) -> String {
    let plain = code
        .assignments
        .iter()
        .find(|one| one.target == "env_prefix");
    let config = code
        .assignments
        .iter()
        .find(|one| one.target == "model_config");
    let named = config.and_then(|config| match &config.value {
        Expr::Call { arguments, .. } => arguments
            .iter()
            .find(|argument| argument.name.as_deref() == Some("env_prefix"))
            .map(|argument| &argument.value),
        value => value.key("env_prefix"),
    });
    let text = plain.map(|one| &one.value).or(named).and_then(Expr::text);
    text.unwrap_or_default().to_ascii_uppercase()
}

/// Objects of settings classes: `settings = Settings()`, `def get_settings(): return Settings()`.
fn settings(code: &Code, table: &mut Table) {
    for scope in &code.scopes {
        let ScopeKind::Class { name: class, bases } = &scope.kind else {
            continue;
        };
        let reads = bases.iter().any(|base| base.ends_with("BaseSettings"));
        if reads {
            table.insert(
                format!("{class}.{ANY}"),
                environment(&settings_prefix(code)),
            );
        }
        let objects = code
            .assignments
            .iter()
            .filter(|one| one.value.callee() == Some(class))
            .map(|one| one.target.clone());
        let functions = code.scopes.iter().filter_map(|scope| match &scope.kind {
            ScopeKind::Function { name } if reads && name.contains("settings") => {
                Some(format!("{name}()"))
            }
            _ => None,
        });
        let objects: Vec<_> = objects
            .chain(functions)
            .chain([format!("{class}()")])
            .collect();
        let fields: Vec<_> = table
            .iter()
            .filter_map(|(name, value)| {
                let field = name.strip_prefix(class.as_str())?.strip_prefix('.')?;
                Some((field.to_owned(), value.clone()))
            })
            .collect();
        for (field, value) in &fields {
            for object in &objects {
                table.insert(format!("{object}.{field}"), value.clone());
            }
        }
    }
}

/// What a file's own settings objects hold: their fields are not assigned by that name.
fn settings_of(table: &Table) -> Vec<(String, Expr)> {
    let dotted = table.iter().filter(|(name, _)| name.contains('.'));
    dotted
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Names that need no import: Ruby's and PHP's constants, fields of Java classes, Django's
/// `settings`.
fn global(sources: &Sources, tables: &[Table]) -> BTreeMap<Language, Table> {
    let mut found: BTreeMap<Language, Table> = BTreeMap::new();
    let mut twice = BTreeSet::new();
    for (code, table) in sources.files.iter().zip(tables) {
        let mut add = |name: String, value: &Expr| {
            let known = found.entry(code.language).or_default();
            if known
                .insert(name.clone(), value.clone())
                .is_some_and(|other| other != *value)
            {
                twice.insert((code.language, name));
            }
        };
        for (name, value) in table {
            let first = name.chars().next().unwrap_or_default();
            match code.language {
                Language::Ruby => {
                    if let Some(rest) = name.strip_prefix("config.x.") {
                        add(format!("Rails.configuration.x.{rest}"), value);
                        add(format!("Rails.application.config.x.{rest}"), value);
                    } else if first.is_ascii_uppercase() {
                        add(name.clone(), value);
                    }
                }
                Language::Java | Language::Php if name.contains('.') => add(name.clone(), value),
                Language::Python if is_settings(&code.path) && !name.contains('.') => {
                    add(format!("settings.{name}"), value);
                }
                Language::Go if matches!(value, Expr::Env { .. }) && name.contains('.') => {
                    add(format!("{FIELD}{name}"), value);
                }
                _ => {}
            }
        }
        // What a handler keeps on the request, another one takes from it.
        let kept = code.assignments.iter().filter(|one| {
            const KEPT: &[&str] = &["req.", "request.", "res.locals.", "ctx.state.", "ctx."];
            code.language == Language::JavaScript
                && KEPT.iter().any(|start| one.target.starts_with(start))
        });
        for one in kept {
            if !matches!(one.value, Expr::Other | Expr::Function) {
                add(one.target.clone(), &one.value);
            }
        }
        let defined = code.calls.iter().filter(|call| {
            code.language == Language::Php
                && call.callee == "define"
                && branch(code, call.scope) == Branch::Always
        });
        for call in defined {
            if let (Some(Expr::Text(name)), Some(value)) = (call.positional(0), call.positional(1))
            {
                add(name.clone(), value);
            }
        }
    }
    for (language, name) in twice {
        if let Some(table) = found.get_mut(&language) {
            table.remove(&name);
        }
    }
    let configured = flask::configuration(sources)
        .into_iter()
        .map(|(key, value)| (format!("{APP_CONFIG}{key}"), value));
    found
        .entry(Language::Python)
        .or_default()
        .extend(configured);
    found
}

/// A module of Django's settings.
fn is_settings(path: &str) -> bool {
    path.ends_with("settings.py") || path.contains("settings/")
}

#[cfg(test)]
mod tests {
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
}
