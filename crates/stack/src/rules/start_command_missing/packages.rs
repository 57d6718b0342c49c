//! Is a package or module that a command names installed?

use super::Started;
use slugsmith_facts::command::{Command, Files};

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

    /// A module of Python that is the app's own.
    pub(in super::super) fn module(&self, one: &Command, module: &str) -> Option<String> {
        let moves = ["--chdir", "--pythonpath", "--app-dir", "--workdir"];
        let starts_elsewhere = one
            .words
            .iter()
            .any(|word| moves.iter().any(|option| word.starts_with(option)));
        let folder = one.folder.as_deref().filter(|_| !starts_elsewhere)?;
        let set = one.environment.iter().any(|(name, _)| name == "PYTHONPATH");
        if set || self.model.process(&self.process.kind).is_set("PYTHONPATH") {
            return None;
        }
        let base = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let top = module.split('.').next().unwrap_or(module);
        let ours =
            self.has(&format!("{base}{top}")) && self.files.0.join(format!("{base}{top}")).is_dir();
        let path = module.replace('.', "/");
        let exists = [".py", "", ".so", ".pyc"]
            .iter()
            .any(|ending| self.has(&format!("{base}{path}{ending}")))
            || !self
                .files
                .names(&format!("{base}{top}"))
                .iter()
                .any(|name| name.rsplit_once('.').is_some_and(|(_, e)| e == "py"));
        (ours && !exists).then(|| {
            format!(
                "`{}` needs the module {module}, which does not exist.",
                one.text
            )
        })
    }
}
