//! yarn 1 and the later ones ("berry").
//!
//! - **Recognised** by `yarn.lock`; berry by the lockfile's `__metadata`, its linker by
//!   `nodeLinker` in `.yarnrc.yml` or `YARN_NODE_LINKER` (Plug'n'Play where neither says).
//! - **Key**: what every JavaScript install has, the lockfile, workspaces' manifests,
//!   `.yarnrc.yml`, `.yarn/releases`, `.yarn/plugins`, `.yarn/patches`.
//! - **Class** packed. Version 1 and the node-modules linker: `node_modules`. Plug'n'Play:
//!   `.pnp.cjs` and the archives in `.yarn/cache`, which are told to stay in the app, so
//!   that they are there when it runs. Berry's `.yarn/install-state.gz` comes along:
//!   `yarn run` refuses an app without it.
//! - **Install** `yarn install --frozen-lockfile` (1), `--immutable` (berry). Version 1
//!   makes an old tree a new one; berry's is never the base.
//! - **Production form** `--production` (1), `yarn workspaces focus --all --production`
//!   (berry: built in from 4 on, before that with the plugin workspace-tools). It has no
//!   `--immutable`, so whether the lockfile holds is asked before and after it. Where a
//!   script needed dev dependencies they are removed by ourselves from `node_modules`,
//!   since yarn downloads everything again for that; with Plug'n'Play `focus` writes the
//!   map anew and the archives that it doesn't name go. Without `focus` Plug'n'Play keeps
//!   dev dependencies, and the log says so.
//! - **Left alone**: a committed `.yarn/cache` ("zero-install"), yarn's global cache.

mod lock;

use serde_json::Value;

use super::{self as javascript, Member, Plan, browsers, local, plan};
use crate::lockfile::{self, Lockfile, Packages};
use crate::presets::{Job, ManagerCommand, PACKED, Project, Prune, Recognised, Site, out_of_step};
use crate::secrets;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::beneath;
use slugsmith_facts::run::Ended;
use slugsmith_facts::tools;
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Classic,
    BerryModules,
    BerryPnp,
}

/// What is known of yarn in this app before anything runs.
#[derive(Debug, Clone, Copy)]
struct Yarn {
    kind: Kind,
    /// Whether `yarn workspaces focus` is there.
    has_focus: bool,
    /// Whether `.yarn/cache` is committed.
    is_zero_install: bool,
}

const CACHE: &str = ".yarn/cache";
const STATE: &str = ".yarn/install-state.gz";

pub(super) fn recognise<'a>(place: &'a Project<'a>, manifest: &'a Value) -> Recognised<'a> {
    let text =
        beneath::read_in(&place.app.root, ecosystems::javascript::YARN_LOCK).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let kind = kind(&text, place);
    let yarn = Yarn {
        kind,
        has_focus: kind != Kind::Classic && has_focus(place, manifest),
        is_zero_install: place.app.root.join(CACHE).is_dir(),
    };
    let workspaces = javascript::expand(&place.app.root, &javascript::workspace_globs(manifest));
    let members = Member::read(place, &workspaces);
    let plan = Plan::of(manifest, &members, place, yarn.lifecycle());
    let mut trees = match yarn.kind {
        Kind::Classic | Kind::BerryModules => javascript::trees(place, &workspaces),
        Kind::BerryPnp => [".pnp.cjs", ".pnp.loader.mjs", CACHE, ".yarn/unplugged"]
            .map(|path| place.tree(path))
            .into(),
    };
    if yarn.kind != Kind::Classic {
        trees.push(place.tree(STATE));
    }
    trees.extend(browsers::trees(&browsers::wanted(place, manifest)));
    let packages = lock::packages(&text);
    let count = lockfile::count(&packages);
    let mut what = format!("yarn.lock, {}", counted(count, "package"));
    if yarn.keeps_dev(&plan) {
        what.push_str(", dev dependencies stay: no `yarn workspaces focus`");
    }
    Recognised::Site(Site {
        name: place.name("yarn"),
        what,
        class: PACKED,
        trees,
        adoption: javascript::adoption(place, "yarn", manifest),
        job: Box::new(move || {
            job(
                place,
                manifest,
                &text,
                yarn,
                packages,
                (&workspaces, &members, &plan),
            )
        }),
    })
}

