//! Connections in Laravel's `config/`.

use super::effect;
use crate::rules::prelude::*;

pub(super) fn laravel(facts: &Facts<'_>) -> Vec<Evidence> {
    let Some(setting) = crate::laravel::settings(facts, "database") else {
        return Vec::new();
    };
    let code = setting.code;
    let default = match setting
        .value
        .key("default")
        .map(|value| settle(facts, code, value))
    {
        Some(
            Settled::Fixed(value)
            | Settled::Unless {
                fallback: value, ..
            },
        ) => value.text().unwrap_or_default().to_owned(),
        Some(Settled::Given(value)) => value,
        _ => return Vec::new(),
    };
    let connection = setting
        .value
        .key("connections")
        .and_then(|connections| connections.key(&default));
    let reads_url = connection
        .and_then(|connection| connection.key("url"))
        .is_some_and(|url| url.any(|value| matches!(value, Expr::Env { .. })));
    let host = connection
        .and_then(|connection| connection.key("host"))
        .map(|host| code.resolve(host));
    match host {
        Some(Expr::Text(host)) if !reads_url => vec![
            Evidence::line(
                &code.path,
                facts.line(&code.path, host).unwrap_or(setting.line),
                format!(
                    "The connection `{default}` uses the host `{host}`, \
                     whatever the environment says{}.",
                    effect(host)
                ),
            )
            .help("'url' => env('DATABASE_URL'), 'host' => env('DB_HOST')"),
        ],
        _ => Vec::new(),
    }
}
