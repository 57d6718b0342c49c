//! Lines that code appends to a log file of its own, without any library.

use super::{at, is_file};
use crate::called::is_dead;
use crate::rules::prelude::*;
use crate::written::written;

/// The first such place of the app.
pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let mut sites = facts.calls().filter(|site| {
        is_appended(*site)
            && site.code.function(site.call.scope).is_some()
            && branch(site.code, site.call.scope) == Branch::Always
            && !guards::is_maintenance(facts, &site.code.path)
            && !is_dead(facts, *site)
            && !says_it_too(*site)
    });
    let site = sites.next()?;
    Some(at(
        site,
        match site.code.language {
            Language::Php => "error_log($line);   // goes to the log stream",
            Language::JavaScript => "console.log(line)",
            Language::Python => "print(line, flush=True)",
            Language::Ruby => "$stdout.puts(line)",
            Language::Go => "log.Print(line)",
            Language::Java => "System.out.println(line)",
        },
    ))
}

fn is_appended(site: Site<'_>) -> bool {
    let call = site.call;
    let says = |at: usize, word: &str| {
        call.positional(at).is_some_and(|value| {
            value.any(|part| part.name().is_some_and(|name| name.ends_with(word)))
        })
    };
    let mode = |at: usize| {
        let mode = call.positional(at).or_else(|| call.named("mode"));
        mode.and_then(Expr::text)
            .is_some_and(|mode| mode.starts_with('a'))
    };
    // `error_log($line, 3, "app.log")`: the third kind is a file (php.net/error_log).
    if site.code.language == Language::Php && call.callee == "error_log" {
        return call.positional(1).and_then(Expr::number) == Some(3)
            && is_file(site, call.positional(2));
    }
    let appends = match site.code.language {
        Language::Php if call.callee == "file_put_contents" => says(2, "FILE_APPEND"),
        Language::JavaScript => matches!(call.method(), "appendFile" | "appendFileSync"),
        Language::Go => says(1, "O_APPEND"),
        Language::Php | Language::Python | Language::Ruby => mode(1),
        Language::Java => call.positional(1) == Some(&Expr::Bool(true)),
    };
    appends && is_file(site, written(site))
}

/// The same code writes to the log stream as well.
fn says_it_too(site: Site<'_>) -> bool {
    const STREAMS: &[&str] = &[
        "os.Stdout",
        "os.Stderr",
        "sys.stdout",
        "sys.stderr",
        "console.",
        "process.stdout",
        "System.out",
    ];
    let names = |text: &str| STREAMS.iter().any(|stream| text.starts_with(stream));
    site.code.calls.iter().any(|call| {
        let plain =
            matches!(call.callee.as_str(), "print" | "puts") && call.positional(1).is_none();
        let given = || {
            call.arguments
                .iter()
                .any(|one| one.value.name().is_some_and(names))
        };
        plain || names(&call.callee) || given()
    })
}
