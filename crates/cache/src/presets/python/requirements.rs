//! What does a requirements.txt ask for, and is all of it pinned?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::local::Local;
use crate::inputs::{Inputs, read_regular};
use crate::secrets;
use slugsmith_ecosystems::python::requirements;

/// What a requirements file and those that it includes say.
pub(super) struct Requirements {
    /// The files, relative to the place.
    files: Vec<String>,
    pub locals: Vec<Local>,
    /// Folders of the app with archives to choose from.
    pub folders: Vec<PathBuf>,
    /// Whether some line lets another version in tomorrow.
    pub unpinned: bool,
}

impl Requirements {
    pub(super) fn read(root: &Path, file: &str) -> Self {
        let mut found = Self {
            files: Vec::new(),
            locals: Vec::new(),
            folders: Vec::new(),
            unpinned: false,
        };
        let mut seen = BTreeSet::new();
        let mut pending = vec![PathBuf::from(file)];
        while let Some(path) = pending.pop() {
            let Some(name) = path.to_str().map(str::to_owned) else {
                continue;
            };
            if !seen.insert(name.clone()) || seen.len() > 100 {
                continue;
            }
            let text = read_regular(&root.join(&path)).unwrap_or_default();
            let folder = path.parent().unwrap_or(Path::new(""));
            for line in requirements::lines(&String::from_utf8_lossy(&text)) {
                match requirement(&line.text, |path| root.join(path).exists()) {
                    Requirement::None | Requirement::Pinned => {}
                    // Beside the file that names it, else where pip runs (pip's documentation,
                    // "--find-links").
                    Requirement::Links(path) => {
                        let both = [folder.join(&path), PathBuf::from(path)];
                        found.folders.extend(both);
                    }
                    Requirement::Include(other) => pending.push(folder.join(other)),
                    Requirement::Local(other, editable) => {
                        // Its own dependencies are written in no lockfile.
                        found.unpinned = true;
                        found.locals.push(Local {
                            // pip resolves them against where it runs, not where they stand.
                            path: other,
                            editable,
                        });
                    }
                    Requirement::Open => found.unpinned = true,
                }
            }
            found.files.push(name);
        }
        found
    }

