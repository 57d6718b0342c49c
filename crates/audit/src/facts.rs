//! What do rules read? Everything that was read of the app, joined into one value.

use slugsmith_finding::LineSpan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::Value;

use super::build_scripts;
use super::platform::{PLATFORM, Platform, today};
use super::start;
use slugsmith_ecosystems::agreement::{self, Disagreement};
use slugsmith_facts::app::App;
use slugsmith_facts::app::OnDisk;
use slugsmith_facts::code::{Assignment, Branch, Call, Code, Language, branch};
use slugsmith_facts::formats;
use slugsmith_facts::incomplete::{self, Incomplete};
use slugsmith_facts::packages::{self, Ecosystem, Packages};
use slugsmith_facts::process::{self, Runs};
use slugsmith_facts::sources::named::{self, Named};
use slugsmith_facts::sources::{self, Sources};
use slugsmith_facts::terraform::{self, Formation, Terraform};
use slugsmith_facts::tree::Tree;
use slugsmith_finding::verdict::Verdict;

/// Languages that an official buildpack brings, by the last word of its name.
const OFFICIAL: &[(&str, &[&str])] = &[
    ("python", &["python"]),
    ("ruby", &["ruby"]),
    (
        "java",
        &["java", "gradle", "maven", "jvm", "scala", "clojure"],
    ),
    ("php", &["php"]),
    ("go", &["go"]),
    ("dotnet", &["dotnet"]),
    ("node", &["nodejs"]),
];

/// Words in addresses of other buildpacks that bring Node, which many need for assets.
const WITH_NODE: &[&str] = &[
    "node", "react", "next", "ember", "vue", "angular", "yarn", "pnpm", "static", "front",
    "webpack", "monorepo", "multi", "subdir",
];

/// Whether a buildpack may bring a language. What one of somebody else brings is not known.
fn may_bring(buildpack: &str, runtime: &str) -> bool {
    let name = buildpack.split(['#', '@']).next().unwrap_or(buildpack);
    let name = name
        .trim_end_matches(".git")
        .rsplit(['/', '-'])
        .next()
        .unwrap_or(name);
    let mut official = OFFICIAL
        .iter()
        .filter(|_| buildpack.contains("heroku"))
        .filter(|(_, names)| names.contains(&name));
    match official.next() {
        Some((language, _)) => *language == runtime,
        None => runtime != "node" || WITH_NODE.iter().any(|word| buildpack.contains(word)),
    }
}

/// What rules read.
pub struct Facts<'a> {
    pub app: &'a App,
    pub tree: &'a Tree,
    pub sources: Sources,
    pub packages: Packages,
    /// Processes with all commands that they lead to.
    pub processes: Vec<Runs>,
    pub terraform: Terraform,
    /// Wishes of manifests that lockfiles do not hold.
    pub disagreements: Vec<Disagreement>,
    /// Installed packages that are not whole.
    pub incomplete: Vec<Incomplete>,
    /// Whether an install that is still to come may leave something out.
    pub install_is_open: bool,
    pub platform: &'static Platform,
    /// `YYYY-MM-DD`.
    pub today: String,
    /// The variables that start commands set before the app runs, with the value where it is written out.
    pub exported: BTreeMap<String, Option<String>>,
    /// How the slug's size stands to its budget, where it was weighed.
    pub slug: Option<Verdict>,
    /// Names of the variables that are really set, in a build that sees the config vars.
    pub set: Option<BTreeSet<String>>,
    /// Folders of the app that this very run installed or restored.
    pub installed: BTreeSet<String>,
    /// Id and code of rules outside of the audit that its configuration may name.
    pub other_rules: Vec<[&'static str; 2]>,
    /// Process types of which the stack said that they do not start: it knows more of a built
    /// app, and one cause is told once.
    pub starts_told: BTreeSet<String>,
    /// Asked for by many rules, and for many files.
    run_by_build_scripts: OnceLock<BTreeSet<String>>,
    named_in_python: OnceLock<Named>,
    /// What `spring::files` gives to four rules.
    pub(crate) spring_files: OnceLock<Vec<formats::File>>,
    /// Plans that heroku.yml creates.
    container_addons: OnceLock<Vec<String>>,
}

