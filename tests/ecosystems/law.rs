//! A hit is a clean build, with real package managers: for each file of each app, change it,
//! build with the cache and clean, compare the trees, and start the app in both.
//!
//! On Cedar's terms: every build in a folder with a name of its own, which is gone when the app
//! starts below `/app`, in a mount namespace (where that can't be had, the app is not started).
//! Some files of each app are changed in one way, with `SLUGSMITH_LONG=1` all in every way. It
//! prints shapes, changes, hits, misses and differences:
//! `SLUGSMITH_LONG=1 cargo test --test ecosystems law -- --ignored --nocapture`.

mod shapes;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::shapes::Shape;
use crate::lab::{Attempt, Lab, copy};
use crate::support::listing;

/// What two clean builds don't have in common, or that is ours.
const LEFT_OUT: &[&str] = &[
    ".package-lock.json",
    ".yarn-integrity",
    ".yarn-state.yml",
    "install-state.gz",
    ".modules.yaml",
    ".pnpm-workspace-state.json",
    "direct_url.json",
    "RECORD",
    "uv_cache.json",
    "autoload.php",
    "autoload_real.php",
    "autoload_static.php",
];

/// Files of each app that the short form changes: two builds with a real manager each, which take seconds.
const SHORT: usize = 1;

/// A change of one file, by path and kind.
type Change = (String, &'static str);

/// The changes of a shape; the short form takes files of another kind in each, so that all kinds come by.
fn changes(lab: &Lab, shape: &Shape) -> Vec<Change> {
    let is_long = crate::support::long::is_long();
    let of_each: &[&str] = if is_long {
        &["replace", "append", "delete", "rename"]
    } else {
        &["replace"]
    };
    let files = listing(&lab.source()).into_iter();
    let files = files.filter(|(_, content)| content != "folder");
    let paths: Vec<_> = files.map(|(path, _)| path.display().to_string()).collect();
    let number = shapes::ALL.iter().position(|one| one.name == shape.name);
    let (first, step) = match paths.len() {
        count if is_long || count <= SHORT => (0, 1),
        // From the whole length of the list, since neighbours are of one kind.
        count => {
            let step = count.div_ceil(SHORT);
            (number.unwrap_or_default() % step, step)
        }
    };
    let mut last = None;
    let ways = |path: String| {
        // What lists a folder sees these whichever file of it they happen to.
        let folder = Path::new(&path).parent().map(Path::to_owned);
        let is_first = is_long && last.as_ref() != Some(&folder);
        last = Some(folder);
        let of_folder: &[&str] = if is_first { &["mode", "folder"] } else { &[] };
        let all = of_each.iter().chain(of_folder);
        all.map(|how| (path.clone(), *how)).collect::<Vec<_>>()
    };
    let paths = paths.into_iter().skip(first).step_by(step);
    paths.flat_map(ways).collect()
}

fn change(app: &Path, (path, how): &Change) {
    let path = app.join(path);
    match *how {
        "delete" => fs_err::remove_file(path).unwrap(),
        "rename" => {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            fs_err::rename(&path, path.with_file_name(format!("other-{name}"))).unwrap();
        }
        "mode" => {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs_err::metadata(&path).unwrap().permissions().mode() ^ 0o111;
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        "folder" => fs_err::create_dir(path.with_file_name("empty")).unwrap(),
        "append" => {
            let mut text = fs_err::read(&path).unwrap();
            text.push(b'\n');
            fs_err::write(path, text).unwrap();
        }
        // The word that each app prints; where there is none, a blank at the end.
        _ => {
            let text = String::from_utf8_lossy(&fs_err::read(&path).unwrap()).into_owned();
            let other = text.replace("one", "two");
            let other = if other == text {
                format!("{text} ")
            } else {
                other
            };
            fs_err::write(path, other).unwrap();
        }
    }
}

/// What one build made, and what the app says when it starts.
#[derive(PartialEq, Eq)]
struct Result {
    tree: Vec<(PathBuf, String)>,
    says: Option<String>,
}

impl Result {
    fn of(shape: &Shape, attempt: &Attempt) -> Self {
        // The folder of the build is gone when the app starts.
        let slug = attempt.app.with_extension("slug");
        fs_err::rename(&attempt.app, &slug).unwrap();
        let is_ours = |path: &Path| {
            path.starts_with(".slugsmith")
                || path.starts_with(".profile.d")
                || path.extension().is_some_and(|end| end == "pyc")
                || LEFT_OUT.iter().any(|end| path.ends_with(end))
                || shape.left_out.iter().any(|end| path.ends_with(end))
        };
        let tree = listing(&slug);
        let tree = tree.into_iter().filter(|(path, _)| !is_ours(path));
        let tree = tree.collect();
        let says = start(&slug, shape.start);
        fs_err::remove_dir_all(slug).unwrap();
        Self { tree, says }
    }

    fn differs(&self, other: &Self) -> String {
        let mut paths: Vec<_> = self
            .tree
            .iter()
            .filter(|one| !other.tree.contains(one))
            .chain(other.tree.iter().filter(|one| !self.tree.contains(one)))
            .map(|(path, _)| path.display().to_string())
            .collect();
        paths.dedup();
        paths.truncate(5);
        format!("{paths:?}, {:?} and {:?}", self.says, other.says)
    }
}

/// What the app prints below `/app`, after `.profile.d`, as on a dyno; `None` where a mount
/// namespace can't be had.
fn start(slug: &Path, line: &str) -> Option<String> {
    let script = "mount --make-rprivate / && mkdir -p /app && mount --bind \"$0\" /app || exit 99\n\
         cd /app; for file in .profile.d/*.sh; do [ ! -e \"$file\" ] || . \"$file\"; done\n\
         eval \"$1\" 2>&1";
    let output = Command::new("timeout")
        .args(["60", "unshare", "--mount", "bash", "-c", script])
        .arg(slug)
        .arg(line)
        .env("HOME", "/app")
        .env("SLUGSMITH_LAUNCH_CHECK", "0")
        .output()
        .ok()?;
    if matches!(output.status.code(), Some(99 | 125..=127)) && output.stdout.is_empty() {
        return None;
    }
    // The shell names the script that it runs by the slug's folder, which is another each time.
    let said = String::from_utf8_lossy(&output.stdout);
    let said = said.replace(&slug.display().to_string(), "/app");
    let first = said.lines().next().unwrap_or_default();
    Some(format!("{}: {first}", output.status))
}

/// Whether every cache was a hit.
fn is_hit(log: &str) -> bool {
    let missed = [": MISS, ", ": PARTIAL, "];
    log.contains(": HIT, ") && !missed.iter().any(|word| log.contains(word))
}

#[derive(Default)]
struct Totals {
    changes: usize,
    hits: usize,
    misses: usize,
    starts: usize,
    wrong: Vec<String>,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.hits += other.hits;
        self.misses += other.misses;
        self.starts += other.starts;
        self.wrong.extend(other.wrong);
    }
}

#[expect(
    clippy::print_stdout,
    reason = "a shape takes a minute: it is told when it is done"
)]
fn of_shape(shape: &Shape) -> Totals {
    let mut totals = Totals::default();
    totals.wrong = differences(shape, &mut totals);
    println!("{}: {} differences", shape.name, totals.wrong.len());
    totals
}

