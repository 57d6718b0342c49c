//! Injected faults: a clean app of each ecosystem, one fault each, and its harmless twin.
//!
//! `tests/fixtures/pairs/apps/` holds whole small apps in which the audit finds nothing to
//! warn of. Each `tests/fixtures/pairs/<rule>.pairs` changes them. A pair counts as caught
//! if the rule fires on the bad app and no other rule does, and as silent if the ok app has
//! no error and no warning of any rule. The form, line by line:
//!
//! ```text
//! @pair APP NAME       begins a pair on tests/fixtures/pairs/apps/APP
//! @both                what follows is done to both twins
//! @bad, @ok            what follows is done to one
//! @put PATH            the lines below are the file
//! @add PATH            the lines below go to its end
//! @swap PATH           the lines below are replaced …
//! @with                … by these
//! @del PATH            the file goes
//! @fill PATH SIZE      a file of this many bytes
//! @also RULE           the bad twin breaks this rule, too: its fault has two effects
//! ```

use std::path::{Path, PathBuf};

use slugsmith::audit::{registry, rules};
use slugsmith::finding::{Finding, Severity};

use super::fixtures::{WEIGHED, audit};

/// The aim: of a hundred pairs so many are caught and silent.
const PAIRS: usize = 150;

struct Pair {
    rule: String,
    app: String,
    name: String,
    bad: Vec<Edit>,
    ok: Vec<Edit>,
    also: Vec<String>,
}

#[derive(Clone)]
enum Edit {
    Put(String, String),
    Add(String, String),
    Swap(String, String, String),
    Delete(String),
    Fill(String, usize),
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pairs")
}

fn pairs() -> Vec<Pair> {
    let mut files: Vec<_> = fs_err::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pairs"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| parse(path)).collect()
}

/// Whether a rule has pairs: a bad app and its ok twin.
pub(crate) fn has(rule: &str) -> bool {
    folder().join(format!("{rule}.pairs")).is_file()
}

/// The bad apps of one rule.
pub(crate) fn bad_apps_of(rule: &str) -> Vec<tempfile::TempDir> {
    let pairs = parse(&folder().join(format!("{rule}.pairs")));
    pairs
        .iter()
        .map(|pair| build(&pair.app, &pair.bad))
        .collect()
}

/// The bad twin of every pair, with the pair's rule and name.
pub(crate) fn bad_twins() -> impl Iterator<Item = (String, String, tempfile::TempDir)> {
    pairs().into_iter().map(|pair| {
        let name = format!("{} {}", pair.app, pair.name);
        (pair.rule, name, build(&pair.app, &pair.bad))
    })
}

/// One bad app of each rule.
pub(crate) fn bad_apps() -> Vec<tempfile::TempDir> {
    let mut pairs = pairs();
    pairs.dedup_by(|a, b| a.rule == b.rule);
    pairs
        .iter()
        .map(|pair| build(&pair.app, &pair.bad))
        .collect()
}

/// The bad app of every pair.
pub(crate) fn bad_apps_of_all() -> Vec<tempfile::TempDir> {
    let pairs = pairs();
    pairs
        .iter()
        .map(|pair| build(&pair.app, &pair.bad))
        .collect()
}

fn parse(path: &Path) -> Vec<Pair> {
    let rule = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let text = fs_err::read_to_string(path).unwrap();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut side = "@both";
    let mut lines = text.lines().peekable();
    let is_mark = |line: &str| {
        let first = line.split(' ').next().unwrap_or_default();
        matches!(
            first,
            "@pair"
                | "@both"
                | "@bad"
                | "@ok"
                | "@put"
                | "@add"
                | "@swap"
                | "@with"
                | "@del"
                | "@fill"
                | "@also"
        )
    };
    while let Some(line) = lines.next() {
        let mut words = line.split(' ');
        let mark = words.next().unwrap();
        let operand = words.next().unwrap_or_default().to_owned();
        let mut body = || {
            let mut body = String::new();
            while let Some(line) = lines.next_if(|line| !is_mark(line)) {
                body.push_str(line);
                body.push('\n');
            }
            body
        };
        let edit = match mark {
            "@pair" => {
                pairs.push(Pair {
                    rule: rule.clone(),
                    app: operand,
                    name: words.collect::<Vec<_>>().join(" "),
                    bad: Vec::new(),
                    ok: Vec::new(),
                    also: Vec::new(),
                });
                side = "@both";
                continue;
            }
            "@both" | "@bad" | "@ok" => {
                side = match mark {
                    "@bad" => "@bad",
                    "@ok" => "@ok",
                    _ => "@both",
                };
                continue;
            }
            "@also" => {
                pairs.last_mut().expect("@pair first").also.push(operand);
                continue;
            }
            "@put" => Edit::Put(operand, body()),
            "@add" => Edit::Add(operand, body()),
            "@swap" => {
                let old = body();
                assert_eq!(
                    lines.next(),
                    Some("@with"),
                    "{}: @swap {operand}",
                    path.display()
                );
                let mut new = String::new();
                while let Some(line) = lines.next_if(|line| !is_mark(line)) {
                    new.push_str(line);
                    new.push('\n');
                }
                Edit::Swap(operand, old, new)
            }
            "@del" => Edit::Delete(operand),
            "@fill" => Edit::Fill(operand, words.next().unwrap().parse().unwrap()),
            "" => continue,
            other => panic!("{}: {other}", path.display()),
        };
        let pair = pairs.last_mut().expect("@pair first");
        if side != "@ok" {
            pair.bad.push(edit.clone());
        }
        if side != "@bad" {
            pair.ok.push(edit);
        }
    }
    pairs
}

