//! What `launch-check` says at the start of a process: on standard error, line by line.

use std::fmt::Write as _;
use std::io::Write as _;

use slugsmith_stack::expected::{Difference, Expected, Read};

/// How many names one line lists.
const NAMED: usize = 10;

/// Nobody is told when the stream is gone: the app's start is more important.
fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The prediction could not be read.
pub fn unreadable(reason: &str) {
    err(&format!(
        "slugsmith: no prediction to compare with: {reason}\n"
    ));
}

/// The result of a comparison.
pub fn compared(expected: &Expected, process: &str, differences: &[Difference]) {
    err(&comparison(expected, process, differences));
}

fn comparison(expected: &Expected, process: &str, differences: &[Difference]) -> String {
    let count = expected.count(process);
    let process = if process.is_empty() {
        "this command"
    } else {
        process
    };
    if differences.is_empty() {
        return format!("slugsmith: {process}: {count} variables are as the build predicted\n");
    }
    let mut text = format!(
        "slugsmith: {process}: {} of {count} variables are not as the build predicted\n",
        differences.len()
    );
    for one in differences {
        let real = one.real.as_ref().map_or_else(
            || "not set".to_owned(),
            |real| format!("`{}`", one_line(real)),
        );
        let _ = writeln!(
            text,
            "  {} is {real}, predicted `{}`",
            one.name,
            one_line(&one.predicted)
        );
    }
    if !expected.programs.is_empty() {
        let programs = expected.programs.join(", ");
        let _ = writeln!(text, "  These may have set them: {programs}");
    }
    text
}

fn one_line(value: &str) -> String {
    value.replace('\n', "\\n")
}

/// Required variables are missing: the process does not start. Only Heroku sets DYNO
/// (devcenter.heroku.com/articles/dynos), so `is_dyno` says whose command sets a variable.
pub fn refused(missing: &[&str], is_dyno: bool) {
    let set = if is_dyno {
        "heroku config:set"
    } else {
        "in the environment of the process"
    };
    err(&format!(
        "slugsmith: this process does not start without {}, required in project.toml ([com.slugsmith.launch]).\n  \
         Set it: {set} {}\n",
        missing.join(", "),
        missing
            .iter()
            .map(|name| format!("{name}=…"))
            .collect::<Vec<_>>()
            .join(" ")
    ));
}

/// Variables that code reads and nobody sets.
pub fn unset(reads: &[&Read]) {
    if reads.is_empty() {
        return;
    }
    let mut names: Vec<String> = reads
        .iter()
        .take(NAMED)
        .map(|read| format!("{} ({})", read.name, read.place))
        .collect();
    if let Some(more) = reads.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    let names = names.join(", ");
    err(&format!(
        "slugsmith: not set, but read by the app without a default: {names}\n"
    ));
}