fn kind(lock: &str, place: &Project<'_>) -> Kind {
    if !lock::is_berry(lock) {
        return Kind::Classic;
    }
    let settings = beneath::text_in(&place.app.root, ".yarnrc.yml").unwrap_or_default();
    let linker = settings
        .lines()
        .find_map(|line| line.strip_prefix("nodeLinker:"))
        .map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
        .or_else(|| {
            let variable = place.context.environment.get("YARN_NODE_LINKER");
            variable.map(str::to_owned)
        });
    match linker.as_deref() {
        None | Some("pnp") => Kind::BerryPnp,
        Some(_) => Kind::BerryModules,
    }
}

/// Whether this berry has `workspaces focus` (yarn manual, "yarn workspaces focus"). The
/// app's own release wins over what is on PATH.
fn has_focus(place: &Project<'_>, manifest: &Value) -> bool {
    let settings = beneath::text_in(&place.app.root, ".yarnrc.yml").unwrap_or_default();
    if settings.contains("plugin-workspace-tools") {
        return true;
    }
    let release = settings
        .lines()
        .find_map(|line| line.strip_prefix("yarnPath:"))
        .and_then(|path| path.rsplit_once("yarn-"))
        .map(|(_, version)| version.to_owned());
    let named = || {
        let text = manifest.get("packageManager").and_then(Value::as_str)?;
        text.strip_prefix("yarn@").map(str::to_owned)
    };
    let version = release
        .or_else(named)
        .or_else(|| tools::package_version("yarn", place.context.environment));
    let major = version.as_deref().and_then(|text| text.split('.').next());
    major
        .and_then(|major| major.parse::<u32>().ok())
        .is_none_or(|major| major >= 4)
}

impl Yarn {
    /// Whether everything has to be installed, or only production dependencies can be.
    fn is_full(self, plan: &Plan) -> bool {
        plan.is_full() || (self.kind != Kind::Classic && !self.has_focus)
    }

    /// Whether dev dependencies stay although nobody wants them.
    fn keeps_dev(self, plan: &Plan) -> bool {
        self.kind == Kind::BerryPnp && !self.has_focus && !plan.keep_dev
    }

    fn lifecycle(self) -> &'static plan::Lifecycle {
        match self.kind {
            Kind::Classic => &plan::YARN_CLASSIC,
            Kind::BerryModules | Kind::BerryPnp => &plan::YARN_BERRY,
        }
    }

    fn install(self, plan: &Plan) -> ManagerCommand {
        match (self.kind, self.is_full(plan)) {
            (Kind::Classic, true) => {
                self.step(&["install", "--frozen-lockfile", "--production=false"])
            }
            (Kind::Classic, false) => self.step(&["install", "--frozen-lockfile", "--production"]),
            (_, true) => self.step(&["install", "--immutable"]),
            // Its dev dependencies are never fetched, so there is nothing to prune.
            (_, false) => self.step(&["workspaces", "focus", "--all", "--production"]),
        }
    }

    fn step(self, arguments: &[&str]) -> ManagerCommand {
        let step = ManagerCommand::new("yarn", arguments).default(&[
            ("YARN_ENABLE_TELEMETRY", "0"),
            ("YARN_ENABLE_PROGRESS_BARS", "0"),
        ]);
        match self.kind {
            // Plug'n'Play reads these archives when the app runs.
            Kind::BerryPnp => step.set("YARN_ENABLE_GLOBAL_CACHE", "false"),
            // The linker has unpacked them: in the app they would only make it larger.
            Kind::BerryModules if !self.is_zero_install => {
                step.set("YARN_ENABLE_GLOBAL_CACHE", "true")
            }
            _ => step,
        }
    }

    fn prune(self, place: &Project<'_>, plan: &Plan, lock: &str, workspaces: &[String]) -> Prune {
        let is_needed = self.is_full(plan) && !plan.keep_dev;
        match (self.kind, is_needed) {
            (_, false) => Prune::Nothing,
            (Kind::BerryPnp, true) if !self.has_focus || self.is_zero_install => Prune::Nothing,
            (Kind::BerryPnp, true) => Prune::Archives {
                map: place.tree(".pnp.cjs"),
                archives: place.tree(CACHE),
            },
            (Kind::Classic | Kind::BerryModules, true) => {
                let members = workspaces.iter().map(|folder| place.tree(folder));
                Prune::Modules {
                    projects: std::iter::once(place.at.clone()).chain(members).collect(),
                    more: if self.kind == Kind::BerryModules {
                        lock::edges(lock)
                    } else {
                        crate::presets::Edges::new()
                    },
                }
            }
        }
    }
}

