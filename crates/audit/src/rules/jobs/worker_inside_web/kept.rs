//! A second program of the app that code of the web process starts and keeps: `this.bot = spawn("node", ["bot.js"])`,
//! `subprocess.Popen(["python", "bot.py"])` at the level of a file.

use super::at;
use crate::rules::prelude::*;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let site = node(facts).or_else(|| python(facts))?;
    let message = format!(
        "`{}` starts another program of the app and keeps it beside the server, in each web dyno, unseen by the \
         platform.",
        site.call.callee
    );
    let runs = branch(site.code, site.call.scope);
    (runs != Branch::Development && !guards::is_maintenance(facts, &site.code.path))
        .then(|| at(&site.code.path, site.call.line, message).conditional(runs != Branch::Always))
}

/// A child that an object or the file keeps, of a script of the app. What a request waits for is kept by nobody.
fn node<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    calls_to(facts, Language::JavaScript, |site| {
        let (code, call) = (site.code, site.call);
        let starts = code.imports("child_process") || code.imports("node:child_process");
        starts
            && matches!(call.method(), "spawn" | "fork")
            && runs_script(site)
            && code.assignments.iter().any(|one| {
                let same = one.line.number() == call.line.number()
                    && one.value.callee() == Some(call.callee.as_str());
                let of_file = code.assignments.iter().any(|other| {
                    other.target == one.target && code.function(other.scope).is_none()
                });
                same && (one.target.starts_with("this.") || of_file)
            })
    })
    .next()
}

/// Whether a call starts a script of the app: `spawn("node", [path])`, `fork("./worker.js")`.
fn runs_script(site: Site<'_>) -> bool {
    const PROGRAMS: &[&str] = &["node", "python", "python3", "ruby", "php", "java"];
    let first = site.call.positional(0);
    let first = first.map(|value| site.code.resolve_from(value, site.call.scope));
    if site.call.method() == "fork" {
        return first.is_some_and(|value| value.text().is_some() || value.callee().is_some());
    }
    first
        .and_then(|value| value.text().or_else(|| value.name()))
        .is_some_and(|program| PROGRAMS.contains(&program) || program == "process.execPath")
}

/// A child of Python's that the file starts when it is loaded.
fn python<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    calls_to(facts, Language::Python, |site| {
        let (code, call) = (site.code, site.call);
        let script = |text: &str| {
            let own = text.ends_with(".py") || text.contains(".py ");
            own || ["celery", "rq worker", "rqworker"]
                .iter()
                .any(|word| text.contains(word))
        };
        let mut parts = call.arguments.iter();
        matches!(call.callee.as_str(), "subprocess.Popen" | "Popen")
            && code.function(call.scope).is_none()
            && parts.any(|part| {
                code.resolve(&part.value)
                    .any(|value| value.text().is_some_and(script))
            })
            && facts.process("web").is_some_and(|web| {
                let module = code.path.trim_end_matches(".py").replace('/', ".");
                web.mentions(&[code.path.as_str(), module.as_str()])
            })
    })
    .next()
}
