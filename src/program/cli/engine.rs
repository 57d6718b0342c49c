//! Images that a container engine of this machine holds, and archives that come on standard
//! input: for `slugsmith inspect`, which reads files.

use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

use crate::error::{Problem, Result, io as failed};
use crate::program::problems::NO_SUCH_PATH;

/// Engines with the same words, in the order in which they are asked.
const ENGINES: &[&str] = &["docker", "podman", "nerdctl"];

/// What to read: a path of the user's, or an archive that goes when it was read.
pub(super) enum Found {
    Path(PathBuf),
    Saved {
        archive: NamedTempFile,
        name: String,
    },
}

impl Found {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Path(path) => path,
            Self::Saved { archive, .. } => archive.path(),
        }
    }

    /// What reports call it.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Path(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                name.to_string_lossy().into_owned()
            }
            Self::Saved { name, .. } => name.clone(),
        }
    }
}

/// A path, `-` for an archive on standard input, or the name of an image. A path wins.
pub(super) fn find(asked: &Path) -> Result<Found> {
    if asked == Path::new("-") {
        return standard_input();
    }
    let missing = match super::existing(asked) {
        Ok(path) => return Ok(Found::Path(path)),
        Err(problem) => problem,
    };
    let Some(name) = asked.to_str().and_then(reference) else {
        return Err(missing);
    };
    let mut asked_engines = Vec::new();
    for engine in ENGINES {
        match has(engine, name) {
            None => {}
            Some(false) => asked_engines.push(*engine),
            Some(true) => return saved(engine, name),
        }
    }
    if asked_engines.is_empty() {
        return Err(missing);
    }
    let engines = asked_engines.join(" and ");
    Err(missing.step(format!(
        "{engines} has no image of that name either: `{} images` lists them.",
        asked_engines.first().unwrap_or(&"docker")
    )))
}

/// `shop`, `registry.example.com/shop:1`, also with the transport before it, as other tools write it.
/// Never an option, a path from the root, or a path that names where it begins.
fn reference(text: &str) -> Option<&str> {
    let transports = [
        "docker-daemon:",
        "docker://",
        "podman://",
        "containers-storage:",
    ];
    let plain = transports
        .iter()
        .find_map(|transport| text.strip_prefix(transport))
        .unwrap_or(text);
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let first = plain.chars().next()?;
    (first.is_ascii_alphanumeric() && plain.chars().all(fits)).then_some(plain)
}

/// Whether an engine has an image; `None` where there is no such engine, or it doesn't answer.
fn has(engine: &str, name: &str) -> Option<bool> {
    let asked = quiet(engine, &["image", "inspect", name]).status().ok()?;
    if asked.success() {
        return Some(true);
    }
    let lists = quiet(engine, &["image", "ls", "--quiet"]).status().ok()?;
    lists.success().then_some(false)
}

fn command(engine: &str) -> Command {
    let mut command = Command::new(engine);
    crate::flow::shared::hide_from(&mut command);
    command
}

fn quiet(engine: &str, arguments: &[&str]) -> Command {
    let mut command = command(engine);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The archive of an image of an engine.
fn saved(engine: &str, name: &str) -> Result<Found> {
    let mut archive = temporary()?;
    let doing = format!("{engine} save {name}");
    let problem = |error: &io::Error| failed("running", &doing, error);
    let mut child = command(engine)
        .args(["image", "save", name])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| problem(&error))?;
    let copied = match child.stdout.take() {
        Some(mut output) => io::copy(&mut output, archive.as_file_mut()),
        None => Ok(0),
    };
    let ended = child.wait().map_err(|error| problem(&error))?;
    copied.map_err(|error| failed("writing", archive.path(), &error))?;
    if !ended.success() {
        let saw = format!("{doing}: {ended}");
        return Err(Problem::new(&NO_SUCH_PATH).saw(saw));
    }
    Ok(Found::Saved {
        archive,
        name: name.to_owned(),
    })
}

/// An archive that is piped in: `docker save shop | slugsmith inspect -`, compressed or not.
fn standard_input() -> Result<Found> {
    let mut archive = temporary()?;
    io::copy(&mut io::stdin().lock(), archive.as_file_mut())
        .map_err(|error| failed("reading", "standard input", &error))?;
    let mut magic = Vec::new();
    let file = archive.as_file_mut();
    let looked = file
        .rewind()
        .and_then(|()| file.take(2).read_to_end(&mut magic));
    looked.map_err(|error| failed("reading", "standard input", &error))?;
    if magic.is_empty() {
        let problem = Problem::new(&NO_SUCH_PATH).saw("standard input: empty");
        return Err(problem.step("docker save IMAGE | slugsmith inspect -"));
    }
    Ok(Found::Saved {
        archive,
        name: "standard input".to_owned(),
    })
}

fn temporary() -> Result<NamedTempFile> {
    let made = tempfile::Builder::new()
        .prefix("slugsmith-image-")
        .tempfile();
    made.map_err(|error| failed("creating", std::env::temp_dir(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_are_no_options_and_no_paths() {
        assert_eq!(reference("shop"), Some("shop"));
        assert_eq!(
            reference("docker://r.example.com/a/shop:1"),
            Some("r.example.com/a/shop:1")
        );
        assert_eq!(reference("shop@sha256:ab"), Some("shop@sha256:ab"));
        for no in ["--help", "/etc", "./a", "a b", "a;b", ""] {
            assert_eq!(reference(no), None, "{no}");
        }
    }
}
