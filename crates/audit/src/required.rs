//! Does the app refuse to start without a variable? Then what stands in for it is never used in production.

use super::facts::{Facts, Site};
use super::guards::{Branch, branch};
use slugsmith_facts::code::{Code, Expr, Language, ScopeKind};

/// Whether code that runs when the app starts stops it where the variable is missing:
/// `fail "…" if Rails.env.production? && ENV["X"].blank?`, `if (!process.env.X) process.exit(1)`.
pub(super) fn is_demanded(facts: &Facts<'_>, variable: &str) -> bool {
    facts
        .calls()
        .any(|site| stops(site) && runs_at_start(facts, site) && asks_for(site, variable))
}

/// Whether a call ends the program, or makes the error that does.
fn stops(site: Site<'_>) -> bool {
    let call = site.call;
    let callee = call.callee.as_str();
    let error = || {
        let name = call.method();
        let kind = if name == "new" { call.receiver() } else { name };
        ["Error", "Exception", "ImproperlyConfigured"]
            .iter()
            .any(|end| kind.ends_with(end))
    };
    match site.code.language {
        Language::JavaScript => matches!(callee, "process.exit" | "process.abort") || error(),
        Language::Python => matches!(callee, "sys.exit" | "exit" | "quit" | "os._exit") || error(),
        Language::Ruby => matches!(
            callee,
            "fail" | "raise" | "abort" | "exit" | "exit!" | "Kernel.abort" | "Kernel.exit"
        ),
        Language::Go => {
            matches!(callee, "panic" | "os.Exit")
                || matches!(
                    call.method(),
                    "Fatal" | "Fatalf" | "Fatalln" | "Panic" | "Panicf" | "Panicln"
                )
        }
        Language::Php => matches!(callee, "abort" | "trigger_error") || error(),
        Language::Java => callee == "System.exit" || error(),
    }
}

/// Whether this runs before the app serves: at the top of a file, in what starts a program, or in a function that
/// the top of a file calls.
fn runs_at_start(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let Some(function) = site.code.function(site.call.scope) else {
        return !is_caught(site.code, site.call.scope);
    };
    let by_name = match site.code.language {
        Language::Go => matches!(function, "main" | "init"),
        Language::Python => function == "create_app",
        _ => false,
    };
    let called = || {
        facts.calls().any(|other| {
            other.code.language == site.code.language
                && other.call.method() == function
                && (other.code.function(other.call.scope).is_none()
                    || other.code.language == Language::Go
                        && matches!(other.code.function(other.call.scope), Some("main" | "init")))
        })
    };
    !function.is_empty() && !is_caught(site.code, site.call.scope) && (by_name || called())
}

/// An error that the same code catches stops nothing.
fn is_caught(code: &Code, scope: usize) -> bool {
    code.around(scope)
        .any(|scope| matches!(scope.kind, ScopeKind::Try))
}

/// Whether the innermost condition around a call holds in production where the variable has no value, and only asks
/// for that.
fn asks_for(site: Site<'_>, variable: &str) -> bool {
    let code = site.code;
    if branch(code, site.call.scope) == Branch::Development {
        return false;
    }
    let mut around = code.around(site.call.scope);
    let Some((condition, holds)) = around.find_map(|scope| match &scope.kind {
        ScopeKind::Branch { condition, holds } => Some((condition.as_str(), *holds)),
        _ => None,
    }) else {
        return false;
    };
    // What stands around it may not hold.
    if around.any(|scope| {
        scope
            .kind
            .condition()
            .is_some_and(|condition| !names_production(condition))
    }) {
        return false;
    }
    let plain = condition.trim();
    let (together, apart) = if holds {
        (["&&", " and "], ["||", " or "])
    } else {
        (["||", " or "], ["&&", " and "])
    };
    let split = |marks: [&str; 2]| {
        let one = plain.replace(marks[1], marks[0]);
        one.split(marks[0])
            .map(|part| part.trim_matches([' ', '(']).to_owned())
            .collect::<Vec<_>>()
    };
    let (all, any) = (split(together), split(apart));
    if all.len() > 1 && any.len() > 1 {
        return false;
    }
    let missing = |part: &String| says_missing(code, part, variable) == Some(holds);
    if any.len() > 1 {
        return any.iter().any(missing);
    }
    all.iter().any(missing)
        && all
            .iter()
            .all(|part| missing(part) || names_production(part))
}

fn names_production(condition: &str) -> bool {
    let lower = condition.to_ascii_lowercase();
    let negated =
        lower.trim_start().starts_with(['!']) || lower.contains("!=") || lower.contains("not ");
    ["production", "isprod", "is_prod"]
        .iter()
        .any(|word| lower.contains(word))
        && !negated
}

