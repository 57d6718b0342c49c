//! Is a request given up before the router gives up?

use crate::gunicorn;
use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-request-timeout",
    code: "SF802",
    title: "A slow request blocks a worker beyond the router's 30 seconds",
    level: Severity::Warn,
    group: Group::Network,
    ecosystems: &["python", "ruby"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            gunicorn with `--timeout` above 30; Rails on Puma without rack-timeout; uWSGI without
            `harakiri`.
            The `timeout` of the configuration file that gunicorn's command names and of
            `GUNICORN_CMD_ARGS`; uWSGI without `harakiri`. The finding stands where the limit is set; for Puma,
            which has none, at its line of the Gemfile.
        "},
        why: indoc! {"
            The router answers H12 after 30 seconds, but the worker keeps working for nobody. A few slow
            pages then hold all workers, and everything is H12.
        "},
        fix: indoc! {"
            ```
            web: gunicorn shop.wsgi --timeout 20
            bundle add rack-timeout
            harakiri = 25        # uwsgi.ini
            ```
        "},
        silent: indoc! {"
            gunicorn's default of 30; a timeout of at most 30; asynchronous workers of gunicorn, for
            which `--timeout` means something else; `rack-timeout` or `slowpoke` in the bundle.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(web) = facts.process("web") else {
        return Outcome::not_applicable();
    };
    let mut evidence = Vec::new();
    for command in gunicorn::commands(facts) {
        let kind = gunicorn::setting(facts, command, "worker_class", &["-k", "--worker-class"]);
        let waits = kind.is_none_or(|kind| kind.value.is_synchronous());
        let limit = gunicorn::setting(facts, command, "timeout", &["-t", "--timeout"]);
        if let Some(limit) = limit.filter(|_| waits) {
            let seconds = limit.value.number();
            if let Some(seconds) = seconds.filter(|seconds| *seconds == 0 || *seconds > 30) {
                evidence.push(
                    Evidence::line(
                        &limit.path,
                        limit.line,
                        format!(
                            "gunicorn lets a request \
                        run for {seconds} s, but the router gives up after 30: the worker goes on \
                        for nobody."
                        ),
                    )
                    .help(limit.value.written("--timeout", "timeout", "20")),
                );
            }
        }
    }
    evidence.extend(uwsgi(facts));
    evidence.extend(rails(
        facts,
        web.mentions(&["puma", "rails s", "rails server"]),
    ));
    Outcome::of(evidence)
}

/// uWSGI without `harakiri`, in its command or in the file that the command names.
fn uwsgi(facts: &Facts<'_>) -> Option<Evidence> {
    let web = facts.process("web")?;
    let command = web
        .commands
        .iter()
        .find(|command| command.program() == "uwsgi")?;
    if command.text.contains("harakiri") {
        return None;
    }
    let named = command.words.iter().find_map(|word| {
        let path = word.rsplit('=').next().unwrap_or(word);
        [".ini", ".yml", ".yaml"]
            .iter()
            .any(|ending| path.ends_with(ending))
            .then(|| command.in_app(path))?
    });
    let place = match &named {
        Some(path) => {
            let text = facts.sources.text(path)?;
            if text.contains("harakiri") {
                return None;
            }
            (path.as_str(), LineSpan::default())
        }
        None => (command.path.as_str(), command.line),
    };
    let message = "uWSGI has no limit for a request: after the router's 30 s the worker goes on \
                   for nobody.";
    Some(Evidence::line(place.0, place.1, message).help("harakiri = 20"))
}

fn rails(facts: &Facts<'_>, puma: bool) -> Option<Evidence> {
    let gem = facts.packages.wants(Ecosystem::Gem, "puma")?;
    facts.packages.wants(Ecosystem::Gem, "rails")?;
    let limited = facts.packages.has_any(
        Ecosystem::Gem,
        &["rack-timeout", "slowpoke", "rack-timeout-puma"],
    );
    (puma && !limited).then(|| {
        Evidence::line(
            &gem.path,
            gem.line,
            "Puma has no request timeout: after the router's H12 \
            the thread keeps working for nobody, until all of them are stuck.",
        )
        .help("bundle add rack-timeout")
    })
}
