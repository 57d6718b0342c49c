//! Is a request given up before the router gives up?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-request-timeout",
    code: "SF802",
    title: "A slow request blocks a worker beyond the router's 30 seconds",
    level: Level::Warn,
    group: Group::Network,
    ecosystems: &["python", "ruby"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            gunicorn with `--timeout` above 30; Rails on Puma without rack-timeout; uWSGI without
            `harakiri`.
        "},
        why: indoc! {"
            The router answers H12 after 30 seconds, but the worker goes on for nobody. A few slow
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
    for command in &web.commands {
        let words = command.words();
        if words
            .first()
            .is_some_and(|program| program.ends_with("gunicorn"))
            && !command.text.contains("worker-class")
            && !command.text.contains(" -k ")
        {
            let seconds = words.iter().enumerate().find_map(|(at, word)| match *word {
                "--timeout" | "-t" => words.get(at + 1)?.parse::<u32>().ok(),
                word => word.strip_prefix("--timeout=")?.parse().ok(),
            });
            if let Some(seconds) = seconds.filter(|seconds| *seconds == 0 || *seconds > 30) {
                evidence.push(
                    Evidence::line(
                        &command.path,
                        command.line,
                        format!(
                            "gunicorn lets a request \
                        run for {seconds} s, but the router gives up after 30: the worker goes on \
                        for nobody."
                        ),
                    )
                    .help("--timeout 20"),
                );
            }
        }
    }
    evidence.extend(rails(
        facts,
        web.mentions(&["puma", "rails s", "rails server"]),
    ));
    Outcome::of(evidence)
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
            the thread goes on for nobody, until all are stuck.",
        )
        .help("bundle add rack-timeout")
    })
}