/// Whether a part of a condition is true where the variable is missing (`Some(true)`), or where it is there.
fn says_missing(code: &Code, part: &str, variable: &str) -> Option<bool> {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    let names: Vec<&str> = part
        .split(|one| !is_word(one))
        .filter(|word| !word.is_empty())
        .collect();
    let direct = names.contains(&variable)
        && (part.contains("env") || part.contains("ENV") || part.contains("Env"));
    let held = || {
        names.iter().any(|name| {
            let asked = Expr::Name((*name).to_owned());
            // A value with a default is never missing.
            matches!(code.resolve(&asked), Expr::Env { name, default: None } if name == variable)
        })
    };
    if !direct && !held() {
        return None;
    }
    let plain: String = part.chars().filter(|one| !one.is_whitespace()).collect();
    let nothing = [
        "nil",
        "null",
        "None",
        "undefined",
        "''",
        "\"\"",
        "false",
        "0",
    ];
    let equal = |mark: &str| {
        nothing
            .iter()
            .any(|value| plain.ends_with(&format!("{mark}{value}")))
    };
    let tests = [
        ".blank?",
        ".nil?",
        ".empty?",
        "isNone",
        "isEmpty()",
        "isBlank()",
    ];
    let empty = tests.iter().any(|test| plain.contains(test)) || plain.starts_with("empty(");
    let present =
        plain.contains(".present?") || plain.starts_with("isset(") || plain.contains("isnotNone");
    let compared = ["==", "!=", "<", ">"]
        .iter()
        .any(|mark| plain.contains(mark));
    let negated = part.starts_with('!') || part.starts_with("not ");
    if equal("!=") || equal("!==") || present {
        return Some(negated);
    }
    if equal("==") || equal("===") || empty {
        return Some(!negated);
    }
    if part.contains(" not in ") {
        return Some(true);
    }
    if compared {
        return None;
    }
    Some(negated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::code::parse;

    fn demanded(path: &str, language: Language, text: &str) -> bool {
        let code = parse(path, language, text);
        let mut sites = code.calls.iter().map(|call| Site { code: &code, call });
        sites.any(|site| {
            stops(site) && site.code.function(site.call.scope).is_none() && asks_for(site, "KEY")
        })
    }

    #[test]
    fn a_start_that_fails_without_the_variable_is_seen_in_each_language() {
        for (path, language, text) in [
            (
                "a.rb",
                Language::Ruby,
                "if Rails.env.production? && ENV['KEY'].blank?\n  fail 'no'\nend\n",
            ),
            ("a.rb", Language::Ruby, "raise 'no' unless ENV['KEY']\n"),
            (
                "a.js",
                Language::JavaScript,
                "if (!process.env.KEY) { throw new Error('no') }\n",
            ),
            (
                "a.js",
                Language::JavaScript,
                "const key = process.env.KEY;\nif (!key) process.exit(1);\n",
            ),
            (
                "a.py",
                Language::Python,
                "import os\nif not os.environ.get('KEY'):\n    raise RuntimeError('no')\n",
            ),
            (
                "a.py",
                Language::Python,
                "import os\nif 'KEY' not in os.environ:\n    raise RuntimeError('no')\n",
            ),
            (
                "a.php",
                Language::Php,
                "<?php\nif (!getenv('KEY')) { throw new \\RuntimeException('no'); }\n",
            ),
        ] {
            assert!(demanded(path, language, text), "{text}");
        }
        for (path, language, text) in [
            (
                "a.rb",
                Language::Ruby,
                "if Rails.env.development? && ENV['KEY'].blank?\n  fail 'no'\nend\n",
            ),
            (
                "a.rb",
                Language::Ruby,
                "fail 'no' if ENV['KEY'] && ENV['OTHER']\n",
            ),
            (
                "a.js",
                Language::JavaScript,
                "if (!process.env.KEY) { console.warn('no') }\n",
            ),
            (
                "a.js",
                Language::JavaScript,
                "if (!process.env.KEY && !process.env.OLD) { throw new Error('no') }\n",
            ),
            (
                "a.js",
                Language::JavaScript,
                "if (process.env.KEY) { throw new Error('no') }\n",
            ),
            (
                "a.py",
                Language::Python,
                "import os\nif os.environ.get('KEY') == 'old':\n    raise RuntimeError('no')\n",
            ),
        ] {
            assert!(!demanded(path, language, text), "{text}");
        }
    }
}
