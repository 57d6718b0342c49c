//! Images that a container engine of this machine holds, and archives that come on standard
//! input: for `slugsmith inspect`, which reads files.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

use crate::budget::image::{self, Begin};
use crate::error::{Problem, Result, io as failed};
use crate::facts::interrupt::Temporary;
use crate::program::problems::NO_SUCH_PATH;

/// Engines with the same words, in the order in which they are asked.
const ENGINES: &[&str] = &["docker", "podman", "nerdctl"];

/// What to read: a path of the user's, or an archive that goes when it was read.
pub(super) enum Found {
    Path(PathBuf),
    Saved { archive: Archive, name: String },
}

/// A file that goes with its last use, also where a signal ends us.
pub(super) struct Archive {
    _guard: Temporary,
    file: NamedTempFile,
}

impl Found {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Path(path) => path,
            Self::Saved { archive, .. } => archive.file.path(),
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
        Some(mut output) => io::copy(&mut output, archive.file.as_file_mut()),
        None => Ok(0),
    };
    let ended = child.wait().map_err(|error| problem(&error))?;
    copied.map_err(|error| failed("writing", archive.file.path(), &error))?;
    if !ended.success() {
        let saw = format!("{doing}: {ended}");
        return Err(Problem::new(&NO_SUCH_PATH).saw(saw));
    }
    Ok(Found::Saved {
        archive,
        name: name.to_owned(),
    })
}

/// Largest archive that is taken from standard input, in bytes: what no image is as large as.
const LARGEST: u64 = 64 << 30;

/// An archive that is piped in: `docker save shop | slugsmith inspect -`, compressed or not.
fn standard_input() -> Result<Found> {
    let mut archive = temporary()?;
    let mut input = io::stdin().lock();
    let reading = |error: &io::Error| failed("reading", "standard input", error);
    let mut begin = Vec::new();
    let read = (&mut input).take(BLOCK).read_to_end(&mut begin);
    read.map_err(|error| reading(&error))?;
    if let Some(no) = no_archive(&begin) {
        let problem = Problem::new(&NO_SUCH_PATH).saw(format!("standard input: {no}"));
        return Err(problem.step("docker save IMAGE | slugsmith inspect -"));
    }
    let rest = (&mut input).take(LARGEST);
    let copied = io::copy(
        &mut begin.as_slice().chain(rest),
        archive.file.as_file_mut(),
    )
    .map_err(|error| reading(&error))?;
    if copied > LARGEST {
        return Err(reading(&io::Error::other("it is larger than any image")));
    }
    Ok(Found::Saved {
        archive,
        name: "standard input".to_owned(),
    })
}

/// Length of a header of an archive.
const BLOCK: u64 = 512;

/// Why what begins so is no archive; anything that is compressed may be one.
fn no_archive(begin: &[u8]) -> Option<&'static str> {
    match image::begin(begin) {
        Begin::Tar | Begin::Gzip | Begin::Zstd => None,
        Begin::Empty => Some("empty"),
        Begin::Other => Some("no archive of an image"),
    }
}

fn temporary() -> Result<Archive> {
    let made = tempfile::Builder::new()
        .prefix("slugsmith-image-")
        .tempfile();
    let file = made.map_err(|error| failed("creating", std::env::temp_dir(), &error))?;
    Ok(Archive {
        _guard: Temporary::new(file.path()),
        file,
    })
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
        assert_eq!(no_archive(&[0; 512]), Some("no archive of an image"));
        assert_eq!(no_archive(&[0x1f, 0x8b]), None);
        for no in ["--help", "/etc", "./a", "a b", "a;b", ""] {
            assert_eq!(reference(no), None, "{no}");
        }
    }
}