fn differences(shape: &Shape, totals: &mut Totals) -> Vec<String> {
    let lab = Lab::new(shape.tools);
    for (path, text) in shape.files {
        lab.put(path, text);
    }
    for line in shape.prepare {
        lab.run_words(&["sh", "-c", line]);
    }
    let mut wrong = Vec::new();
    let unchanged = |_: &Path| {};
    let first = lab.attempt("saved", &unchanged);
    if !first.is_good {
        return vec![format!("{}: {}", shape.name, first.log)];
    }
    let first_result = Result::of(shape, &first);
    if first_result
        .says
        .as_ref()
        .is_some_and(|says| !says.contains("one"))
    {
        wrong.push(format!(
            "{}: {:?}\n{}",
            shape.name, first_result.says, first.log
        ));
    }
    let second = lab.attempt("saved", &unchanged);
    let result = Result::of(shape, &second);
    if !is_hit(&second.log) || result != first_result {
        let differs = result.differs(&first_result);
        wrong.push(format!(
            "{}: unchanged, {differs}\n{}",
            shape.name, second.log
        ));
    }
    for one in changes(&lab, shape) {
        let what = format!("{}: {} {}", shape.name, one.1, one.0);
        let cache = lab.beside("with");
        if cache.exists() {
            fs_err::remove_dir_all(&cache).unwrap();
        }
        copy(&lab.beside("saved"), &cache);
        let with = lab.attempt("with", &|app: &Path| change(app, &one));
        let clean = lab.attempt("clean", &|app: &Path| change(app, &one));
        fs_err::remove_dir_all(lab.beside("clean")).unwrap();
        totals.changes += 1;
        if with.is_good != clean.is_good {
            wrong.push(format!(
                "{what}: {} with, {} without the cache\n{}{}",
                with.is_good, clean.is_good, with.log, clean.log
            ));
        }
        if !(with.is_good && clean.is_good) {
            continue;
        }
        if is_hit(&with.log) {
            totals.hits += 1;
        } else {
            totals.misses += 1;
        }
        let (with_result, clean_result) = (Result::of(shape, &with), Result::of(shape, &clean));
        totals.starts += usize::from(with_result.says.is_some());
        if with_result != clean_result {
            let differs = with_result.differs(&clean_result);
            wrong.push(format!("{what}: {differs}\n{}", with.log));
        }
    }
    wrong
}

#[test]
#[ignore = "real package managers"]
fn law_for_every_file_of_an_app_a_hit_is_a_clean_build() {
    let only = std::env::var("SLUGSMITH_LAW_ONLY").unwrap_or_default();
    let shapes = shapes::ALL.iter();
    let shapes: Vec<_> = shapes.filter(|one| one.name.contains(&only)).collect();
    // Managers wait for registries and disks more than they work: two rows for each core.
    let rows = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let row = || {
        let mut totals = Totals::default();
        while let Some(shape) = shapes.get(next.fetch_add(1, Ordering::Relaxed)) {
            totals.add(of_shape(shape));
        }
        totals
    };
    let mut totals = Totals::default();
    std::thread::scope(|scope| {
        let rows: Vec<_> = (0..rows).map(|_| scope.spawn(row)).collect();
        for row in rows {
            totals.add(row.join().unwrap());
        }
    });
    let Totals {
        changes,
        hits,
        misses,
        starts,
        wrong,
    } = totals;
    println!(
        "{} shapes with real managers, {changes} changes, {hits} hits, {misses} misses, \
         {starts} pairs started below /app, {} differences",
        shapes.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
