//! Laravel's key in code or scripts that put it into `.env` or the environment.

use crate::Facts;
use crate::guards::{self, Branch, branch};
use crate::registry::Evidence;
use slugsmith_facts::code::{Call, Code, Expr, Language};
use slugsmith_finding::{LineSpan, Severity};

/// What Laravel takes for a key of 16 bytes, in Base64, has at least so many characters.
const LEAST: usize = 22;

pub(super) fn find(facts: &Facts<'_>) -> Option<Evidence> {
    in_settings(facts)
        .or_else(|| in_php(facts))
        .or_else(|| in_commands(facts))
}

/// `'key' => 'SomeRandomString'` of config/app.php: what Laravel signs with, whatever it looks like.
fn in_settings(facts: &Facts<'_>) -> Option<Evidence> {
    facts.laravel()?;
    let settings = crate::laravel::settings(facts, "app")?;
    let key = settings
        .value
        .key("key")?
        .text()
        .filter(|key| !key.is_empty())?;
    let line = facts
        .line(&settings.code.path, key)
        .unwrap_or(settings.line);
    let message = "Laravel's key stands in the settings, whatever APP_KEY says: anybody who reads it can forge \
                   sessions and read what is encrypted.";
    Some(
        told(Evidence::line(&settings.code.path, line, message))
            .help("config/app.php: 'key' => env('APP_KEY')"),
    )
}

/// Where a text holds `APP_KEY=base64:…` with a key behind it, or `APP_KEY="base64:…"`.
fn holds_key(text: &str) -> bool {
    text.match_indices("APP_KEY=").any(|(at, name)| {
        let value = text.get(at + name.len()..).unwrap_or_default();
        is_key(value.trim_start_matches(['"', '\'', '\\']))
    })
}

fn is_key(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("base64:") else {
        return false;
    };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let key = rest.bytes().take_while(plain).count();
    // A key of the same letter again and again stands for one.
    let mut kinds: Vec<u8> = rest.bytes().take(key).collect();
    kinds.sort_unstable();
    kinds.dedup();
    key >= LEAST && kinds.len() >= 10
}

/// `file_put_contents('.env', "APP_KEY=base64:…")`, `putenv("APP_KEY=base64:…")`, `$_ENV['APP_KEY'] = 'base64:…'`.
fn in_php(facts: &Facts<'_>) -> Option<Evidence> {
    facts.laravel()?;
    facts
        .code(Language::Php)
        .filter(|code| !guards::is_maintenance(facts, &code.path))
        .find_map(|code| {
            let (line, scope, is_set) = written(code)?;
            let when = branch(code, scope);
            if when == Branch::Development {
                return None;
            }
            let message = "Laravel's APP_KEY is written out in the code, which hands it to the app: anybody who reads \
                           it can forge sessions and read what is encrypted.";
            let found = told(Evidence::line(&code.path, line, message));
            Some(if is_set && when == Branch::Always {
                found
            } else {
                found.level(Severity::Warn)
            })
        })
}

/// Where a key is written out, and whether it is set for the process itself.
fn written(code: &Code) -> Option<(LineSpan, usize, bool)> {
    let holds = |value: &Expr| value.any(|part| part.text().is_some_and(holds_key));
    let writes = || {
        let puts = |call: &Call| {
            matches!(
                call.callee.as_str(),
                "file_put_contents" | "fwrite" | "fputs" | "File.put"
            )
        };
        code.calls.iter().any(puts)
    };
    let assigned = code.assignments.iter().find_map(|one| {
        let own = matches!(one.target.as_str(), "_ENV.APP_KEY" | "_SERVER.APP_KEY")
            && one.value.text().is_some_and(is_key);
        (own || holds(&one.value) && writes()).then_some((one.line, one.scope, own))
    });
    let passed = || {
        code.calls.iter().find_map(|call| {
            let own = call.callee == "putenv";
            let given = call.arguments.iter().any(|one| holds(&one.value));
            (given && (own || writes())).then_some((call.line, call.scope, own))
        })
    };
    assigned.or_else(passed)
}

/// `export APP_KEY=base64:…`, `echo "APP_KEY=base64:…" >> .env` in what a process runs.
fn in_commands(facts: &Facts<'_>) -> Option<Evidence> {
    facts.laravel()?;
    let mut commands = facts.processes.iter().flat_map(|process| &process.commands);
    let command = commands.find(|command| holds_key(&command.text))?;
    let message = "Laravel's APP_KEY is written out in a command that a process runs: anybody who reads it can forge \
                   sessions and read what is encrypted.";
    let found = told(Evidence::line(&command.path, command.line, message));
    let prints = matches!(command.program(), "echo" | "printf");
    Some(if prints || command.conditional {
        found.level(Severity::Warn)
    } else {
        found
    })
}

fn told(found: Evidence) -> Evidence {
    found.about("APP_KEY").help(
        "Make a new one: heroku config:set APP_KEY=$(php artisan key:generate --show)   then take it out of the code",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_what_stands_for_one() {
        assert!(holds_key(
            "A=1\\nAPP_KEY=base64:qxSzYJ7RRJRf7OWcblSCmYVxlXQcpMFLLnFmGM92sw=\\n"
        ));
        for text in [
            "APP_KEY=",
            "APP_KEY=base64:$key",
            "APP_KEY=base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert!(!holds_key(text), "{text}");
        }
    }
}
