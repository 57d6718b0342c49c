//! Does the system start a file that is there: its mode, and the interpreter of its first line.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Started, Trouble};
use slugsmith_facts::command::Command;
use slugsmith_facts::{bash, beneath};
use slugsmith_finding::Severity;

/// Of the first line the kernel reads so much.
const FIRST_LINE: u64 = 256;

impl Started<'_, '_> {
    /// Why a program of the app that a command names by its path does not start.
    pub(super) fn not_runnable(&self, one: &Command, name: &str) -> Option<Trouble> {
        if !self.is_built() || !name.contains('/') {
            return None;
        }
        let root = &self.files.0;
        let inside = match Path::new(name).strip_prefix(root) {
            Ok(inside) => inside.to_str()?.to_owned(),
            Err(_) => one.in_app(name)?,
        };
        let path = root.join(&inside);
        let data = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        if data.permissions().mode() & 0o111 == 0 && !self.changes_modes() {
            let message = format!("`{}` starts {name}, which is not executable.", one.text);
            let help = format!("git update-index --chmod=+x {inside}");
            return Some(Trouble::new(Severity::Error, message, help));
        }
        let mut line = Vec::new();
        let file = beneath::open(&path).ok()?;
        file.take(FIRST_LINE).read_to_end(&mut line).ok()?;
        let line = line.split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?.strip_prefix("#!")?;
        if line.ends_with('\r') {
            let message = format!(
                "`{}` starts {name}, whose lines end with CR LF: no program is named `{}\\r`.",
                one.text,
                line.trim()
            );
            let help = format!("Write it with LF alone; in .gitattributes: {inside} text eol=lf");
            return Some(Trouble::new(Severity::Error, message, help));
        }
        self.interpreter(one, name, line)
    }

    /// `#!/usr/bin/env NAME` of a program that no folder of PATH has.
    fn interpreter(&self, one: &Command, name: &str, line: &str) -> Option<Trouble> {
        let mut words = line.split_whitespace();
        let finder = words.next()?;
        let wanted = words.next()?;
        let plain = matches!(finder, "/usr/bin/env" | "/bin/env")
            && words.next().is_none()
            && !wanted.starts_with('-')
            && !wanted.contains(['=', '/'])
            && !bash::is_builtin(wanted);
        let trouble = plain.then(|| self.program(one, wanted)).flatten()?;
        let message = trouble
            .message
            .split_once(", so `")
            .map_or(trouble.message.as_str(), |(first, _)| first);
        let message = format!("the first line of {name} names `{wanted}`: {message}.");
        Some(Trouble { message, ..trouble })
    }

    /// A script at start, or a command before, may make files executable.
    fn changes_modes(&self) -> bool {
        let names = |text: &str| text.contains("chmod");
        let root = &self.files.0;
        let scripts = root.join(".profile.d").read_dir().into_iter().flatten();
        let mut scripts: Vec<_> = scripts.flatten().map(|entry| entry.path()).collect();
        scripts.push(root.join(".profile"));
        self.process
            .command
            .iter()
            .chain(&self.process.args)
            .any(|word| names(word))
            || scripts
                .iter()
                .filter_map(|path| beneath::read(path).ok())
                .any(|text| names(&String::from_utf8_lossy(&text)))
    }
}
