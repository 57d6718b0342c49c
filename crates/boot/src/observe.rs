//! Where does a start of the app go? One start in a copy, observed by the runtime's own means.
//!
//! Python says what each import takes (`-X importtime`), Node and Ruby by a module that is loaded first, the JVM which
//! classes it loads from where.

use slugsmith_facts::beneath::own;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use crate::Input;
use crate::scratch::Scratch;
use crate::trained::start::{Stage, alone};
use crate::trained::{added, copy, imported};
use slugsmith_config::BootLevel;
use slugsmith_facts::beneath;
use slugsmith_facts::tree::Tree;

const NODE: &str = include_str!("observe/observe.cjs");
const RUBY: &str = include_str!("observe/observe.rb");

/// What one start went into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Processor time until the app listened, with the observation.
    pub spent: Option<Duration>,
    /// Why the app did not come to listen; rows are what was loaded until then.
    pub failed: Option<String>,
    /// Packages, the costliest first.
    pub rows: Vec<Row>,
    /// What would make the start shorter.
    pub helps: Vec<String>,
}

/// A package or archive, with what it took itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// Wall time, without what it loads of others; zero where the runtime does not say.
    pub took: Duration,
    /// Of sources; zero where the runtime does not say.
    pub bytes: u64,
    /// Modules or classes.
    pub parts: u64,
}

/// Starts the app in a copy and says where the start goes.
///
/// # Errors
/// A copy can't be made, or nothing can be started.
pub fn observe(input: &Input<'_>) -> Result<Observed, String> {
    let Some(training) = &input.training else {
        return Err(
            "no `web` process in the Procfile, no `start` script, and no command under \
            [com.slugsmith.boot]"
                .to_owned(),
        );
    };
    let problem = |error: std::io::Error| error.to_string();
    let scratch = Scratch::new("slugsmith-observed").map_err(problem)?;
    let stage = Stage {
        input,
        training,
        alone: alone(),
        folder: scratch.path().to_owned(),
    };
    copy(input, &stage, false).map_err(problem)?;
    let [node, ruby, classes] =
        ["observe.cjs", "observe.rb", "classes.log"].map(|name| scratch.path().join(name));
    own::write(&node, NODE).map_err(problem)?;
    own::write(&ruby, RUBY).map_err(problem)?;
    let variables = [
        ("PYTHONPROFILEIMPORTTIME", "1".to_owned()),
        ("SLUGSMITH_OBSERVED", scratch.path().display().to_string()),
        ("NODE_OPTIONS", format!("--require={}", node.display())),
        ("RUBYOPT", format!("-r{}", ruby.display())),
        (
            "JAVA_TOOL_OPTIONS",
            format!("-Xlog:class+load:file={}", classes.display()),
        ),
    ]
    .map(|(name, value)| (added(name), value));
    let (started, output) = stage.start_and_see(&variables).map_err(problem)?;
    let table =
        |name: &str| of_table(&beneath::text(scratch.path().join(name)).unwrap_or_default());
    let loaded = Loaded {
        python: python(&output, &sources(input.tree)),
        node: table("node.tsv"),
        ruby: table("ruby.tsv"),
        jvm: of_classes(&beneath::text(&classes).unwrap_or_default()),
    };
    let helps = helps(input, &loaded);
    let mut rows = [loaded.python, loaded.node, loaded.ruby, loaded.jvm].concat();
    rows.sort_by(|a, b| (b.took, b.parts, &a.name).cmp(&(a.took, a.parts, &b.name)));
    Ok(Observed {
        spent: started.spent,
        failed: started.failed,
        helps,
        rows,
    })
}

/// What each runtime said.
#[derive(Default)]
struct Loaded {
    python: Vec<Row>,
    node: Vec<Row>,
    ruby: Vec<Row>,
    jvm: Vec<Row>,
}

/// Bytes of Python's sources, by the path that a module's name gives.
fn sources(tree: &Tree) -> HashMap<String, u64> {
    let files = tree.entries().iter();
    let named = files.filter_map(|entry| {
        let path = entry.path().to_str()?.strip_suffix(".py")?;
        let at = PACKAGES
            .iter()
            .find_map(|folder| Some(path.find(folder)? + folder.len()));
        let name = path.get(at.unwrap_or(0)..)?;
        let name = name.strip_suffix("/__init__").unwrap_or(name);
        Some((name.to_owned(), entry.size()))
    });
    named.collect()
}

const PACKAGES: &[&str] = &["/site-packages/", "/dist-packages/"];

