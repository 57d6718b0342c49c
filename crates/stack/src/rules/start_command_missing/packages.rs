//! Is a package of Node that a command names installed?

use super::Started;
use slugsmith_facts::command::Command;

impl Started<'_, '_> {
    /// A package that Node loads first, from `node_modules` of the folder or one above it.
    pub(in super::super) fn package(&self, one: &Command, wanted: &str) -> Option<String> {
        let mut parts = wanted.split('/');
        let first = parts.next()?;
        let name = match first.strip_prefix('@') {
            Some(_) => format!("{first}/{}", parts.next()?),
            None => first.to_owned(),
        };
        let mut folder = one.folder.as_deref()?;
        let mut seen = false;
        if name.contains(':') || one.environment.iter().any(|(name, _)| name == "NODE_PATH") {
            return None;
        }
        loop {
            let base = if folder.is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            };
            if self.has(&format!("{base}node_modules/{name}")) {
                return None;
            }
            // A link into a layer that is not here says nothing.
            let installed = self.files.0.join(format!("{base}node_modules"));
            if installed.symlink_metadata().is_ok() && !installed.is_dir() {
                return None;
            }
            seen |= installed.is_dir();
            match folder.rsplit_once('/') {
                Some((above, _)) => folder = above,
                None if folder.is_empty() => break,
                None => folder = "",
            }
        }
        let elsewhere = self.model.process(&self.process.kind).is_set("NODE_PATH");
        (seen && !elsewhere).then(|| {
            format!(
                "`{}` loads the package {name}, which is not installed.",
                one.text
            )
        })
    }
}
