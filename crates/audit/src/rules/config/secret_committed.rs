//! Is a secret, or a stand-in for one, part of the app?

mod addresses;
mod app_key;
mod configured;
mod credentials;
mod files;
mod frameworks;
mod handed;
mod keys;
mod literal;
mod loaders;
mod replaced;
mod settings;
mod signing;
mod spring;

use crate::rules::prelude::*;
use files::{app_json, env_files, unproven_env};
use keys::private_keys;
use settings::in_code;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret-committed",
    code: "SF501",
    title: "A secret or its placeholder is committed and used in production",
    level: Severity::Error,
    group: Group::Config,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A variable named like a secret with a value in app.json; in a `.env` file that is
            committed and loaded in production, by code or by the framework itself (Laravel, Symfony, Adonis, Next,
            Nuxt, Nest's `ConfigModule`, Strapi, Directus, `bun`, godotenv, dotenv-java, decouple); as the literal
            default of a read that nothing declares; Django's and Flask's `SECRET_KEY` (also in
            `app.config.update(…)`), session secrets, the key of Starlette's, Tornado's and aiohttp's sessions, keys
            that sign JSON Web Tokens and
            Spring's `jwt.secret` written out in reachable code; literals in production's part of
            Rails' `secrets.yml`, in figaro's `application.yml`, and generated passwords and keys in
            Spring's `application.yml` and `.properties`; keys of AWS, GitHub, Slack, SendGrid,
            Telegram, GitLab, npm, OpenAI, Anthropic, Groq, Hugging Face, and of payment services (Stripe,
            Paystack, Square, Braintree, Mollie,
            Flutterwave, Shopify) in code or such files; private keys in files of their own (PEM, the
            JSON of a Google service account, a JWK with its private part), or written
            out in code, also line by line; `config/master.key` beside the credentials of Rails that it opens. The keys
            of Sinatra's, Rack's and Roda's sessions, of Koa's, Yii's and CodeIgniter's cookies and of Go's stores of
            cookies; keys that constants, functions, classes and JSON files of settings hand to what signs, and
            those in the files of `config/` that node-config and config-lite load in production. A key that
            is the default of a parameter which a call in the app leaves out, and what golang-jwt's key function
            gives. Files of variables by another name that dotenv, godotenv or viper is told (`config/config.env`).
            Addresses of databases and queues with a password, in settings of
            production (`config/cable.yml`, node-config's `production.json`). The hash of a password as the default of
            a variable that nothing declares. Passwords in code that get to a database, a mail server or another
            service by its client, beside a host that is another machine (`new mysqli(…)`,
            `createTransport({ host, auth: { pass } })`). Laravel's `APP_KEY=base64:…` in code or a script that puts
            it into `.env` or the environment.
            Generated keys in a file of settings that a process is started with (`bin/shop -c live.yml`).
            Other tracked `.env.*` files, `render.yaml`, `fly.toml` and compose files with
            values that look generated. A `.env` that `.gitignore` names, where there is no repository to
            say whether it was committed and the app loads it: a warning. The finding stands where the value
            is written. In code that no process runs a key of a known issuer, a private key or a password in an
            address of another machine: a warning.
        "},
        why: indoc! {"
            Everybody who can read the repository can sign sessions or reach the service. A default
            that works hides that the config var is missing, on every review app and every fork.
        "},
        fix: indoc! {r#"
            Take it out, rotate it, and let the platform hold it:
            ```
            heroku config:set SECRET_KEY=$(openssl rand -hex 32)
            ```
            app.json:
            ```json
            "env": { "SECRET_KEY": { "generator": "secret" } }
            ```
        "#},
        silent: indoc! {"
            Empty values, `generator`, `${…}` and ERB, examples and samples, stand-ins such as
            `changeme`, keys for tests (`sk_test_…`), development and test sections; a `.env` that
            only `heroku local` reads; a private key in a constant of Java or Go that nothing uses, public
            keys and certificates; a base file of settings of which a production file sets the
            key anew; a default whose variable app.json requires or generates.
            A default that only a client of another service sends: nothing of the app is signed
            with it. A default behind a check that stops the start where the variable is missing
            (`raise … if ENV['X'].blank?`). Values of app.json that say there is none (`nil`, `todo`).
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = app_json(facts);
    evidence.extend(env_files(facts));
    evidence.extend(unproven_env(facts));
    let in_code = in_code(facts);
    // A file with a finding of its own has been named; a password that a client or another machine gets is another
    // secret.
    let path = |one: &Evidence| one.location.as_ref().map(|location| location.path.clone());
    let told: Vec<_> = in_code.iter().map(path).collect();
    let literal = literal::find(facts).into_iter();
    let literal = literal.filter(|(one, is_address)| *is_address || !told.contains(&path(one)));
    let literal: Vec<_> = literal.map(|(one, _)| one).collect();
    let lines: Vec<_> = literal
        .iter()
        .chain(&in_code)
        .map(|one| one.location.clone())
        .collect();
    let handed = credentials::find(facts).into_iter();
    evidence.extend(handed.filter(|one| !lines.contains(&one.location)));
    evidence.extend(literal);
    evidence.extend(in_code);
    evidence.extend(private_keys(facts));
    evidence.extend(keys::of_credentials(facts));
    evidence.extend(addresses::find(facts));
    evidence.extend(app_key::find(facts));
    evidence.extend(configured::find(facts));
    evidence.extend(spring::find(facts));
    evidence.extend(literal::unreached(facts, &evidence));
    Outcome::of(evidence)
}
