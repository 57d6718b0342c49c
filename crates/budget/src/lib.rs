//! Weighs the slug or image, says what it is made of, and judges it.
//!
//! In: trees of files, configuration, the last build's sizes. Out: a [`BudgetReport`].
//!
//! [`stream`] lays the trees out as the archive they will be, [`estimate`] gives its compressed
//! size with an interval, `attribute` says which package, folder and kind of file the
//! bytes belong to, [`limits`] judges, [`history`] remembers the last build. Nothing is
//! changed; the verdict can fail the build.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod attribute;
pub mod binaries;
mod codec;
pub mod duplicates;
pub mod estimate;
pub mod history;
pub mod image;
pub mod kept;
pub mod launched;
pub mod layers;
pub mod limits;
pub mod memory;
mod sizes;
pub mod stream;

use attribute::Named;
pub use attribute::{Node, kind_names};
use binaries::Binary;
use duplicates::Duplicates;
use estimate::{Estimate, Goal};
use history::{History, SizeChange};
use layers::{LayerSize, Reused};
use limits::{Excess, Saving};
use memory::Memory;
pub use sizes::{Compressed, Part, PartKind, Shipped, Size};
use slugsmith_config::Config;
use slugsmith_facts::Unread;
use slugsmith_facts::tree::{Totals, Tree};
use slugsmith_finding::Finding;
use slugsmith_finding::error::{Kind, Problem};
pub use slugsmith_finding::verdict::Verdict;
use stream::{ArchivedTree, Stream};

/// A launch layer, ours or another buildpack's.
#[derive(Debug, Clone)]
pub struct LayerTree {
    pub name: String,
    pub buildpack: String,
    /// Digest of the layer's `[metadata]`.
    pub metadata: String,
    pub tree: Tree,
}

/// What is weighed.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    pub app: &'a Tree,
    /// Launch layers besides the app folder; none in a slug.
    pub layers: &'a [LayerTree],
    /// Launch layers that ship out of the previous image and are not here.
    pub reused: &'a [Reused],
    /// The last successful build.
    pub previous: Option<&'a History>,
    /// What will ship and is not here to be weighed.
    pub missing: Option<&'a Missing>,
    /// What earlier builds measured, where it is kept.
    pub memory: Option<&'a Memory>,
}

/// Dependencies that an app wants and that are not where it is weighed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// The lockfiles or manifests that ask for them.
    pub files: Vec<String>,
    /// Whether a build by slugsmith would install them.
    pub by_build: bool,
}

/// The size of the slug and the verdict on it.
#[derive(Debug, Clone, Default)]
pub struct BudgetReport {
    pub size: Size,
    pub shipped: Shipped,
    /// Packages, folders, layers and big files; largest compressed first. Their raw bytes
    /// add up to the total.
    pub parts: Vec<Part>,
    /// The same bytes by kind of file; largest compressed first.
    pub kinds: Vec<Part>,
    /// Every launch layer, also those whose contents are not here.
    pub layers: Vec<LayerSize>,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// The limits it was judged by; `None` when it was only weighed.
    pub limits: Option<limits::Limits>,
    /// Every budget that is broken.
    pub exceeded: Vec<Excess>,
    /// What would make it smaller, largest first.
    pub savings: Vec<Saving>,
    /// Against the last successful build.
    pub change: Option<SizeChange>,
    /// Set where the sources were weighed alone, without what they want installed.
    pub missing: Option<Missing>,
    /// By folder, for pictures; only [`inspect`] asks for it.
    pub detail: Option<Node>,
    /// Files that are there more than once; only [`inspect`] looks for them.
    pub duplicates: Duplicates,
    /// The largest programs by section; only for [`inspect`].
    pub binaries: Vec<Binary>,
    /// What could not be read; sizes are lower bounds when this is not empty.
    pub unread: Vec<Unread>,
}

impl BudgetReport {
    /// Layers that ship but were never seen, so that their size is unknown.
    pub fn unseen(&self) -> impl Iterator<Item = &LayerSize> {
        self.layers
            .iter()
            .filter(|layer| layer.known == layers::Known::Unknown)
    }

    /// Notes that the dependencies are not here: sources that are over a budget are over it
    /// all the same, and nothing else can be said.
    fn lacks(&mut self, missing: &Missing) {
        self.shipped = Shipped::Sources;
        self.missing = Some(missing.clone());
        if matches!(
            self.verdict,
            Verdict::Within | Verdict::Warn | Verdict::TooClose
        ) {
            self.verdict = Verdict::SourcesOnly;
            self.findings.clear();
        }
    }

    /// Why there is no verdict: `2 paths could not be read`.
    #[must_use]
    pub fn gaps(&self) -> String {
        let unread = self.unread.len() as u64;
        let unseen = self.unseen().count() as u64;
        let mut gaps = Vec::new();
        if unread > 0 {
            gaps.push(format!(
                "{} could not be read",
                slugsmith_finding::units::counted(unread, "path")
            ));
        }
        if unseen > 0 {
            gaps.push(format!(
                "the contents of {} from the previous image were never seen",
                slugsmith_finding::units::counted(unseen, "layer")
            ));
        }
        gaps.join(", and ")
    }
}

