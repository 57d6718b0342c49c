//! What a start left: read from the copy, written into the app, and kept for the next build.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;

use super::Outcome;
use super::runtime::{FOLDER, Runtime};
use crate::kept::Key;
use crate::report::BootReport;
use crate::{Input, Training};
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::tools;
use slugsmith_facts::tree::{EntryKind, Tree};
use slugsmith_finding::layer::Measured;

/// Users that run images: root, and those of common run images (buildpacks/spec, `CNB_USER_ID`).
const USERS: &[u32] = &[0, 1000, 1001, 1002, 2000, 65532];

/// A file that was made: relative to the app.
pub(super) type File = (PathBuf, Vec<u8>);

/// What the start made. The number of the user who ran it is cut from folders of Node's.
pub(super) fn collect(app: &Path, runtime: &Runtime) -> std::io::Result<Vec<File>> {
    let root = Beneath::open(app)?;
    let place = runtime.path();
    if root.is_file(&place) {
        return Ok(vec![(place.clone(), root.read(&place)?)]);
    }
    let tree = Tree::read(&app.join(&place));
    let files = tree.entries().par_iter().filter(|entry| {
        // Node writes under such a name first.
        entry.kind() == EntryKind::File && entry.path().extension().is_none()
    });
    files
        .map(|entry| {
            let path = place.join(entry.path());
            let content = root.read(&path)?;
            Ok((place.join(for_everybody(entry.path())), content))
        })
        .collect()
}

/// `v24.21.0-x64-964aae3f-1000/ab12` belongs to user 1000; user 0 has it here.
fn for_everybody(path: &Path) -> PathBuf {
    let mut parts = path.components();
    let first = parts
        .next()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let first = first.unwrap_or_default();
    match first.rsplit_once('-') {
        Some((version, user)) if user.bytes().all(|byte| byte.is_ascii_digit()) => {
            Path::new(&format!("{version}-0")).join(parts)
        }
        _ => path.to_owned(),
    }
}

pub(super) fn write(app: &Path, files: &[File], report: &mut BootReport) -> std::io::Result<()> {
    let root = Beneath::open(app)?;
    for (path, content) in files {
        root.replace(path, content)?;
        report.written.push(path.clone());
        let folder = path.parent().unwrap_or(path);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let Some(version) = name.strip_suffix("-0").filter(|name| name.starts_with('v')) else {
            continue;
        };
        for user in USERS.iter().filter(|user| **user != 0) {
            let link = folder.with_file_name(format!("{version}-{user}"));
            if !root.has(&link) {
                root.symlink(Path::new(&*name), &link)?;
                report.written.push(link);
            }
        }
    }
    Ok(())
}

