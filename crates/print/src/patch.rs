//! Two texts as a unified diff, as `git apply` and `patch -p1` take it.

use std::fmt::Write as _;

use slugsmith_audit::fix_plan::Edit;
use slugsmith_facts::secrets::{in_command, is_secret_name};

use super::safe;

/// Lines around a change.
const CONTEXT: usize = 3;
/// Files with more lines than this are shown as one change: the comparison is quadratic.
const MOST: usize = 4_000;

/// Whether a patch may show secrets, which stand in the lines that it changes and around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    LeftOut,
    Shown,
}

/// All edits as one patch, each file's rules in a line before it. A patch with a mask in it would
/// not apply, so one whose lines hold a secret is left out as a whole, and so is one with letters
/// that steer a terminal.
#[must_use]
pub fn patch(edits: &[Edit], secrets: Secrets) -> String {
    let mut out = String::new();
    for edit in edits {
        let _ = writeln!(out, "# {}: {}", edit.path, edit.rules.join(", "));
        let one = unified(edit.path, edit.before.as_deref(), &edit.after);
        let holds = |secret: &String| one.contains(secret.as_str());
        let is_fit = !edit.secrets.iter().any(holds) && one.lines().all(is_plain);
        if secrets == Secrets::Shown || is_fit && !sets_secret(&one) {
            out.push_str(&one);
        } else {
            out.push_str(LEFT_OUT);
        }
    }
    out
}

const LEFT_OUT: &str = "# Left out, as its lines hold a secret or hidden letters: --show-secrets prints it as it is.\n";

/// Whether a line hides nothing and has no secret in it.
fn is_plain(line: &str) -> bool {
    let line = line.strip_suffix('\r').unwrap_or(line);
    safe::line(line) == line && in_command(line) == line
}

/// `name = "API_TOKEN"` and `value = "…"`, as project.toml has variables of a build.
fn sets_secret(patch: &str) -> bool {
    let words = |line: &str| {
        let (key, value) = line.get(1..)?.split_once('=')?;
        Some((
            key.trim().to_owned(),
            value.trim().trim_matches(['"', '\'']).to_owned(),
        ))
    };
    let pairs: Vec<_> = patch.lines().filter_map(words).collect();
    let has_name = pairs
        .iter()
        .any(|(key, value)| key == "name" && is_secret_name(value));
    has_name && pairs.iter().any(|(key, _)| key == "value")
}

/// One file as a unified diff; empty if nothing changes.
#[must_use]
pub fn unified(path: &str, before: Option<&str>, after: &str) -> String {
    let old: Vec<&str> = before
        .map(|text| text.split_inclusive('\n').collect())
        .unwrap_or_default();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let steps = steps(&old, &new);
    let from = if before.is_some() {
        format!("a/{path}")
    } else {
        "/dev/null".to_owned()
    };
    let mut out = format!("--- {from}\n+++ b/{path}\n");
    let mut any = false;
    for hunk in hunks(&steps) {
        any = true;
        write_hunk(&mut out, &steps[hunk.clone()], &steps[..hunk.start]);
    }
    if any { out } else { String::new() }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step<'t> {
    Keep(&'t str),
    Remove(&'t str),
    Add(&'t str),
}

/// The shortest way from one text to the other, by the longest common subsequence of what
/// stands between equal ends.
fn steps<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Step<'t>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (
        &old_rest[..old_rest.len() - tail],
        &new_rest[..new_rest.len() - tail],
    );
    let mut out: Vec<_> = old[..head].iter().map(|line| Step::Keep(line)).collect();
    if a.len() > MOST || b.len() > MOST {
        out.extend(a.iter().map(|line| Step::Remove(line)));
        out.extend(b.iter().map(|line| Step::Add(line)));
    } else {
        middle(a, b, &mut out);
    }
    out.extend(
        old_rest[old_rest.len() - tail..]
            .iter()
            .map(|line| Step::Keep(line)),
    );
    out
}

fn middle<'t>(a: &[&'t str], b: &[&'t str], out: &mut Vec<Step<'t>>) {
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for at in (0..a.len()).rev() {
        for to in (0..b.len()).rev() {
            common[at * width + to] = if a[at] == b[to] {
                common[(at + 1) * width + to + 1] + 1
            } else {
                common[(at + 1) * width + to].max(common[at * width + to + 1])
            };
        }
    }
    let (mut at, mut to) = (0, 0);
    while at < a.len() || to < b.len() {
        if at < a.len() && to < b.len() && a[at] == b[to] {
            out.push(Step::Keep(a[at]));
            (at, to) = (at + 1, to + 1);
        } else if at < a.len()
            && (to == b.len() || common[(at + 1) * width + to] >= common[at * width + to + 1])
        {
            out.push(Step::Remove(a[at]));
            at += 1;
        } else {
            out.push(Step::Add(b[to]));
            to += 1;
        }
    }
}

/// Ranges of steps that are shown together.
fn hunks(steps: &[Step<'_>]) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if matches!(step, Step::Keep(_)) {
            continue;
        }
        let range = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(steps.len());
        match found.last_mut() {
            Some(last) if last.end >= range.start => last.end = range.end,
            _ => found.push(range),
        }
    }
    found
}

fn write_hunk(out: &mut String, steps: &[Step<'_>], before: &[Step<'_>]) {
    let old = |steps: &[Step<'_>]| {
        steps
            .iter()
            .filter(|step| !matches!(step, Step::Add(_)))
            .count()
    };
    let new = |steps: &[Step<'_>]| {
        steps
            .iter()
            .filter(|step| !matches!(step, Step::Remove(_)))
            .count()
    };
    // A side without lines is counted from the line before it.
    let start = |count: usize, before: usize| if count == 0 { before } else { before + 1 };
    let _ = writeln!(
        out,
        "@@ -{},{} +{},{} @@",
        start(old(steps), old(before)),
        old(steps),
        start(new(steps), new(before)),
        new(steps)
    );
    for step in steps {
        let (mark, line) = match step {
            Step::Keep(line) => (' ', line),
            Step::Remove(line) => ('-', line),
            Step::Add(line) => ('+', line),
        };
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_surroundings() {
        let text = unified("Procfile", Some("a\nb\nc\nd\ne\n"), "a\nb\nc\nd\nx\ne\n");
        assert_eq!(
            text,
            "--- a/Procfile\n+++ b/Procfile\n@@ -2,4 +2,5 @@\n b\n c\n d\n+x\n e\n"
        );
    }

    #[test]
    fn a_new_file_comes_from_nothing() {
        assert_eq!(
            unified("a", None, "x\n"),
            "--- /dev/null\n+++ b/a\n@@ -0,0 +1,1 @@\n+x\n"
        );
        assert_eq!(
            unified("a", Some("x"), "y\n"),
            "--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+y\n"
        );
        assert_eq!(unified("a", Some("x\n"), "x\n"), "");
    }
}