/// Whether and how a variable gets a value on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declared {
    /// Its value stands in app.json.
    Value(String),
    /// Required, generated, or set by an add-on or the platform.
    Set,
    No,
}

/// A call with its file.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub code: &'a Code,
    pub call: &'a Call,
}

impl Declared {
    /// The value, where it is known.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value(value) => Some(value),
            Self::Set | Self::No => None,
        }
    }
}

impl<'a> Facts<'a> {
    /// Reads the app's own files, once for all rules.
    #[must_use]
    pub fn read(app: &'a App, tree: &'a Tree) -> Self {
        let sources = sources::read(app, tree);
        let processes = process::read(app, &sources);
        let projects = sources.project_folders();
        Self {
            packages: packages::read(app, &sources).without(&sources.unserved),
            exported: start::exported(&processes, &sources),
            processes,
            terraform: terraform::read(&sources),
            disagreements: projects
                .iter()
                .flat_map(|at| agreement::of(&OnDisk(&app.root), at))
                .collect(),
            incomplete: incomplete::read(app, tree, &projects),
            install_is_open: incomplete::is_open(app, tree, &projects),
            app,
            tree,
            sources,
            platform: &PLATFORM,
            today: today(),
            slug: None,
            set: None,
            installed: BTreeSet::new(),
            other_rules: Vec::new(),
            starts_told: BTreeSet::new(),
            run_by_build_scripts: OnceLock::new(),
            named_in_python: OnceLock::new(),
            spring_files: OnceLock::new(),
            container_addons: OnceLock::new(),
        }
    }

