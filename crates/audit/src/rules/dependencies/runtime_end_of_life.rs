//! Is the language's version still maintained?

use crate::images;
use crate::platform::months_between;
use crate::rules::prelude::*;
use crate::runtimes::{Wanted, line, title, wanted};
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process::script;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "runtime-end-of-life",
    code: "SF404",
    title: "The language's version gets no security fixes any more",
    level: Severity::Error,
    group: Group::Dependencies,
    ecosystems: &[
        "node", "python", "ruby", "go", "java", "php", "dotnet", "elixir",
    ],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A wanted version (`engines.node`, `.python-version`, `runtime.txt`, `Gemfile.lock`,
            `.ruby-version`, `go.mod`, `Godeps.json`, `system.properties`, `composer.json`,
            `TargetFramework`, `elixir_buildpack.config`) whose release line has
            ended; for an app that is built from heroku.yml, the image that its Dockerfile ends
            with; a Node that the npm package `node` brings to `npm start`; by the dated table
            `platform.toml`. In the first six months it is a warning. The finding stands at the first place
            that says a version, in the order in which the buildpack looks: the `ruby` line of the Gemfile before
            Gemfile.lock, runtime.txt before .python-version, and both before Pipenv's files, of which the Pipfile is
            named: Pipfile.lock, which the buildpack reads, is made from it. Of PHP it is the newest line that also
            the packages of composer.lock allow. Where the buildpack itself refuses
            the version, it says that the next deploy fails.
        "},
        why: indoc! {"
            Known holes stay open, and newer stacks have no binary of it: one day the build fails,
            often in an emergency.
        "},
        fix: indoc! {r#"
            Move to a supported line:
            ```
            npm pkg set engines.node=24.x
            echo 3.14 > .python-version
            echo 'ruby "3.4.7"' >> Gemfile && bundle update --ruby
            ```
        "#},
        silent: indoc! {"
            A range that also allows a supported line, which the buildpack then takes; `.nvmrc` and
            `.node-version`, which it does not read; Java lines with vendor support; a language
            that none of the listed buildpacks installs.
        "},
    },
    check,
};

/// Version managers of a laptop read `.nvmrc` and `.node-version`; the buildpack takes
/// `engines` alone.
fn is_read(wish: &Wanted) -> bool {
    !matches!(wish.path.as_str(), ".nvmrc" | ".node-version")
}

/// A package.json beside another language that starts and builds nothing.
fn for_tools_only(facts: &Facts<'_>, runtime: &str) -> bool {
    let others = [
        Ecosystem::Gem,
        Ecosystem::Pypi,
        Ecosystem::Composer,
        Ecosystem::Maven,
        Ecosystem::Go,
    ];
    runtime == "node"
        && others
            .iter()
            .any(|ecosystem| facts.packages.manifest(*ecosystem).is_some())
        && ["start", "build", "heroku-postbuild"]
            .iter()
            .all(|name| script(facts.app, name).is_none())
}

/// The package `node` brings a Node of its own, which scripts of npm find before the buildpack's.
fn node_of_npm(facts: &Facts<'_>) -> Option<Wanted> {
    let package = facts.packages.wants(Ecosystem::Npm, "node")?;
    let by_npm = facts.process("web").is_some_and(|web| {
        let mut commands = web.commands.iter();
        commands.any(|command| {
            command.path == ecosystems::javascript::MANIFEST && command.program() == "node"
        })
    });
    let version = facts
        .packages
        .version(Ecosystem::Npm, "node")
        .unwrap_or(&package.wanted);
    (by_npm && !facts.is_container()).then(|| Wanted {
        runtime: "node",
        range: version.trim_start_matches(['^', '~', '=']).to_owned(),
        path: package.path.clone(),
        line: package.line,
    })
}

/// Whether the official buildpack ends a build that asks for this version.
fn is_refused(facts: &Facts<'_>, runtime: &str, wanted: &str) -> bool {
    let oldest = facts.platform.oldest.get(runtime);
    let official = facts
        .buildpacks()
        .iter()
        .all(|buildpack| buildpack.contains("heroku"));
    !facts.is_container()
        && official
        && oldest.is_some_and(|oldest| guards::numbers(wanted) < guards::numbers(oldest))
}

/// Whether locked packages allow older versions only than the app itself asks for.
fn is_narrowed(facts: &Facts<'_>, wish: &Wanted) -> bool {
    let own = facts.packages.wants(Ecosystem::Composer, "php");
    wish.runtime == "php" && own.is_some_and(|own| own.wanted != wish.range)
}

fn check(facts: &Facts<'_>) -> Outcome {
    let mut wishes = if facts.is_container() {
        images::wanted(facts)
    } else {
        wanted(facts)
    };
    wishes.splice(0..0, node_of_npm(facts));
    let mut seen = Vec::new();
    let mut evidence = Vec::new();
    for wish in &wishes {
        // The first wish of each runtime is the one that the buildpack follows.
        if seen.contains(&wish.runtime) || !is_read(wish) {
            continue;
        }
        seen.push(wish.runtime);
        if !facts.installs(wish.runtime) {
            continue;
        }
        let Some(runtime) = facts.platform.runtimes.get(wish.runtime) else {
            continue;
        };
        let Some(wanted) = line(wish.runtime, &wish.range) else {
            continue;
        };
        let listed = runtime.lines.get_key_value(&wanted);
        let before = || runtime.after(&guards::numbers(&wanted));
        let Some((line, ended)) = listed.or_else(before) else {
            continue;
        };
        if *ended <= facts.today {
            // The first half year after it is time to plan, not yet an emergency.
            let fresh = months_between(ended, &facts.today) < 6;
            evidence.push(
                Evidence::line(
                    &wish.path,
                    wish.line,
                    format!(
                        "{} {wanted} {} {ended}: no more security fixes (table of {}).{}{}",
                        title(wish.runtime),
                        if *line == wanted {
                            "reached its end of life on".to_owned()
                        } else {
                            format!("is older than {line}, which reached its end of life on")
                        },
                        facts.platform.as_of,
                        if is_refused(facts, wish.runtime, &wanted) {
                            " The buildpack refuses it: the next deploy fails."
                        } else {
                            ""
                        },
                        if is_narrowed(facts, wish) {
                            " No newer one fits the packages of composer.lock."
                        } else {
                            ""
                        }
                    ),
                )
                .level(if fresh || for_tools_only(facts, wish.runtime) {
                    Severity::Warn
                } else {
                    Severity::Error
                })
                .help(format!(
                    "Upgrade to {} {}.",
                    title(wish.runtime),
                    runtime.next
                )),
            );
        }
    }
    Outcome::when(!wishes.is_empty(), evidence)
}