    /// Adds the files without comments, blank lines and credentials of indexes. Gives these texts.
    pub(super) fn add(&self, inputs: &mut Inputs, root: &Path) -> Vec<String> {
        let mut texts = Vec::new();
        for file in &self.files {
            let Ok(text) = read_regular(&root.join(file)) else {
                inputs.file(root, file);
                continue;
            };
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<_> = text
                .lines()
                .map(|line| line.split(" #").next().unwrap_or_default().trim())
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(secrets::without_credentials)
                .collect();
            let text = lines.join("\n");
            inputs.digest(file, text.as_bytes());
            texts.push(text);
        }
        texts
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Requirement {
    None,
    Include(String),
    /// `--find-links` of a folder of the app.
    Links(String),
    /// Its folder, and whether it is only linked to.
    Local(String, bool),
    Pinned,
    Open,
}

fn requirement(line: &str, is_there: impl Fn(&str) -> bool) -> Requirement {
    let line = line.split(" #").next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with('#') {
        return Requirement::None;
    }
    for flag in ["-r", "--requirement", "-c", "--constraint"] {
        if let Some(rest) = line.strip_prefix(flag)
            && let Some(path) = rest
                .strip_prefix([' ', '='])
                .or((flag.len() == 2).then_some(rest))
        {
            let path = path.trim();
            return if path.contains("://") {
                // Nobody knows what it will say tomorrow.
                Requirement::Open
            } else {
                Requirement::Include(path.to_owned())
            };
        }
    }
    for flag in ["-f", "--find-links"] {
        if let Some(rest) = line.strip_prefix(flag)
            && let Some(path) = rest.strip_prefix([' ', '='])
        {
            let path = path
                .trim()
                .trim_start_matches("file:")
                .trim_matches(['"', '\'']);
            return if path.contains("://") {
                Requirement::None
            } else {
                Requirement::Links(path.to_owned())
            };
        }
    }
    let editable = ["-e ", "-e=", "--editable ", "--editable="];
    let editable = editable.iter().find_map(|flag| line.strip_prefix(flag));
    let target = editable.unwrap_or(line).trim();
    // `name @ file:./path` (PEP 508).
    let by_url = target.split_once('@').map(|(_, url)| url.trim());
    let target = by_url
        .filter(|url| url.starts_with("file:"))
        .unwrap_or(target);
    let path = target.split(['[', ';']).next().unwrap_or_default().trim();
    // pip takes a name with a slash, or of an archive, for a path where there is such a file.
    let is_path = (path.contains('/')
        || [".whl", ".gz", ".zip"]
            .iter()
            .any(|end| path.ends_with(end)))
        && !path.contains("://")
        && is_there(path);
    if is_path || target.starts_with('.') || target.starts_with('/') || target.starts_with("file:")
    {
        let path = path.trim_start_matches("file:").trim();
        return Requirement::Local(path.to_owned(), editable.is_some());
    }
    if editable.is_none() && line.starts_with('-') {
        return Requirement::None;
    }
    let spec = line.split(';').next().unwrap_or_default();
    let exact = spec.contains("==") && !spec.contains('*');
    // A commit is a pin, a branch is not.
    let commit = target.rsplit('@').next().is_some_and(|end| {
        let end = end.split('#').next().unwrap_or_default();
        end.len() == 40 && end.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if exact || commit || spec.contains("#sha256=") {
        Requirement::Pinned
    } else {
        Requirement::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_requirements_are_told_apart() {
        let there = |path: &str| path == "wheels/a.whl";
        let read = |line| requirement(line, there);
        let open = [
            "flask",
            "flask>=2",
            "flask==2.*",
            "git+https://h/r@main#egg=r",
        ];
        let pinned = [
            "flask==2.0.1",
            "flask[async]==2.0.1 ; python_version > '3'",
            "git+https://h/r@0123456789012345678901234567890123456789#egg=r",
        ];
        assert!(
            open.iter()
                .all(|line| requirement(line, there) == Requirement::Open)
        );
        assert!(
            pinned
                .iter()
                .all(|line| requirement(line, there) == Requirement::Pinned)
        );
        assert_eq!(
            read("-r base.txt"),
            Requirement::Include("base.txt".to_owned())
        );
        assert_eq!(
            read("-cbase.txt"),
            Requirement::Include("base.txt".to_owned())
        );
        assert_eq!(
            read("-e ./lib[x]"),
            Requirement::Local("./lib".to_owned(), true)
        );
        assert_eq!(
            read("./lib ; python_version > '3'"),
            Requirement::Local("./lib".to_owned(), false)
        );
        assert_eq!(
            read("wheels/a.whl"),
            Requirement::Local("wheels/a.whl".to_owned(), false)
        );
        assert_eq!(
            read("a @ file:./lib"),
            Requirement::Local("./lib".to_owned(), false)
        );
        assert_eq!(
            read("--find-links=./wheels"),
            Requirement::Links("./wheels".to_owned())
        );
        assert_eq!(read("-r https://x/r.txt"), Requirement::Open);
        assert_eq!(read("--index-url https://x"), Requirement::None);
        assert_eq!(read("  # note"), Requirement::None);
    }

    #[test]
    fn comments_and_credentials_are_no_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = |text: &str| {
            fs_err::write(folder.path().join("requirements.txt"), text).unwrap();
            let mut inputs = Inputs::default();
            let found = Requirements::read(folder.path(), "requirements.txt");
            found.add(&mut inputs, folder.path());
            inputs
        };
        let first = inputs("--index-url https://u:one@h/simple\nidna==3.7\n");
        let second = inputs("# ours\n--index-url https://u:two@h/simple\n\nidna==3.7 # pin\n");
        assert_eq!(first, second);
        assert_ne!(
            first,
            inputs("--index-url https://u:one@g/simple\nidna==3.7\n")
        );
    }
}
