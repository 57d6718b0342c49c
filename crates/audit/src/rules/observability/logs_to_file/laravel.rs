//! The log channel of Laravel and of Lumen.

use crate::laravel;
use crate::rules::prelude::*;
use slugsmith_facts::packages::Package;

/// Lumen brings its settings along: a stack of a daily file unless `LOG_CHANNEL` says otherwise
/// (laravel/lumen-framework `config/logging.php`, since 5.7).
fn lumen(facts: &Facts<'_>, package: &Package) -> Option<Evidence> {
    const VARIABLE: &str = "LOG_CHANNEL";
    let since = guards::at_least(facts, Ecosystem::Composer, &package.name, &[5, 7]) == Some(true);
    let channel = laravel::of_lumen(facts, package, VARIABLE, "stack").filter(|_| since)?;
    let message = format!(
        "The log channel is `{channel}`, unless {VARIABLE} says otherwise, which writes to storage/logs: the log \
         stream never sees it."
    );
    // No file of the app says it: the place is where the application is made.
    let made = calls_to(facts, Language::Php, |site| {
        site.call.callee.ends_with("Lumen\\Application")
    })
    .next();
    matches!(channel.as_str(), "stack" | "single" | "daily").then(|| {
        let found = match made {
            Some(site) => Evidence::line(&site.code.path, site.call.line, message),
            None => Evidence::line(&package.path, package.line, message),
        };
        found
            .conditional(true)
            .help("heroku config:set LOG_CHANNEL=stderr")
    })
}

/// Laravel before 5.6 has no channels: `'log' => env('APP_LOG', 'single')` of config/app.php.
fn before_channels(facts: &Facts<'_>) -> Option<Evidence> {
    let settings = laravel::settings(facts, "app")?;
    let (chosen, conditional) = settings.chosen(facts, "log")?;
    let line = facts
        .line(&settings.code.path, "'log'")
        .unwrap_or(settings.line);
    let message = format!(
        "The log is `{chosen}`, which writes to storage/logs: the log stream never sees it."
    );
    matches!(chosen.as_str(), "single" | "daily").then(|| {
        Evidence::line(&settings.code.path, line, message)
            .conditional(conditional)
            .help("'log' => env('APP_LOG', 'errorlog'), or: heroku config:set APP_LOG=errorlog")
    })
}

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let package = facts.laravel()?;
    if laravel::file(facts, "logging").is_none() {
        return lumen(facts, package).or_else(|| before_channels(facts));
    }
    let setting = laravel::settings(facts, "logging")?;
    let code = setting.code;
    let (channel, conditional) = setting.chosen(facts, "default")?;
    let channels = setting.value.key("channels")?;
    writes_files(facts, code, channels, &channel, 0).then(|| {
        let line = code
            .reads
            .iter()
            .find(|read| read.name == "LOG_CHANNEL")
            .map_or(setting.line, |read| read.line);
        Evidence::line(
            &code.path,
            line,
            format!(
                "The log channel is `{channel}`, which writes to \
            storage/logs: the log stream never sees it."
            ),
        )
        .conditional(conditional)
        .help("heroku config:set LOG_CHANNEL=stderr")
    })
}

/// A channel is a file, or a stack that has one and none that reaches the stream.
fn writes_files(facts: &Facts<'_>, code: &Code, channels: &Expr, name: &str, depth: usize) -> bool {
    let Some(channel) = channels.key(name).filter(|_| depth < 4) else {
        return false;
    };
    match channel.key("driver").and_then(Expr::text) {
        Some("single" | "daily") => true,
        Some("stack") => {
            let parts = match channel.key("channels") {
                Some(Expr::List(items)) => items
                    .iter()
                    .filter_map(Expr::text)
                    .map(str::to_owned)
                    .collect(),
                // `explode(',', env('LOG_STACK', 'single'))`
                Some(Expr::Call { arguments, .. }) => match arguments
                    .get(1)
                    .map(|argument| settle(facts, code, &argument.value))
                {
                    Some(Settled::Unless { fallback, .. }) => fallback
                        .text()
                        .unwrap_or_default()
                        .split(',')
                        .map(str::to_owned)
                        .collect(),
                    Some(Settled::Given(value)) => value.split(',').map(str::to_owned).collect(),
                    _ => Vec::new(),
                },
                _ => Vec::<String>::new(),
            };
            !parts.is_empty()
                && parts
                    .iter()
                    .all(|part| writes_files(facts, code, channels, part, depth + 1))
        }
        _ => false,
    }
}