/// Lines of `-X importtime`: own and cumulative microseconds, and the module.
fn python(output: &[String], sources: &HashMap<String, u64>) -> Vec<Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in output {
        let Some((own, module)) = imported(line) else {
            continue;
        };
        let name = module.split('.').next().unwrap_or(module);
        let row = rows.entry(name.to_owned()).or_default();
        row.took += Duration::from_micros(own);
        row.bytes += sources.get(&module.replace('.', "/")).unwrap_or(&0);
        row.parts += 1;
    }
    named(rows)
}

/// What `observe.cjs` and `observe.rb` write.
fn of_table(text: &str) -> Vec<Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.splitn(4, '\t');
        let mut number = || words.next()?.parse().ok();
        let (Some(nanos), Some(bytes), Some(parts)) = (number(), number(), number()) else {
            continue;
        };
        let row = rows
            .entry(words.next().unwrap_or_default().to_owned())
            .or_default();
        row.took += Duration::from_nanos(nanos);
        row.bytes += bytes;
        row.parts += parts;
    }
    named(rows)
}

/// `[0.1s][info][class,load] a.B source: jar:file:/app/x.jar!/BOOT-INF/lib/y.jar!/`.
fn of_classes(text: &str) -> Vec<Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in text.lines() {
        let Some((_, source)) = line.split_once(" source: ") else {
            continue;
        };
        let source = source.trim_end_matches(['!', '/']);
        let name = if source.starts_with("shared objects") {
            "the JVM's archive"
        } else {
            Path::new(source)
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or(source)
        };
        rows.entry(name.to_owned()).or_default().parts += 1;
    }
    named(rows)
}

fn named(rows: BTreeMap<String, Row>) -> Vec<Row> {
    let rows = rows.into_iter();
    rows.map(|(name, row)| Row { name, ..row }).collect()
}

fn helps(input: &Input<'_>, loaded: &Loaded) -> Vec<String> {
    let mut helps = Vec::new();
    let level = input.config.level.value;
    let missing = crate::python::missing(input);
    if missing > 0 && !loaded.python.is_empty() {
        helps.push(format!(
            "{} without byte code that Python can use: a build with level = \"safe\" (the default) makes it",
            slugsmith_finding::units::counted(missing, "module")
        ));
    }
    let tools = ["rubygems", "bundler"];
    let own = loaded
        .ruby
        .iter()
        .filter(|row| !tools.contains(&row.name.as_str()));
    let parts: u64 = own.map(|row| row.parts).sum();
    if parts >= MANY && loaded.ruby.iter().all(|row| row.name != "bootsnap") {
        helps.push(
            "bootsnap, loaded by `require \"bootsnap/setup\"` in config/boot.rb: a build with level = \"safe\" (the \
             default) fills its cache"
                .to_owned(),
        );
    }
    if let Some(npm) = loaded.node.iter().find(|row| row.name == "npm") {
        helps.push(format!(
            "the command of the script `start` as `web` in a Procfile: npm itself loads {} before it",
            slugsmith_finding::units::counted(npm.parts, "module")
        ));
    }
    let is_kept =
        !loaded.node.is_empty() || loaded.jvm.iter().any(|row| row.name.ends_with(".jar"));
    if is_kept && level != BootLevel::Trained {
        helps.push(
            "level = \"trained\" under [com.slugsmith.boot]: the build starts the app once and keeps what its \
             runtime compiles"
                .to_owned(),
        );
    }
    helps
}

/// Sources of Ruby from which on compiling them is worth a gem.
const MANY: u64 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[Row]) -> Vec<(&str, u128, u64, u64)> {
        let rows = rows.iter();
        rows.map(|row| {
            (
                row.name.as_str(),
                row.took.as_micros(),
                row.bytes,
                row.parts,
            )
        })
        .collect()
    }

    #[test]
    fn each_runtime_says_what_it_loads() {
        let lines = [
            "import time: self [us] | cumulative | imported package",
            "import time:       150 |        150 |   django.utils",
            "import time:        50 |        200 | django",
            "started",
        ]
        .map(str::to_owned);
        let sources = HashMap::from([("django/utils".to_owned(), 70)]);
        assert_eq!(found(&python(&lines, &sources)), [("django", 200, 70, 2)]);
        let rows = of_table("1500\t10\t1\texpress\n500\t5\t1\texpress\nbroken\n");
        assert_eq!(found(&rows), [("express", 2, 15, 2)]);
        let rows = of_classes(
            "[0.1s][info][class,load] java.lang.Object source: shared objects file\n\
             [0.2s][info][class,load] a.B source: jar:file:/app/x.jar!/BOOT-INF/lib/y.jar!/\n",
        );
        assert_eq!(
            found(&rows),
            [("the JVM's archive", 0, 0, 1), ("y.jar", 0, 0, 1)]
        );
    }
}