/// Everything that decides what a start makes: every file, the command, the runtime, this
/// machine's processor.
pub(super) fn fingerprint(input: &Input<'_>, training: &Training, program: &str) -> Key {
    let mut hasher = blake3::Hasher::new();
    let processor = beneath::text("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find(|line| line.starts_with("flags"));
    let found = tools::find(program, input.environment);
    let found = found.and_then(|program| fs_err::canonicalize(program).ok());
    let size = found
        .as_ref()
        .and_then(|program| fs_err::metadata(program).ok());
    // A classic build is in another folder each time.
    let found = found.map(|found| {
        found
            .strip_prefix(input.root)
            .map_or(found.clone(), Path::to_owned)
    });
    let rest = format!(
        "{FORM} {program} {found:?} {:?} {processor:?} {training:?} {:?} {:?} {:?} {:?}",
        size.map(|size| size.len()),
        input.config.share.as_ref().map(|share| share.value),
        input.config.command.as_ref().map(|command| &command.value),
        input.config.request.value,
        ["NODE_ENV", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS"].map(|name| input.environment.get(name)),
    );
    hasher.update(rest.as_bytes());
    let root = Beneath::open(input.root).ok();
    let files = input.tree.entries().par_iter();
    let digests: Vec<Option<[u8; 32]>> = files
        .map(|entry| {
            let path = entry.path();
            let is_code = path.extension().is_none_or(|end| end != "pyc");
            let is_counted =
                entry.kind() == EntryKind::File && is_code && !path.starts_with(FOLDER);
            let content = root.as_ref()?.read(path).ok().filter(|_| is_counted)?;
            let mut hasher = blake3::Hasher::new();
            hasher.update(path.as_os_str().as_encoded_bytes());
            hasher.update(&[0]);
            hasher.update(&content);
            Some(*hasher.finalize().as_bytes())
        })
        .collect();
    for digest in digests.into_iter().flatten() {
        hasher.update(&digest);
    }
    *hasher.finalize().as_bytes()
}

/// Raised when [`encode`] writes another form, or what is made is made in another way.
const FORM: u32 = 2;

pub(super) fn encode(outcome: &Outcome) -> Vec<u8> {
    let mut text = Vec::new();
    let measured = outcome.measured;
    for time in [measured.without, measured.with] {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        text.extend_from_slice(&millis.to_le_bytes());
    }
    let mut add = |part: &[u8]| {
        text.extend_from_slice(&(part.len() as u64).to_le_bytes());
        text.extend_from_slice(part);
    };
    add(outcome.notes.join("\n").as_bytes());
    for (path, content) in &outcome.files {
        add(path.as_os_str().as_encoded_bytes());
        add(content);
    }
    text
}

pub(super) fn decode(text: &[u8]) -> Option<Outcome> {
    let mut rest = text;
    let number = |rest: &mut &[u8]| {
        let (number, after) = rest.split_at_checked(8)?;
        *rest = after;
        Some(u64::from_le_bytes(number.try_into().ok()?))
    };
    let part = |rest: &mut &[u8]| {
        let length = usize::try_from(number(rest)?).ok()?;
        let (part, after) = rest.split_at_checked(length)?;
        *rest = after;
        Some(part.to_owned())
    };
    let measured = Measured {
        without: Duration::from_millis(number(&mut rest)?),
        with: Duration::from_millis(number(&mut rest)?),
    };
    let notes = String::from_utf8(part(&mut rest)?).ok()?;
    let mut files = Vec::new();
    while !rest.is_empty() {
        let path = PathBuf::from(String::from_utf8(part(&mut rest)?).ok()?);
        // Whatever a store says, nothing else of the app is written.
        if !path.starts_with(FOLDER) {
            return None;
        }
        files.push((path, part(&mut rest)?));
    }
    Some(Outcome {
        files,
        measured,
        notes: notes.lines().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_who_trained_is_not_in_the_name() {
        let of = |path: &str| for_everybody(Path::new(path)).display().to_string();
        assert_eq!(
            of("v24.21.0-x64-964aae3f-1001/ab"),
            "v24.21.0-x64-964aae3f-0/ab"
        );
        assert_eq!(of("other/ab"), "other/ab");
    }

    #[test]
    fn what_is_kept_comes_back() {
        let file = |path: &str| (Path::new(FOLDER).join(path), b"1".to_vec());
        let outcome = |files: Vec<File>| Outcome {
            files,
            measured: Measured {
                without: Duration::from_millis(7),
                with: Duration::from_millis(5),
            },
            notes: vec!["No cache: it crashes".to_owned(), "No other".to_owned()],
        };
        let text = encode(&outcome(vec![file("a/b"), file("c")]));
        assert_eq!(decode(&text), Some(outcome(vec![file("a/b"), file("c")])));
        assert_eq!(decode(&text[..text.len() - 1]), None);
        let nothing = Outcome::nothing(Vec::new());
        assert_eq!(
            decode(&encode(&nothing)),
            Some(Outcome::nothing(Vec::new()))
        );
        let elsewhere = vec![(PathBuf::from("server.js"), Vec::new())];
        assert_eq!(decode(&encode(&outcome(elsewhere))), None);
    }
}
