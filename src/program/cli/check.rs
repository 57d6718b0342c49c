//! `slugsmith check APP`: everything that can be said without changing anything, with an
//! exit code for CI.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::build::{Asked, on_a_copy};
use super::{OutputFile, environment_with_store, folder};
use crate::audit::{self, Facts, contract, fix_plan, rules};
use crate::budget::{self, history::History};
use crate::config::baseline::{self, NO_BASELINE};
use crate::config::{Config, FailOn, LogLevel, Origin, RuleConfig, Sourced};
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::explain;
use crate::facts::app;
use crate::facts::tree::Tree;
use crate::finding::Severity;
use crate::flow::{self, Input};
use crate::print::build_log::BuildLog;
use crate::print::line::{Line, Skin};
use crate::print::live::Live;
use crate::print::{self, github, gitlab, json, markdown, patch, problem, sarif};
use crate::program::problems::USAGE;
use crate::program::shared;
use crate::report::Report;
use crate::report::event::{Progress, Silent};

/// Say what would be stripped, how big the slug is and what breaks on the platform,
/// without changing anything
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    #[command(flatten)]
    file: OutputFile,
    /// Tell only what an earlier report (--format json) does not have
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Paths of findings are written from here on, for an app in a folder of a repository
    #[arg(long, value_name = "DIR")]
    relative_to: Option<PathBuf>,
    /// Build a copy first, as `slugsmith build` does, so that sizes and findings are those of
    /// what would be deployed
    #[arg(long, conflicts_with_all = ["config", "fix_plan"])]
    build: bool,
    /// Keep the caches of --build in DIR instead of the user's cache folder
    #[arg(long, value_name = "DIR", env = "SLUGSMITH_CACHE_DIR")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    patch: Patch,
    /// Print the variables instead of a report: who reads each, and who declares it
    #[arg(long)]
    config: bool,
}

/// A patch instead of a report.
#[derive(Debug, clap::Args)]
struct Patch {
    /// Print a patch for app.json, the Procfile and project.toml instead of a report:
    /// `slugsmith check --fix-plan | git apply --allow-empty`
    #[arg(long, conflicts_with_all = ["config", "format"])]
    fix_plan: bool,
    /// With --fix-plan: also where the lines of the patch hold secrets
    #[arg(long, requires = "fix_plan")]
    show_secrets: bool,
}

/// Forms of this verb's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
    /// GitHub workflow commands: annotations beside the lines
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// For a pull request
    Markdown,
}

/// What is looked for, what is shown, and what counts.
#[derive(Debug, clap::Args)]
struct Choice {
    /// Show the verdicts alone
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Show every decision
    #[arg(short, long)]
    verbose: bool,
    /// The least level that makes the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<Least>,
    /// Look for this rule alone; may be given several times
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Leave this rule out, this once; may be given several times
    #[arg(long, value_name = "RULE")]
    ignore: Vec<String>,
    /// List the rules with their levels, and end
    #[arg(long)]
    list_rules: bool,
}

/// Levels of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Least {
    Never,
    Info,
    Warn,
    Error,
}

impl Choice {
    /// Lays the choice over what the app's configuration says.
    fn apply(&self, config: &mut Config) -> Result<()> {
        let by = |flag: &str| Origin::Variable(flag.to_owned());
        if let Some(level) = self
            .quiet
            .then_some(LogLevel::Quiet)
            .or(self.verbose.then_some(LogLevel::Verbose))
        {
            config.log.value = level;
        }
        if let Some(least) = self.fail_on {
            config.audit.fail_on.source = by("--fail-on");
            config.audit.fail_on.value = match least {
                Least::Never => FailOn::Never,
                Least::Info => FailOn::At(Severity::Info),
                Least::Warn => FailOn::At(Severity::Warn),
                Least::Error => FailOn::At(Severity::Error),
            };
        }
        for name in self.rule.iter().chain(&self.ignore) {
            if rules::find(name).is_none() {
                let seen = format!("no rule of the audit has the name {name:?}");
                let step = "slugsmith check --list-rules";
                return Err(Problem::new(&USAGE).saw(seen).step(step));
            }
        }
        let left_out = rules::RULES.iter().filter(|rule| {
            let named = |list: &[String]| {
                list.iter()
                    .any(|name| *name == rule.id || *name == rule.code)
            };
            named(&self.ignore) || !(self.rule.is_empty() || named(&self.rule))
        });
        for rule in left_out {
            let off = RuleConfig {
                level: Sourced {
                    value: None,
                    source: by(if self.rule.is_empty() {
                        "--ignore"
                    } else {
                        "--rule"
                    }),
                },
                reason: Some("left out on the command line".to_owned()),
            };
            config.audit.rules.insert(rule.id.to_owned(), off);
        }
        Ok(())
    }
}

