//! Package managers that start a program and bring nothing: what they lack is missing.

use super::{Started, Trouble};
use slugsmith_ecosystems::{python, ruby};
use slugsmith_facts::command::{Command, Files, is_open, join};
use slugsmith_finding::Severity;

const GEMFILES: &[&str] = &[ruby::GEMFILE, ruby::GEMS];

impl Started<'_, '_> {
    /// Why the package manager in front of a command ends before it starts anything.
    pub(super) fn not_brought(&self, one: &Command, name: &str) -> Option<Trouble> {
        if !one.wrappers.iter().any(|wrapper| wrapper == name) {
            return None;
        }
        match name.rsplit('/').next()? {
            "bundle" => self.no_gemfile(one),
            "npx" | "npm" | "pnpm" => self.not_installed(one),
            _ => None,
        }
    }

    /// Bundler looks for its file in the folder and all above it, or where a variable says.
    fn no_gemfile(&self, one: &Command) -> Option<Trouble> {
        let process = self.model.process(&self.process.kind);
        let configured = self.has(".bundle/config");
        if configured || one.text.contains("--gemfile") || process.is_set("BUNDLE_GEMFILE") {
            return None;
        }
        let named = one
            .environment
            .iter()
            .rfind(|(name, _)| name == "BUNDLE_GEMFILE");
        let message = if let Some((_, path)) = named {
            let inside = self.in_app(one, path)?;
            let text = format!("`{}` needs {path}, which does not exist.", one.text);
            (!self.has(&inside)).then_some(text)
        } else {
            let folder = one.folder.as_deref()?;
            let has = |folder: String| {
                GEMFILES
                    .iter()
                    .any(|name| self.has(&format!("{folder}{name}")))
            };
            let text = format!("`{}` needs a Gemfile, and there is none.", one.text);
            (!above(folder).any(has)).then_some(text)
        };
        let help = "Commit the Gemfile, or start the program without `bundle exec`.";
        Some(Trouble::new(Severity::Error, message?, help))
    }

    /// `npx --no-install x` and `pnpm exec x` download nothing.
    fn not_installed(&self, one: &Command) -> Option<Trouble> {
        let mut words = one.text.split_whitespace();
        let manager = words.find(|word| matches!(*word, "npx" | "npm" | "pnpm"))?;
        let own: Vec<&str> = words
            .skip_while(|word| *word == "exec")
            .take_while(|word| word.starts_with('-') && *word != "--")
            .collect();
        // With options that say where or what, nobody looks in the folder alone.
        let brings_nothing = match manager {
            "pnpm" => own.is_empty() && one.text.contains("pnpm exec "),
            _ => own
                .iter()
                .any(|word| matches!(*word, "--no-install" | "--no")),
        };
        let name = one.words.first()?;
        let plain = !name.contains(['/', '@', ' ']) && !is_open(name);
        if !brings_nothing
            || !plain
            || self.may_have_program(one, name)
            || self.is_open_path()
            || self.on_path(name)
        {
            return None;
        }
        let message = format!(
            "`{}` starts {name}, which no package in node_modules brings.",
            one.text
        );
        let help = "Correct the command, or add the package to `dependencies`.".to_owned();
        Some(Trouble::of_installer(Severity::Error, message, help))
    }

    /// Whether a `node_modules/.bin` of the folder or one above it has a program, or may have it unseen.
    pub(super) fn may_have_program(&self, one: &Command, name: &str) -> bool {
        let Some(folder) = one.folder.as_deref() else {
            return true;
        };
        let mut is_seen = false;
        for folder in above(folder) {
            let modules = self.files.0.join(format!("{folder}node_modules"));
            let is_hidden = modules.symlink_metadata().is_ok() && !modules.is_dir();
            if is_hidden || modules.join(".bin").join(name).symlink_metadata().is_ok() {
                return true;
            }
            // Yarn's Plug'n'Play has no such folder.
            if [".pnp.cjs", ".pnp.js"]
                .iter()
                .any(|file| self.has(&format!("{folder}{file}")))
            {
                return true;
            }
            is_seen |= modules.is_dir();
        }
        !is_seen
    }

    /// A name that a server takes out of a module of the app, whose text does not have it.
    pub(super) fn lacks_object(&self, one: &Command, module: &str, name: &str) -> Option<String> {
        let base = super::python::module_folder(one)?;
        let path = join(Some(&base), &module.replace('.', "/"))?;
        if [".py", ""]
            .iter()
            .any(|ending| self.has(&format!("{path}/{name}{ending}")))
        {
            return None;
        }
        let text = python::modules::files(&path)
            .iter()
            .find_map(|path| self.files.text(path))?;
        // Names that a module gets without being written.
        let computes = [
            "import *",
            "globals(",
            "vars(",
            "locals(",
            "setattr(",
            "exec(",
            "__getattr__",
            "__dict__",
            "sys.modules",
        ];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let names = text.split(|c| !is_word(c)).any(|word| word == name);
        let open = names || computes.iter().any(|one| text.contains(one));
        (!open).then(|| {
            format!(
                "`{}` needs `{name}` in the module {module}, which does not have it.",
                one.text
            )
        })
    }
}

/// A folder and those above it up to the app's root, each as the beginning of a path.
fn above(folder: &str) -> impl Iterator<Item = String> {
    let mut next = Some(folder.to_owned());
    std::iter::from_fn(move || {
        let now = next.take()?;
        next = match now.rsplit_once('/') {
            Some((parent, _)) => Some(parent.to_owned()),
            None => (!now.is_empty()).then(String::new),
        };
        Some(if now.is_empty() {
            now
        } else {
            format!("{now}/")
        })
    })
}
