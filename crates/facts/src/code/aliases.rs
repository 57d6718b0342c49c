//! What a file calls an import is the file's own choice: `const Store = require("better-sqlite3")`.
//!
//! Rules know things by the names that their own documentation gives them, so each file is read as
//! if it had kept those: the exported name of a renamed import, and the usual name of a module
//! that is bound whole. Not where the file binds that name to something else.

use super::{Argument, Code, Expr, Language};

/// The names under which the documentation of a package binds it whole.
const USUAL: &[(&str, &str)] = &[
    ("agenda", "Agenda"),
    ("amqplib", "amqp"),
    ("axios", "axios"),
    ("better-sqlite3", "Database"),
    ("bull", "Queue"),
    ("bullmq", "bullmq"),
    ("cookie-session", "cookieSession"),
    ("cron", "cron"),
    ("express", "express"),
    ("express-fileupload", "fileUpload"),
    ("express-jwt", "expressJwt"),
    ("express-rate-limit", "rateLimit"),
    ("express-session", "session"),
    ("formidable", "formidable"),
    ("fs", "fs"),
    ("fs-extra", "fs"),
    ("fs/promises", "fs"),
    ("ioredis", "Redis"),
    ("jsonwebtoken", "jwt"),
    ("knex", "knex"),
    ("log4js", "log4js"),
    ("mongoose", "mongoose"),
    ("multer", "multer"),
    ("mysql", "mysql"),
    ("mysql2", "mysql"),
    ("node-cron", "cron"),
    ("node-schedule", "schedule"),
    ("nodemailer", "nodemailer"),
    ("os", "os"),
    ("path", "path"),
    ("pg", "pg"),
    ("pino", "pino"),
    ("redis", "redis"),
    ("sequelize", "Sequelize"),
    ("sqlite3", "sqlite3"),
    ("winston", "winston"),
];

/// A name of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alias {
    /// As the file has it.
    pub(super) local: String,
    /// As the module has it; `None` where the module is bound whole.
    pub(super) exported: Option<String>,
    pub(super) module: String,
}

impl Alias {
    /// What the name is read as, where that is another.
    fn name(&self, language: Language) -> Option<&str> {
        let name = match &self.exported {
            Some(name) if name == "default" && language == Language::JavaScript => {
                self.usual(language)
            }
            Some(name) => Some(name.as_str()),
            None => self.usual(language),
        };
        name.filter(|name| *name != self.local)
    }

    fn usual(&self, language: Language) -> Option<&str> {
        if language != Language::JavaScript {
            return Some(&self.module);
        }
        let module = self.module.strip_prefix("node:").unwrap_or(&self.module);
        let found = USUAL
            .binary_search_by(|(name, _)| (*name).cmp(module))
            .ok()?;
        USUAL.get(found).map(|(_, name)| *name)
    }
}

/// Reads a file as if its imports had the names that their documentation has.
pub(super) fn apply(code: &mut Code, aliases: &[Alias]) {
    let language = code.language;
    let renamed: Vec<(&str, &str)> = aliases
        .iter()
        .filter_map(|alias| Some((alias.local.as_str(), alias.name(language)?)))
        .filter(|(local, name)| is_free(code, name) && !is_bound_again(code, local))
        .collect();
    if renamed.is_empty() {
        return;
    }
    for import in &mut code.imports {
        for name in &mut import.names {
            rename(name, &renamed);
        }
    }
    for call in &mut code.calls {
        rename(&mut call.callee, &renamed);
        in_arguments(&mut call.arguments, &renamed);
    }
    for one in &mut code.assignments {
        // `app.config = …` of a renamed import; the name itself is not bound again.
        rename(&mut one.target, &renamed);
        in_value(&mut one.value, &renamed);
    }
}

/// Whether nothing else in the file has the name.
fn is_free(code: &Code, name: &str) -> bool {
    let root = name.split('.').next().unwrap_or(name);
    let imported = code
        .imports
        .iter()
        .any(|import| import.names.iter().any(|one| one == root));
    !imported && !is_bound_again(code, root)
}

/// Whether the file gives the name a value of its own; what `require` gives is the import.
fn is_bound_again(code: &Code, name: &str) -> bool {
    let is_load = |value: &Expr| match value {
        Expr::Name(loaded) | Expr::Call { callee: loaded, .. } => {
            loaded == "require" || loaded.starts_with("require(")
        }
        _ => false,
    };
    code.assignments
        .iter()
        .any(|one| one.target == name && !is_load(&one.value))
}

fn rename(text: &mut String, renamed: &[(&str, &str)]) {
    for (local, name) in renamed {
        let Some(rest) = text.strip_prefix(local) else {
            continue;
        };
        if rest.is_empty() || rest.starts_with(['.', '(', '[']) {
            *text = format!("{name}{rest}");
            return;
        }
    }
}

fn in_arguments(arguments: &mut [Argument], renamed: &[(&str, &str)]) {
    for argument in arguments {
        in_value(&mut argument.value, renamed);
    }
}

fn in_value(value: &mut Expr, renamed: &[(&str, &str)]) {
    value.walk_mut(&mut |part| match part {
        Expr::Name(name) | Expr::Call { callee: name, .. } => rename(name, renamed),
        _ => {}
    });
}

#[cfg(test)]
mod tests {
    use crate::code::{Code, Language, parse};

    fn callees(code: &Code) -> Vec<&str> {
        let calls = code.calls.iter().map(|call| call.callee.as_str());
        calls.filter(|callee| *callee != "require").collect()
    }

    fn javascript(text: &str) -> Code {
        parse("a.js", Language::JavaScript, text)
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(super::USUAL.is_sorted());
    }

    #[test]
    fn imports_have_the_names_of_their_modules() {
        let code = javascript("import Store from 'better-sqlite3'; new Store('a.db');");
        assert_eq!(callees(&code), ["Database"]);
        let code = javascript("const up = require('multer'); up({ storage: up.memoryStorage() });");
        assert_eq!(callees(&code), ["multer", "multer.memoryStorage"]);
        let code = javascript("import { Queue as Jobs } from 'bullmq'; new Jobs('mail');");
        assert_eq!(callees(&code), ["Queue"]);
        let code = javascript("const { CronJob: Job } = require('cron'); new Job('* * * * *');");
        assert_eq!(callees(&code), ["CronJob"]);
        let code = javascript("import * as files from 'node:fs'; files.writeFileSync('a', 'b');");
        assert_eq!(callees(&code), ["fs.writeFileSync"]);
        let text = "from celery import Celery as Jobs\nimport sqlite3 as db\nJobs('a')\ndb.connect('a.db')\n";
        let code = parse("a.py", Language::Python, text);
        assert_eq!(callees(&code), ["Celery", "sqlite3.connect"]);
    }

    #[test]
    fn a_name_that_means_something_else_here_is_left() {
        let code = javascript("import http from 'axios'; const axios = fake(); http.get('a');");
        assert_eq!(callees(&code), ["fake", "http.get"]);
        let code = javascript(
            "import files from 'fs'; import fs from 'fs-extra'; files.readFileSync('a');",
        );
        assert_eq!(callees(&code), ["files.readFileSync"]);
    }
}