/// Weighs an app on its own and judges it.
#[must_use]
pub fn judge(app: &Tree, config: &Config) -> BudgetReport {
    let load = Load {
        app,
        layers: &[],
        reused: &[],
        previous: None,
        missing: None,
        memory: None,
    };
    judge_load(&load, config)
}

/// Weighs an app with its launch layers and judges them against the budgets and the last build.
#[must_use]
pub fn judge_load(load: &Load<'_>, config: &Config) -> BudgetReport {
    let fail = config.budget.fail.value;
    let goal = Goal {
        limits: &[fail],
        ..Goal::NUMBER
    };
    let mut report = weigh(load, &goal, false);
    limits::judge(&mut report, load, &config.budget);
    if let Some(missing) = load.missing {
        report.lacks(missing);
    }
    report
}

/// Says what a folder is made of, without judging it.
#[must_use]
pub fn inspect(tree: &Tree) -> BudgetReport {
    let load = Load {
        app: tree,
        layers: &[],
        reused: &[],
        previous: None,
        missing: None,
        memory: None,
    };
    weigh(&load, &Goal::NUMBER, true)
}

fn weigh(load: &Load<'_>, goal: &Goal<'_>, detail: bool) -> BudgetReport {
    let sources = sources(load);
    let stream = Stream::new(sources.clone()).remembered(load.memory);
    let estimate = estimate::estimate(&stream, goal);
    let labels: Vec<_> = load.layers.iter().map(label).collect();
    let layers = std::iter::once(None).chain(labels.iter().map(|label| Some(label.as_str())));
    let named: Vec<_> = sources
        .iter()
        .zip(layers)
        .map(|(source, layer)| Named { source, layer })
        .collect();
    let (mut report, shares) = report(&stream, &estimate, &named, detail);
    report.layers = layers::seen(load, &shares, &report);
    layers::add_reused(&mut report, load);
    if detail {
        report.duplicates = duplicates::find(&named);
        report.binaries = binaries::find(&named);
    }
    report
}

/// The report, and the share of each source.
fn report(
    stream: &Stream<'_>,
    estimate: &Estimate,
    named: &[Named<'_>],
    detail: bool,
) -> (BudgetReport, Vec<Part>) {
    let attribution = attribute::attribute(stream, estimate, named, detail);
    let trees = || named.iter().map(|named| named.source.tree);
    let mut totals = Totals::default();
    for tree in trees() {
        let more = tree.totals();
        totals.files += more.files;
        totals.bytes += more.bytes;
    }
    let mut unread: Vec<_> = trees().flat_map(Tree::unread).cloned().collect();
    unread.extend(stream.unread());
    let report = BudgetReport {
        size: Size {
            totals,
            archive: stream.len(),
            compressed: estimate.compressed,
            image: estimate.image,
            repeated_links: attribution.repeated_links,
        },
        parts: attribution.parts,
        kinds: attribution.kinds,
        detail: attribution.detail,
        unread,
        ..BudgetReport::default()
    };
    (report, attribution.sources)
}

/// `node (heroku/nodejs)`.
fn label(layer: &LayerTree) -> String {
    format!("{} ({})", layer.name, layer.buildpack)
}

/// The trees and their places in the archive: `app/`, then each layer.
fn sources<'a>(load: &Load<'a>) -> Vec<ArchivedTree<'a>> {
    let app = ArchivedTree {
        tree: load.app,
        prefix: b"./app/".to_vec(),
    };
    let layers = load.layers.iter().map(|layer| ArchivedTree {
        tree: &layer.tree,
        prefix: format!(
            "./layers/{}/{}/",
            layer.buildpack.replace('/', "_"),
            layer.name
        )
        .into_bytes(),
    });
    std::iter::once(app).chain(layers).collect()
}

/// The problem that ends a build that is over its budget; `None` otherwise.
#[must_use]
pub fn problem(report: &BudgetReport) -> Option<Problem> {
    if report.verdict != Verdict::Over {
        return None;
    }
    let mut problem = Problem::new(&EXCEEDED);
    for excess in &report.exceeded {
        problem = problem.saw(excess.to_string());
    }
    if let Some(change) = &report.change {
        problem = problem.saw(change.summary());
    }
    for moved in report
        .change
        .iter()
        .flat_map(|change| &change.moved)
        .take(limits::LARGEST / 2)
    {
        problem = problem.saw(moved.line());
    }
    problem = problem.saw("The largest parts, compressed:");
    for part in report.parts.iter().take(limits::LARGEST) {
        problem = problem.saw(format!(
            "{:>10}  {}",
            slugsmith_finding::units::size(part.compressed),
            part.name
        ));
    }
    for saving in &report.savings {
        problem = problem.step(saving.to_string());
    }
    Some(problem)
}

/// The slug is over its budget.
pub static EXCEEDED: Kind = Kind {
    id: "budget-exceeded",
    header: "The slug is over its budget",
    why: "Large slugs deploy, start and roll back slowly, and the platform refuses them at its own limit.",
    steps: &[
        "Look at everything: `slugsmith inspect . --format html --output slug.html`.",
        "Remove what is not needed, or raise the budget in project.toml: [com.slugsmith.budget] fail = \"…\".",
    ],
    example: || {
        let report = limits::example();
        problem(&report).unwrap_or_else(|| Problem::new(&EXCEEDED))
    },
};

#[cfg(test)]
mod tests;