    /// Every call that a process can reach, in file order.
    pub fn calls(&self) -> impl Iterator<Item = Site<'_>> {
        self.sources
            .files
            .iter()
            .flat_map(|code| code.calls.iter().map(move |call| Site { code, call }))
    }

    /// Code of one language.
    pub fn code(&self, language: Language) -> impl Iterator<Item = &Code> {
        self.sources
            .files
            .iter()
            .filter(move |code| code.language == language)
    }

    /// The assignment to a setting of Rails that holds in production, with its file: the last one of
    /// `config/environments/production.rb`, else of `config/application.rb`, which is loaded before it
    /// (guides.rubyonrails.org/configuring.html, "Locations for Initialization Code").
    #[must_use]
    pub fn rails_setting(&self, target: &str) -> Option<(&Code, &Assignment)> {
        const FILES: [&str; 2] = ["config/environments/production.rb", "config/application.rb"];
        FILES.iter().find_map(|path| {
            let code = self.code(Language::Ruby).find(|code| code.path == *path)?;
            let mut settings = code.assignments.iter().filter(|one| {
                one.target == target && branch(code, one.scope) != Branch::Development
            });
            Some((code, settings.next_back()?))
        })
    }

    /// Whether there is reachable code of a language.
    #[must_use]
    pub fn speaks(&self, language: Language) -> bool {
        self.code(language).next().is_some()
    }

    /// Laravel, or Lumen, which is made of the same parts.
    #[must_use]
    pub(crate) fn laravel(&self) -> Option<&packages::Package> {
        self.packages.wants_any(
            Ecosystem::Composer,
            &["laravel/framework", "laravel/lumen-framework"],
        )
    }

    /// What the app's own `.env` says of a variable, for frameworks that load the file.
    pub(crate) fn dotenv(&self, name: &str) -> Option<formats::env_file::Variable> {
        let mut variables = formats::env_file::read(self.sources.text(".env")?).into_iter();
        variables.find(|one| !one.is_comment && one.name == name)
    }

    /// Whether this is a Django app: it asks for the package, or for one that brings it along.
    #[must_use]
    pub fn is_django(&self) -> bool {
        let asks = self.packages.wants(Ecosystem::Pypi, "django").is_some();
        let imports = |code: &Code| code.imports("django");
        asks || self.sources.has("manage.py") && self.code(Language::Python).any(imports)
    }

    /// The process of this type.
    #[must_use]
    pub fn process(&self, name: &str) -> Option<&Runs> {
        self.processes.iter().find(|process| process.name == name)
    }

    /// A part of app.json by its path (`["environments", "test"]`).
    #[must_use]
    pub fn app_json(&self, path: &[&str]) -> Option<&Value> {
        path.iter()
            .try_fold(self.app.app_json.good()?, |value, key| value.get(key))
    }

    /// Files that only build scripts of manifests run.
    #[must_use]
    pub fn run_by_build_scripts(&self) -> &BTreeSet<String> {
        self.run_by_build_scripts
            .get_or_init(|| build_scripts::files(self.app, &self.sources))
    }

    /// Files of Python other than `own` that name a module by the last part of its name.
    pub(crate) fn that_name_in_python(&self, own: &str, stem: &str) -> impl Iterator<Item = &Code> {
        let named = self
            .named_in_python
            .get_or_init(|| named::in_python(&self.sources));
        let places = named.get(stem).into_iter().flatten();
        places
            .filter_map(|at| self.sources.files.get(*at))
            .filter(move |code| code.path != own)
    }

    /// Plans of the add-ons that app.json, Terraform and heroku.yml declare.
    #[must_use]
    pub fn addons(&self) -> Vec<&str> {
        let terraform = self
            .terraform
            .addons
            .iter()
            .map(|addon| addon.name.as_str());
        let by_container = || {
            self.sources
                .text("heroku.yml")
                .map_or_else(Vec::new, process::container::addons)
        };
        self.app_json_addons()
            .filter_map(|addon| addon.as_str().or_else(|| addon.get("plan")?.as_str()))
            .chain(terraform)
            .chain(
                self.container_addons
                    .get_or_init(by_container)
                    .iter()
                    .map(String::as_str),
            )
            .collect()
    }

    /// Plans of app.json whose size is an option, with the compute level
    /// (devcenter.heroku.com/articles/postgres-advanced-connection-limits).
    #[must_use]
    pub fn addon_levels(&self) -> Vec<(&str, &str)> {
        self.app_json_addons()
            .filter_map(|addon| {
                let level = addon.get("options")?.get("level")?.as_str()?;
                Some((addon.get("plan")?.as_str()?, level))
            })
            .collect()
    }

    fn app_json_addons(&self) -> impl Iterator<Item = &Value> {
        let list = self.app_json(&["addons"]).and_then(Value::as_array);
        list.into_iter().flatten()
    }

    /// The declared formation: app.json's (an object by process type, or a list of entries that
    /// name theirs), and Terraform's.
    #[must_use]
    pub fn formation(&self) -> Vec<Formation> {
        let declared = self.app_json(&["formation"]);
        let listed = declared.and_then(Value::as_array);
        let listed = listed
            .into_iter()
            .flatten()
            .filter_map(|entry| Some((entry.get("process")?.as_str()?, entry)));
        let by_name = declared.and_then(Value::as_object);
        let by_app_json = by_name
            .into_iter()
            .flatten()
            .map(|(process, entry)| (process.as_str(), entry))
            .chain(listed)
            .map(|(process, entry)| Formation {
                process: process.to_owned(),
                quantity: entry.get("quantity").and_then(Value::as_u64),
                size: entry
                    .get("size")
                    .and_then(Value::as_str)
                    .map(str::to_ascii_lowercase),
                path: "app.json".to_owned(),
                line: self.formation_line(process),
            });
        by_app_json
            .chain(self.terraform.formation.iter().cloned())
            .collect()
    }

    /// Where a process stands inside app.json's `formation`.
    fn formation_line(&self, process: &str) -> LineSpan {
        let text = self.sources.text("app.json").unwrap_or_default();
        let entries = formats::yaml::read(text);
        let named = format!("formation.{process}");
        let listed = |entry: &&formats::Entry| {
            entry.key.starts_with("formation[")
                && entry.key.ends_with(".process")
                && entry.value == process
        };
        let found = formats::entry(&entries, &named).or_else(|| entries.iter().find(listed));
        found.map_or(LineSpan::default(), |entry| entry.line)
    }

    /// Memory in MB of 2^20 bytes of a process type's dynos: of the declared size, else of
    /// the smallest one. `None` for a declared size that the table does not know.
    #[must_use]
    pub fn memory(&self, process: &str) -> Option<u64> {
        let declared = self
            .formation()
            .into_iter()
            .find(|formation| formation.process == process)
            .and_then(|formation| formation.size);
        let size = declared.as_deref().unwrap_or("standard-1x");
        self.platform.dynos.get(&size.to_ascii_lowercase()).copied()
    }

    /// Whether app.json declares one of these add-ons.
    #[must_use]
    pub fn has_addon(&self, names: &[&str]) -> bool {
        self.addons().iter().any(|plan| {
            let name = plan.split(':').next().unwrap_or(plan);
            names.contains(&name)
        })
    }

    /// Buildpacks that app.json lists, in their order.
    #[must_use]
    pub fn buildpacks(&self) -> Vec<&str> {
        let list = self.app_json(&["buildpacks"]).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|buildpack| {
                buildpack
                    .as_str()
                    .or_else(|| buildpack.get("url")?.as_str())
            })
            .collect()
    }

    /// Whether the platform builds a container image of the app, so that no buildpack looks at
    /// its manifests: the stack says so, or `heroku.yml` is all that there is.
    #[must_use]
    pub fn is_container(&self) -> bool {
        let stack = self.app_json(&["stack"]).and_then(Value::as_str);
        stack == Some("container")
            || stack.is_none() && self.sources.has("heroku.yml") && !self.sources.has("Procfile")
    }

    /// Whether the platform may install a language: no buildpacks are listed, or one of them may
    /// bring it. Where buildpacks are listed, only they count.
    #[must_use]
    pub fn installs(&self, runtime: &str) -> bool {
        let listed = self.buildpacks();
        listed.is_empty() || listed.iter().any(|buildpack| may_bring(buildpack, runtime))
    }

    /// How a variable gets its value.
    #[must_use]
    pub fn declared(&self, variable: &str) -> Declared {
        if let Some(entry) = self.app_json(&["env", variable]) {
            let value = entry.as_str().or_else(|| entry.get("value")?.as_str());
            let generated = entry.get("generator").is_some();
            let optional = entry.get("required") == Some(&Value::Bool(false));
            match value {
                Some(value) if !value.is_empty() => return Declared::Value(value.to_owned()),
                _ if generated || !optional => return Declared::Set,
                _ => {}
            }
        }
        let by_terraform = self
            .terraform
            .variables
            .iter()
            .find(|entry| entry.name == variable);
        if let Some(entry) = by_terraform {
            return match &entry.value {
                Some(value) if !value.is_empty() => Declared::Value(value.clone()),
                _ => Declared::Set,
            };
        }
        let by_addon = self.addons().iter().any(|plan| {
            let custom = self.app_json(&["addons"]).and_then(Value::as_array);
            let prefix = custom.into_iter().flatten().find_map(|addon| {
                (addon.get("plan")?.as_str()? == *plan).then(|| addon.get("as")?.as_str())?
            });
            self.platform
                .addon(plan)
                .iter()
                .any(|name| name == variable)
                || prefix.is_some_and(|prefix| variable.starts_with(prefix))
        });
        if by_addon || self.platform.sets(variable) || self.exported.contains_key(variable) {
            return Declared::Set;
        }
        Declared::No
    }

    /// The value that a variable has in the processes, by what declares it or by what stands in front of a command.
    #[must_use]
    pub fn value_of(&self, variable: &str) -> Option<String> {
        let declared = self.declared(variable);
        let exported = || self.exported.get(variable).cloned().flatten();
        declared.value().map(str::to_owned).or_else(exported)
    }

    /// 1-based line of a text in one of the app's configuration files.
    #[must_use]
    pub fn line(&self, path: &str, needle: &str) -> Option<LineSpan> {
        let line = slugsmith_facts::lines::line_of(self.sources.text(path)?, needle);
        (line > 0).then_some(line)
    }
}
