//! Do code and declarations agree on the variables?

use crate::addresses::{is_backing_address, local_host};
use crate::contract::{self, Variable};
use crate::rules::prelude::*;
use slugsmith_finding::Location;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "env-contract-drift",
    code: "SF502",
    title: "Code reads variables that nothing declares, or the other way round",
    level: Severity::Warn,
    group: Group::Config,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            A variable that reachable code can't do without (`os.environ["X"]`, `ENV.fetch("X")`,
            `env("X")` of decouple or django-environ) and that is in none of app.json, Terraform,
            `.env.example`, the add-ons' and the platform's variables. An add-on whose variable
            nobody reads, while code reads another name of the same service. As notes: other
            undeclared reads, and variables of app.json that no file of the app names.
            A default that is a service on the same machine, where app.json declares add-ons and
            none of them sets the variable.
        "#},
        why: indoc! {"
            Review apps, new stages and colleagues get their variables from what is declared. One
            that is missing there stops the process at its first use, often only in one environment.
        "},
        fix: indoc! {r#"
            ```
            slugsmith check --config            # the whole table
            slugsmith check --fix-plan          # a patch for app.json
            heroku config -s > .env             # what an app really has
            ```
            ```json
            "env": { "API_TOKEN": { "description": "Token of the rates service", "required": true } }
            ```
        "#},
        silent: indoc! {"
            A default stands beside any of the reads; the read is inside a condition or a try block;
            a tracked file supplies the variable; management commands and development settings.
            Without any declaration file it is a note. In a build that sees the config vars, what is
            really set counts as declared, and what is declared but not set is told.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let variables = contract::variables(facts);
    let declares = contract::exists(facts);
    let mut evidence = Vec::new();
    let undeclared: Vec<_> = variables
        .iter()
        .filter(|variable| !variable.is_declared() && variable.set != Some(true))
        .collect();
    let missing: Vec<_> = undeclared
        .iter()
        .filter_map(|variable| Some((*variable, variable.required()?)))
        .collect();
    if let Some((variable, first)) = missing.first() {
        let names = names(missing.iter().map(|(variable, _)| *variable));
        let effect = if missing.len() == 1 {
            "the process stops here without it"
        } else {
            "the process stops without them"
        };
        let level = if declares {
            Severity::Warn
        } else {
            Severity::Info
        };
        evidence.push(
            Evidence::at(
                first.location.clone(),
                format!(
                    "{names}: read without a default, and \
                nothing declares it; {effect}."
                ),
            )
            .level(level)
            .help(format!(
                "app.json: \"env\": {{ \"{}\": {{ \"required\": true }} }}   (slugsmith check --fix-plan prints the \
                 patch)",
                variable.name
            )),
        );
    }
    evidence.extend(unset(&variables));
    evidence.extend(local_only(facts, &variables));
    let misnamed = contract::misnamed(facts, &variables);
    for (read, wanted, given) in &misnamed {
        evidence.push(
            Evidence::at(
                read.location.clone(),
                format!(
                    "{wanted} is read here, but the add-on sets {given}: the service is not found."
                ),
            )
            // An attachment's variable ends in `_URL` (Heroku Dev Center, "Managing Add-ons").
            .help(match wanted.strip_suffix("_URL") {
                Some(name) => format!("Read {given}, or: heroku addons:attach … --as {name}"),
                None => format!("Read {given}, which has all parts in one address."),
            }),
        );
    }
    if declares {
        let soft: Vec<_> = undeclared
            .iter()
            .filter(|variable| {
                variable.required().is_none()
                    && !variable.reads.is_empty()
                    && !has_default(facts, &variable.name)
                    && !contract::read_by_others(&variable.name)
            })
            .filter(|variable| {
                !misnamed
                    .iter()
                    .any(|(_, wanted, _)| *wanted == variable.name)
            })
            .collect();
        if let Some(read) = soft.first().and_then(|variable| variable.reads.first()) {
            let names = names(soft.iter().copied().copied());
            evidence.push(
                Evidence::at(
                    read.location.clone(),
                    format!("{names}: read, and neither app.json nor an example file names it."),
                )
                .level(Severity::Info)
                .help("slugsmith check --config shows all variables"),
            );
        }
        evidence.extend(unread(facts, &variables));
    }
    let applies = declares || variables.iter().any(|variable| !variable.reads.is_empty());
    Outcome::when(applies, evidence)
}

/// What app.json declares and nothing reads.
fn unread(facts: &Facts<'_>, variables: &[Variable]) -> Option<Evidence> {
    let unread = contract::unread(facts, variables);
    let location = match unread.first()?.app_json? {
        line if line > 0 => Location::line("app.json", line),
        _ => Location::file("app.json"),
    };
    let names = names(unread.iter().copied());
    let message = format!("{names}: declared in app.json, and no file of the app names it.");
    let evidence = Evidence::at(location, message).level(Severity::Info);
    Some(evidence.help("Remove what is not needed any more."))
}

/// A service that code looks for on the same machine where its variable is not set, in an app
/// whose app.json declares add-ons, but none that would set it.
fn local_only(facts: &Facts<'_>, variables: &[Variable]) -> Option<Evidence> {
    if facts.addons().is_empty() {
        return None;
    }
    let found = facts.sources.files.iter().find_map(|code| {
        let values = code
            .assignments
            .iter()
            .map(|one| (one.line, one.scope, &one.value))
            .chain(code.calls.iter().flat_map(|call| {
                call.arguments
                    .iter()
                    .map(move |one| (call.line, call.scope, &one.value))
            }));
        values
            .filter(|(_, scope, _)| branch(code, *scope) != Branch::Development)
            .find_map(|(line, _, value)| {
                Some((code, line, local_default(facts, variables, value)?))
            })
    });
    let (code, line, (name, address)) = found?;
    let message = format!(
        "{name} has the default `{address}`, app.json declares add-ons, and none of them sets it: \
         on a dyno nothing listens there."
    );
    let found = Evidence::line(&code.path, line, message);
    Some(found.help(format!(
        "app.json: \"addons\": [\"{}\"]",
        addon_for(&address)
    )))
}

/// The variable and the address of a read whose default is a service on the same machine.
fn local_default(
    facts: &Facts<'_>,
    variables: &[Variable],
    value: &Expr,
) -> Option<(String, String)> {
    let mut found = None;
    value.walk(&mut |value| {
        let Expr::Env {
            name,
            default: Some(default),
        } = value
        else {
            return;
        };
        let address = default
            .text()
            .filter(|text| is_backing_address(text) && local_host(text));
        let declared = variables.iter().any(|variable| {
            variable.name == *name && (variable.addon.is_some() || variable.promised)
        });
        if let Some(address) = address
            && !declared
            && facts.declared(name) == Declared::No
        {
            found.get_or_insert((name.clone(), address.to_owned()));
        }
    });
    found
}

/// The add-on that runs a service.
fn addon_for(address: &str) -> &'static str {
    match address.split("://").next().unwrap_or(address) {
        "redis" | "rediss" => "heroku-redis:mini",
        "amqp" | "amqps" => "cloudamqp:lemur",
        "mongodb" => "ormongo:2-mmap",
        _ => "heroku-postgresql:essential-0",
    }
}

/// Declared, needed, and not set in the app that is being built.
fn unset(variables: &[Variable]) -> Option<Evidence> {
    let missing: Vec<_> = variables
        .iter()
        .filter(|variable| {
            variable.is_declared()
                && !variable.platform
                && variable.addon.is_none()
                && variable.set == Some(false)
        })
        .filter_map(|variable| Some((variable, variable.required()?)))
        .collect();
    let (_, first) = missing.first()?;
    let names = names(missing.iter().map(|(variable, _)| *variable));
    Some(
        Evidence::at(
            first.location.clone(),
            format!(
                "{names}: read without a default, and not set in this app: the process stops here."
            ),
        )
        .help("heroku config:set NAME=…"),
    )
}

fn has_default(facts: &Facts<'_>, name: &str) -> bool {
    facts
        .sources
        .files
        .iter()
        .flat_map(|code| &code.reads)
        .any(|read| read.name == name && read.has_default)
}

/// The first few names, and how many more.
fn names<'a>(variables: impl Iterator<Item = &'a Variable>) -> String {
    let names: Vec<_> = variables.map(|variable| variable.name.as_str()).collect();
    let shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0..=5 => shown,
        count => format!("{shown} and {} more", count - 5),
    }
}