/// `SF101  error  uploads-on-local-disk  Uploads are …`, a line each.
fn rules() -> String {
    rules::RULES.iter().fold(String::new(), |mut text, rule| {
        let level = rule.level.word();
        let _ = writeln!(
            text,
            "{}  {level:<5}  {:<36}  {}",
            rule.code, rule.id, rule.title
        );
        text
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    if arguments.choice.list_rules {
        arguments.file.write(&rules())?;
        return Ok(Exit::Fine);
    }
    let app = folder(&arguments.app)?;
    let environment = environment_with_store();
    let mut config = crate::program::configured::read(&app, &environment)?;
    arguments.choice.apply(&mut config)?;
    let mut previous = None;
    if let Some(path) = &arguments.baseline {
        let text = super::given::report(path)
            .map_err(|error| Problem::new(&NO_BASELINE).saw(error.to_string()))?;
        config.audit.baseline = baseline::read(&path.display().to_string(), &text)?;
        // Growth is judged against the sizes of the same report.
        previous = History::from_report(&text);
    }
    if arguments.config || arguments.patch.fix_plan {
        return facts(&app, &config, arguments);
    }
    let asked = Asked {
        app: &app,
        config: &config,
        environment: &environment,
        cache: arguments.cache.as_deref(),
        previous: previous.as_ref(),
    };
    let report = match arguments.format {
        Form::Text => as_text(arguments, &asked)?,
        form => {
            let mut report = look(
                arguments,
                &asked,
                &mut Live::command(Silent, config.log.value),
            )?;
            if let Some(root) = &arguments.relative_to {
                report.prefix_paths(&below(root, &app)?);
            }
            arguments.file.write(&form.print(&report))?;
            report
        }
    };
    if let Some(problem) = report.budget.as_ref().and_then(budget::problem) {
        let _ = problem::to_stderr(Skin::Bullets, &problem::error(&problem));
        return Ok(Exit::Findings);
    }
    let fails = report
        .findings()
        .any(|finding| config.audit.fail_on.value.includes(finding.level));
    Ok(if fails { Exit::Findings } else { Exit::Fine })
}

impl Form {
    /// A report in this form. The log of [`Form::Text`] is printed while it happens.
    fn print(self, report: &Report) -> String {
        match self {
            Self::Text => String::new(),
            Self::Json => json::report(report),
            Self::Sarif => sarif::report(report, explain::rule),
            Self::Github => github::report(report),
            Self::Gitlab => gitlab::report(report),
            Self::Markdown => markdown::check(report),
        }
    }
}

/// The log, on standard output or in the file that was asked for.
fn as_text(arguments: &Arguments, asked: &Asked<'_>) -> Result<Report> {
    let level = asked.config.log.value;
    if arguments.file.output.is_none() {
        let log = BuildLog::new(anstream::stdout(), Skin::Bullets, level).with_excerpts();
        return look(arguments, asked, &mut Live::command(log, level));
    }
    let mut text = anstream::StripStream::new(Vec::new());
    let log = BuildLog::new(&mut text, Skin::Bullets, level).with_excerpts();
    let report = look(arguments, asked, &mut Live::command(log, level))?;
    arguments
        .file
        .write(&String::from_utf8_lossy(&text.into_inner()))?;
    Ok(report)
}

/// The check itself; with `--build` on a built copy.
fn look(arguments: &Arguments, asked: &Asked<'_>, progress: &mut dyn Progress) -> Result<Report> {
    if arguments.build {
        return on_a_copy(asked, progress).map(|(report, _)| report);
    }
    let mut environment = asked.environment.clone();
    let reports = shared::Reports::of(asked.app, asked.config, &mut environment);
    let input = Input {
        app: asked.app,
        config: asked.config,
        environment: &environment,
        store: None,
        layers: None,
        classic: None,
        previous: asked.previous,
    };
    let report = flow::check(&input, progress)?;
    if let Err(why) = reports.write("check", &report) {
        // Standard output may be a report for a program.
        let _ = problem::to_stderr(Skin::Bullets, &[Line::alarm(0, why)]);
    }
    Ok(report)
}

/// The app's folder as seen from `root`, which is above it.
fn below(root: &Path, app: &Path) -> Result<String> {
    let root = folder(root)?;
    let inside = app.strip_prefix(&root).map_err(|_| {
        Problem::new(&USAGE).saw(format!("{} is not in {}", app.display(), root.display()))
    })?;
    Ok(inside.to_string_lossy().into_owned())
}

/// What needs the audit's facts alone: the table of variables, the patch.
fn facts(app: &Path, config: &Config, arguments: &Arguments) -> Result<Exit> {
    let app = app::read(app);
    let tree = Tree::read(&app.root);
    let facts = Facts::read(&app, &tree);
    if arguments.config {
        let variables = contract::variables(&facts);
        let missing = variables
            .iter()
            .any(|variable| print::contract::word(variable) == "missing");
        arguments.file.write(&match arguments.format {
            Form::Json => print::contract::json(&variables),
            _ => print::contract::text(&variables),
        })?;
        return Ok(if missing { Exit::Findings } else { Exit::Fine });
    }
    let report = audit::run(&facts, config);
    let edits = fix_plan::plan(&facts, &report);
    let secrets = if arguments.patch.show_secrets {
        patch::Secrets::Shown
    } else {
        patch::Secrets::LeftOut
    };
    arguments
        .file
        .write_as_it_is(&patch::patch(&edits, secrets))?;
    if edits.is_empty() {
        // Beside the patch, which is empty: standard output is what `git apply` reads.
        let says = "Nothing to patch: no finding has an edit that is certain.";
        let _ = problem::to_stderr(Skin::Bullets, &[Line::item(0, says)]);
    }
    Ok(Exit::Fine)
}