fn build(app: &str, edits: &[Edit]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    copy(&folder().join("apps").join(app), root.path());
    for edit in edits {
        match edit {
            Edit::Put(path, text) => write(root.path(), path, text),
            Edit::Add(path, text) => {
                let old = fs_err::read_to_string(root.path().join(path)).unwrap_or_default();
                write(root.path(), path, &(old + text));
            }
            Edit::Swap(path, old, new) => {
                let text = fs_err::read_to_string(root.path().join(path)).unwrap();
                let (old, new) = (old.trim_matches('\n'), new.trim_matches('\n'));
                assert!(text.contains(old), "{app}/{path} has no {old:?}");
                write(root.path(), path, &text.replacen(old, new, 1));
            }
            Edit::Delete(path) => fs_err::remove_file(root.path().join(path)).unwrap(),
            Edit::Fill(path, size) => write(root.path(), path, &"x".repeat(*size)),
        }
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(file, text).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs_err::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), &target).unwrap();
        }
    }
}

fn shown(finding: &Finding) -> String {
    let location = finding.location.as_ref().map(ToString::to_string);
    format!(
        "{} {} {} {}",
        finding.level.word(),
        finding.rule,
        location.unwrap_or_default(),
        finding.message
    )
}

/// Edits add packages to manifests, not to lockfiles, and take old versions where another rule is
/// about them: of those these rules speak in their own pairs.
const OF_EDITS: &[&str] = &["lockfile-disagrees", "framework-end-of-life"];

/// Whether the pair is caught and silent; what went wrong otherwise.
fn judge(pair: &Pair) -> Result<(), String> {
    let name = format!("{} {} {}", pair.rule, pair.app, pair.name);
    let bad = audit(build(&pair.app, &pair.bad).path()).findings;
    let ok = audit(build(&pair.app, &pair.ok).path()).findings;
    if !bad.iter().any(|finding| finding.rule == pair.rule) {
        return Err(format!(
            "{name}: not caught; {:?}",
            bad.iter().map(shown).collect::<Vec<_>>()
        ));
    }
    let others: Vec<_> = bad
        .iter()
        .filter(|finding| finding.rule != pair.rule && finding.level > Severity::Info)
        .filter(|finding| !OF_EDITS.contains(&finding.rule))
        .filter(|finding| !pair.also.iter().any(|rule| rule == finding.rule))
        .map(shown)
        .collect();
    if !others.is_empty() {
        return Err(format!("{name}: one fault, and also {others:?}"));
    }
    let loud: Vec<_> = ok
        .iter()
        .filter(|finding| finding.rule == pair.rule || finding.level > Severity::Info)
        .filter(|finding| finding.rule == pair.rule || !OF_EDITS.contains(&finding.rule))
        .map(shown)
        .collect();
    if !loud.is_empty() {
        return Err(format!("{name}: the ok twin is not silent: {loud:?}"));
    }
    Ok(())
}

#[test]
fn injected_faults_are_caught_and_twins_are_silent() {
    let pairs = pairs();
    // Plain threads: a worker of rayon that waits for an audit's own parallel part would begin
    // another audit on the same stack, and another.
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let part = pairs.len().div_ceil(threads);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = pairs
            .chunks(part)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .filter_map(|pair| judge(pair).err())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    });
    let good = pairs.len() - wrong.len();
    #[allow(clippy::print_stdout)] // the figure is the point
    {
        println!("{good} of {} pairs caught and silent", pairs.len());
    }
    for wrong in &wrong {
        #[allow(clippy::print_stdout)]
        {
            println!("{wrong}");
        }
    }
    assert!(pairs.len() >= PAIRS, "{} pairs", pairs.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn clean_apps_are_clean() {
    for app in fs_err::read_dir(folder().join("apps")).unwrap() {
        let app = app.unwrap();
        let report = audit(&app.path());
        let loud: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.level > Severity::Info)
            .map(shown)
            .collect();
        assert!(loud.is_empty(), "{}: {loud:?}", app.path().display());
    }
}

#[test]
fn every_rule_has_a_pair() {
    let pairs = pairs();
    for rule in rules::RULES
        .iter()
        .filter(|rule| rule.group != registry::Group::Audit && rule.id != WEIGHED)
    {
        assert!(
            pairs.iter().any(|pair| pair.rule == rule.id),
            "{} has no pair",
            rule.id
        );
    }
    for pair in &pairs {
        assert!(rules::find(&pair.rule).is_some(), "{}", pair.rule);
    }
}