fn job(
    place: &Project<'_>,
    manifest: &Value,
    lock: &str,
    yarn: Yarn,
    packages: Packages,
    (workspaces, members, plan): (&[String], &[Member], &Plan),
) -> Result<Job, Problem> {
    let mut inputs = javascript::inputs(
        place,
        manifest,
        ecosystems::javascript::YARN_LOCK,
        "yarn",
        plan,
    )?;
    inputs.digest(
        ecosystems::javascript::YARN_LOCK,
        secrets::without_credentials(lock).as_bytes(),
    );
    javascript::members(&mut inputs, place, workspaces).map_err(|malformed| malformed.problem())?;
    inputs.folder(&place.app.root, ".yarn/releases");
    // Plug'n'Play writes the places of its archives down.
    let archives = place.context.environment.get("YARN_CACHE_FOLDER");
    if let (Kind::BerryPnp, Some(archives)) = (yarn.kind, archives) {
        inputs.digest("YARN_CACHE_FOLDER", archives.as_bytes());
    }
    local::named(&mut inputs, place, manifest, members);
    let run = |name: &'static str| yarn.step(&["run", name]).script();
    let mut finish = Vec::new();
    if plan.prunes() && yarn.kind == Kind::BerryPnp && yarn.has_focus {
        let focus = yarn.step(&["workspaces", "focus", "--all", "--production"]);
        // `pnpEnableInlining: false` puts the map into a file of its own.
        let settings = beneath::text_in(&place.app.root, ".yarnrc.yml").unwrap_or_default();
        finish.push(if settings.contains("pnpEnableInlining") {
            focus
        } else {
            focus.writing(vec![place.tree(".pnp.cjs"), place.tree(STATE)])
        });
    }
    let mut job = Job {
        lockfile: Some(Lockfile {
            path: ecosystems::javascript::YARN_LOCK.to_owned(),
            packages,
        }),
        install: vec![yarn.install(plan)],
        // Version 1 syncs an old tree; berry does too, but only beside its own state file.
        sync: (yarn.kind == Kind::Classic)
            .then(|| yarn.install(plan))
            .into_iter()
            .collect(),
        syncs_over: javascript::syncs_over,
        reads: local::reads(place, manifest, members, plan, true),
        owns: javascript::settings::owns(place),
        // `focus` has no `--immutable`.
        held_by: (yarn.kind != Kind::Classic && !yarn.is_full(plan)).then_some(lock::packages),
        finish,
        prune: yarn.prune(place, plan, lock, workspaces),
        explain,
        ..Job::new(inputs, place.at.clone())
    };
    javascript::scripts(&mut job, place, plan, run);
    browsers::expose(&mut job, place, &browsers::wanted(place, manifest));
    Ok(job)
}

fn explain(_: &std::path::Path, ended: &Ended) -> Option<Problem> {
    let says = |words: &str| ended.says(words);
    (says("lockfile needs to be updated") || says("YN0028") || says("would have been modified"))
        .then(|| {
            out_of_step(
                ended,
                "yarn refuses this pair of package.json and yarn.lock",
                "Write the lockfile anew: `yarn install`.",
            )
        })
}
