//! Do logs reach the log stream?

mod appended;
mod commands;
mod laravel;
mod logback;
mod symfony;
mod yii;

use crate::django::is_part_of_nothing;
use crate::rules::prelude::*;
use slugsmith_facts::code::Call;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "logs-to-file",
    code: "SF901",
    title: "Logs are written to files on the dyno",
    level: Severity::Warn,
    group: Group::Observability,
    ecosystems: &["node", "python", "ruby", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            `FileHandler` or `RotatingFileHandler` that is set up in production code; winston's File
            transport; `Logger.new("log/…")`; a file appender of Logback that production's profile
            names; Laravel's and Lumen's default channel writing to `storage/logs`; handlers of Monolog's settings for
            production with a file; Yii's `FileTarget` where it is the only target. A command that sends its
            log to a file (`sidekiq -L`, `celery --logfile`, `gunicorn --log-file`, `>> web.log`), and
            `stderr_path` of unicorn, `stdout_redirect` of Puma. winston's console counts only where
            production has it. Code that appends lines to a `.log` file of its own (`FILE_APPEND`,
            `fs.appendFile`, `open(…, "a")`, `error_log(…, 3, …)`). The finding stands at the call or the line that
            opens the file; for Laravel where
            `LOG_CHANNEL` is read.
        "#},
        why: indoc! {"
            The log stream only carries standard output and error. Files can't be read from outside
            the dyno, fill its disk, and are gone at the next restart, together with the error that
            caused it.
        "},
        fix: indoc! {"
            ```
            heroku config:set LOG_CHANNEL=stderr          # Laravel
            ```
            ```py
            logging.basicConfig(stream=sys.stdout)
            ```
            ```js
            new winston.transports.Console()
            ```
        "},
        silent: indoc! {"
            Handlers behind a variable that is not set; development settings; a console handler of
            the same logger beside the file, or a second logger that gets every line;
            `php://stderr`; `RAILS_LOG_TO_STDOUT`, which the Ruby buildpack sets.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence: Vec<_> = [
        python(facts),
        node(facts),
        ruby(facts),
        laravel::check(facts),
        monolog(facts),
        logback::check(facts),
        symfony::check(facts),
        yii::check(facts),
    ]
    .into_iter()
    .flatten()
    .collect();
    evidence.extend(commands::check(facts));
    if evidence.is_empty() {
        evidence.extend(appended::check(facts));
    }
    Outcome::when(!facts.sources.files.is_empty(), evidence)
}

/// Whether the call names a place that is a log file of the app.
fn is_file(site: Site<'_>, value: Option<&Expr>) -> bool {
    value
        .map(|value| site.code.resolve(value))
        .is_some_and(|value| {
            !value.any(|value| {
                value
                    .text()
                    .is_some_and(|text| text.starts_with("/dev/") || text.starts_with("php://"))
            }) && value.any(|value| {
                site.code.resolve(value).text().is_some_and(|text| {
                    text.rsplit_once('.')
                        .is_some_and(|(_, ending)| ending == "log")
                        || text.contains("logs/")
                        || text.starts_with("log/")
                })
            })
        })
}

fn python(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Python, |site| {
        let handler = matches!(
            site.call.method(),
            "FileHandler" | "RotatingFileHandler" | "TimedRotatingFileHandler"
        ) && is_file(
            site,
            site.call
                .positional(0)
                .or_else(|| site.call.named("filename")),
        );
        let basic =
            site.call.callee == "logging.basicConfig" && is_file(site, site.call.named("filename"));
        let console = site
            .code
            .calls
            .iter()
            .any(|call| call.method() == "StreamHandler");
        (handler || basic) && !console && branch(site.code, site.call.scope) == Branch::Always
    })
    .next();
    let Some(site) = site else {
        return unless_told(facts).or_else(|| dictionary(facts));
    };
    Some(at(
        site,
        "logging.basicConfig(stream=sys.stdout, level=logging.INFO)",
    ))
}

/// A file that is written as long as a variable does not choose the stream, which nothing
/// declares: `if app.config["LOG_TO_STDOUT"]: … else: RotatingFileHandler(…)`.
fn unless_told(facts: &Facts<'_>) -> Option<Evidence> {
    calls_to(facts, Language::Python, |site| {
        let handler = matches!(
            site.call.method(),
            "FileHandler" | "RotatingFileHandler" | "TimedRotatingFileHandler"
        );
        let file = site
            .call
            .positional(0)
            .or_else(|| site.call.named("filename"));
        handler && is_file(site, file)
    })
    .find_map(|site| {
        let innermost = site
            .code
            .around(site.call.scope)
            .find_map(|scope| match &scope.kind {
                slugsmith_facts::code::ScopeKind::Branch { condition, holds } => {
                    Some((condition.as_str(), *holds))
                }
                _ => None,
            });
        let (condition, holds) = innermost?;
        let denied = condition.trim_start().starts_with("not ");
        let variable = guards::asked(site.code, site.call.scope)?;
        let off = holds == denied && facts.declared(&variable) == Declared::No;
        off.then(|| {
            Evidence::line(
                &site.code.path,
                site.call.line,
                format!(
                    "If {variable} is not set, which nothing declares, `{}` writes logs to a file \
                     on the dyno: the log stream never sees them, and a restart deletes them.",
                    site.call.callee
                ),
            )
            .conditional(true)
            .help(format!("heroku config:set {variable}=1"))
        })
    })
}

/// Django's `LOGGING`: a file handler, and none that reaches the stream.
fn dictionary(facts: &Facts<'_>) -> Option<Evidence> {
    let class = |handler: &Expr| {
        handler
            .key("class")
            .and_then(Expr::text)
            .map(str::to_owned)
            .unwrap_or_default()
    };
    facts.code(Language::Python).find_map(|code| {
        let settings: Vec<_> = code
            .assignments
            .iter()
            .filter(|assignment| assignment.target == "LOGGING")
            .collect();
        let [setting] = settings.as_slice() else {
            return None;
        };
        let Some(Expr::Object(handlers)) = setting.value.key("handlers") else {
            return None;
        };
        let (name, _) = handlers
            .iter()
            .find(|(_, handler)| class(handler).contains("FileHandler"))
            .filter(|_| !is_part_of_nothing(facts, code))?;
        let console = handlers
            .iter()
            .any(|(_, handler)| class(handler).contains("StreamHandler"));
        // Wired: a logger names the handler.
        let wired = ["loggers", "root"]
            .iter()
            .filter_map(|key| setting.value.key(key))
            .any(|loggers| loggers.any(|value| value.text() == Some(name.as_str())));
        (wired && !console && branch(code, setting.scope) == Branch::Always).then(|| {
            Evidence::line(
                &code.path,
                setting.line,
                format!(
                    "The handler `{name}` writes logs to \
                a file on the dyno: the log stream never sees them, and a restart deletes them."
                ),
            )
            .help("\"handlers\": {\"console\": {\"class\": \"logging.StreamHandler\"}}")
        })
    })
}

/// Whether what a call makes is used outside of development: winston's README adds its console to the logger in
/// `if (process.env.NODE_ENV !== "production")`, also by the name that it was kept under.
fn writes_in_production(code: &Code, made: &Call) -> bool {
    let is_development = |scope| branch(code, scope) == Branch::Development;
    if is_development(made.scope) {
        return false;
    }
    let kept = code
        .assignments
        .iter()
        .find(|one| one.line == made.line && one.value.callee() == Some(made.callee.as_str()));
    let Some(kept) = kept else {
        return true;
    };
    let is_kept = |value: &Expr| value.any(|part| part.name() == Some(kept.target.as_str()));
    let mut uses = code
        .calls
        .iter()
        .filter(|call| {
            call.arguments
                .iter()
                .any(|argument| is_kept(&argument.value))
        })
        .peekable();
    uses.peek().is_none() || uses.any(|call| !is_development(call.scope))
}

fn node(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::JavaScript, |site| {
        let of_winston = |name: &str| name.contains("transports.") || site.code.imports("winston");
        let callee = site.call.callee.as_str();
        let file = matches!(site.call.method(), "File" | "DailyRotateFile") && of_winston(callee);
        let console = || {
            site.code.calls.iter().any(|call| {
                call.method() == "Console"
                    && of_winston(&call.callee)
                    && writes_in_production(site.code, call)
            })
        };
        file && !console() && branch(site.code, site.call.scope) == Branch::Always
    })
    .next()?;
    Some(at(site, "new winston.transports.Console()"))
}

fn ruby(facts: &Facts<'_>) -> Option<Evidence> {
    let logger = |callee: &str| {
        matches!(
            callee,
            "Logger.new" | "ActiveSupport.Logger.new" | "ActiveSupport.TaggedLogging.logger"
        )
    };
    let site = calls_to(facts, Language::Ruby, |site| {
        // A second logger of the file that reaches the stream: both get every line.
        let console = site.code.calls.iter().any(|call| {
            logger(&call.callee)
                && call.positional(0).and_then(Expr::name).is_some_and(|name| {
                    matches!(
                        name.trim_start_matches('$'),
                        "stdout" | "stderr" | "STDOUT" | "STDERR"
                    )
                })
        });
        // What production.rb sets, it sets later.
        let replaced = site.code.path == "config/application.rb"
            && facts.code(Language::Ruby).any(|code| {
                let mut own = code.assignments.iter();
                code.path == "config/environments/production.rb"
                    && own.any(|one| one.target == "config.logger")
            });
        logger(&site.call.callee)
            && !console
            && !replaced
            && is_file(site, site.call.positional(0))
            && branch(site.code, site.call.scope) == Branch::Always
            && (site.code.path.starts_with("config/")
                || site.code.path.starts_with("app/")
                || !site.code.path.contains('/'))
    })
    .next()?;
    Some(at(site, "Logger.new($stdout)"))
}

/// PHP's Monolog, with a handler for a file and none for a stream of the process in that file.
fn monolog(facts: &Facts<'_>) -> Option<Evidence> {
    let is_stream = |value: &Expr| {
        value
            .text()
            .is_some_and(|text| matches!(text, "php://stdout" | "php://stderr" | "php://output"))
    };
    let site = calls_to(facts, Language::Php, |site| {
        let handler = matches!(site.call.method(), "StreamHandler" | "RotatingFileHandler");
        let stream = site.code.calls.iter().any(|call| {
            let mut values = call.arguments.iter().map(|argument| &argument.value);
            values.any(|value| value.any(is_stream))
        });
        handler
            && !stream
            && is_file(site, site.call.positional(0))
            && !guards::is_maintenance(facts, &site.code.path)
            && branch(site.code, site.call.scope) == Branch::Always
    })
    .next()?;
    Some(at(site, "new StreamHandler('php://stderr')"))
}

fn at(site: Site<'_>, fix: &str) -> Evidence {
    Evidence::line(
        &site.code.path,
        site.call.line,
        format!(
            "`{}` writes logs to a file on the \
        dyno: the log stream never sees them, and a restart deletes them.",
            site.call.callee
        ),
    )
    .help(fix)
}
