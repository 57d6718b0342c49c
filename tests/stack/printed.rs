//! What a person reads: the printed text of each stack that has a finding, a snapshot for each one that a test makes.
//!
//! `INSTA_UPDATE=always cargo test --test stack` writes them anew. Read the difference as somebody who sees the
//! message for the first time: is it true, is it plain, does the fix work when it is copied?

use std::cell::RefCell;
use std::path::Path;

use slugsmith::config::LogLevel;
use slugsmith::facts::excerpt;
use slugsmith::finding::Finding;
use slugsmith::print;
use slugsmith::print::line::{Line, Skin};
use slugsmith::stack::StackReport;
use tempfile::TempDir;

thread_local! {
    /// What the test of this thread has compared.
    static REVIEWED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A folder for a stack. Not where TMPDIR says: messages cut values by their length, that of the folder's name
/// included.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in("/tmp").unwrap()
}

/// Compares what is printed of these findings about a stack in `folder` with what was reviewed.
#[expect(
    clippy::print_stderr,
    reason = "a test that is run in another way says so"
)]
pub(crate) fn review(folder: &Path, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    let thread = std::thread::current();
    // The name of its test; with a single thread for all tests there is none.
    let Some(test) = thread.name().filter(|name| *name != "main") else {
        eprintln!("printed texts are compared where each test has a thread of its own");
        return;
    };
    let text = printed(folder, findings);
    let number = REVIEWED.with_borrow_mut(|reviewed| {
        let is_new = !reviewed.contains(&text);
        reviewed.extend(is_new.then(|| text.clone()));
        is_new.then_some(reviewed.len())
    });
    let test = test.replace("::", "__");
    let name = match number {
        None => return,
        Some(1) => test,
        Some(more) => format!("{test}-{more}"),
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/printed");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Lines as a terminal without colours shows them.
pub(crate) fn text<'l>(lines: impl IntoIterator<Item = &'l Line>, skin: Skin) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    for line in lines {
        skin.write(&mut out, line).unwrap();
    }
    String::from_utf8(out.into_inner()).unwrap()
}

fn printed(folder: &Path, findings: &[Finding]) -> String {
    let mut findings = findings.to_vec();
    excerpt::attach(&folder.join("app"), findings.iter_mut(), |_| false);
    let report = StackReport {
        findings,
        ..StackReport::default()
    };
    let lines = print::stack::starts(&report, LogLevel::Verbose);
    // The heading is that of one section, these are findings of all.
    let text = text(lines.iter().skip(1), Skin::Bullets);
    let text = text.replace(&folder.display().to_string(), "");
    // A value that was cut within the folder's name, which is another each time.
    let cut = |line: &str| match line.find("/tmp/.tmp") {
        Some(at) => format!("{}<folder>", &line[..at]),
        None => line.to_owned(),
    };
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}
