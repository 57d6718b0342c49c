//! What is inside a layer: bytes, files, commands, libraries, programs for the start?

use crate::beneath;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::elf::{self, Elf};
use super::libraries::{self, Library};
use super::{Buildpack, Folder, LayerToml, Unread, escape, versions};
use crate::tree::{EntryKind, Tree};

/// Files of this size and more are compared with each other across layers, in bytes.
const BIG: u64 = 1_000_000;
/// Commands larger than this are not compared by content, in bytes.
const COMPARED: u64 = 200_000_000;
/// Bytes read of a start program or profile script.
const HEAD: u64 = 65_536;

/// One command that a `bin` folder or another folder of PATH offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Executable {
    pub name: OsString,
    /// Bytes, links followed.
    pub size: u64,
    /// Where the file really is, when it is a link.
    pub target: Option<PathBuf>,
    /// What it needs, for programs of layers that are no scripts.
    pub elf: Option<Elf>,
    /// Digest of the content, taken only when another layer has the same name and size.
    pub digest: Option<[u8; 32]>,
}

/// A file of `exec.d` or `profile.d`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// Process type whose folder it is in.
    pub process: Option<OsString>,
    pub name: OsString,
    /// Somebody may execute it (mode & 0o111, links followed).
    pub executable: bool,
    /// stat(2) finds no file behind the name.
    pub dangling: bool,
    /// The first 64 KiB.
    pub head: Vec<u8>,
    /// A `#!` interpreter that neither this image nor the layers have.
    pub missing_interpreter: Option<String>,
    pub elf: Option<Elf>,
}

/// A link that points to an absolute path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsoluteLink {
    /// Relative to the layer.
    pub path: PathBuf,
    pub target: PathBuf,
}

/// What a layer holds.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// Apparent bytes, hard links once.
    pub bytes: u64,
    /// Files and links.
    pub files: u64,
    /// Commands directly in `bin`, in byte order.
    pub executables: Vec<Executable>,
    /// `lib*.so*` directly in `lib`, in byte order.
    pub libraries: Vec<Library>,
    /// `lib*.so*` anywhere else, relative to the layer: no path variable leads there by itself.
    pub other_libraries: Vec<PathBuf>,
    /// Version of a command or runtime by name, read without executing anything.
    pub versions: BTreeMap<String, String>,
    pub exec_d: Vec<Program>,
    pub profile_d: Vec<Program>,
    pub links: Vec<AbsoluteLink>,
    /// Path, size and, where another layer has the same size, digest of files of 1 MB and more.
    pub big: Vec<(PathBuf, u64, Option<[u8; 32]>)>,
    /// Everything in it, for whoever weighs it.
    pub tree: Tree,
}

/// Only what runs at the start of a process.
pub(super) fn start_programs(layer: &Path) -> Contents {
    Contents {
        exec_d: programs(&layer.join("exec.d")),
        profile_d: programs(&layer.join("profile.d")),
        ..Contents::default()
    }
}

/// Reads a folder that is no layer, of a classic slug.
pub fn of_folder(folder: &Path, unread: &mut Vec<Unread>) -> Contents {
    read(folder, Folder::Directory, &LayerToml::Missing, unread)
}

/// Reads a layer's folder.
pub(super) fn read(
    layer: &Path,
    folder: Folder,
    toml: &LayerToml,
    unread: &mut Vec<Unread>,
) -> Contents {
    let mut contents = Contents {
        executables: programs_in(&layer.join("bin")),
        libraries: libraries::read(&layer.join("lib")),
        versions: versions::read(layer, toml),
        ..start_programs(layer)
    };
    // A link may lead anywhere, to `/` even: it is no layer of its own to be weighed.
    if folder == Folder::Directory {
        weigh(layer, &mut contents, unread);
    }
    contents
}

fn weigh(layer: &Path, contents: &mut Contents, unread: &mut Vec<Unread>) {
    let tree = Tree::read(layer);
    let mut seen = std::collections::BTreeSet::new();
    for entry in tree.entries() {
        if entry.kind() == EntryKind::Directory {
            continue;
        }
        contents.files += 1;
        let is_library = entry.path().file_name().is_some_and(libraries::is_library);
        if is_library && entry.path().parent() != Some(Path::new("lib")) {
            contents.other_libraries.push(entry.path().to_owned());
        }
        if entry.links() > 1 && !seen.insert(entry.inode()) {
            continue;
        }
        contents.bytes += entry.size();
        if entry.kind() == EntryKind::File && entry.size() >= BIG {
            contents
                .big
                .push((entry.path().to_owned(), entry.size(), None));
        }
        if entry.kind() == EntryKind::Symlink
            && let Ok(target) = fs_err::read_link(layer.join(entry.path()))
            && target.is_absolute()
        {
            contents.links.push(AbsoluteLink {
                path: entry.path().to_owned(),
                target,
            });
        }
    }
    unread.extend(tree.unread().iter().map(|missed| Unread {
        path: layer.join(&missed.path),
        reason: missed.reason.clone(),
    }));
    contents.tree = tree;
}

/// The commands of one folder, as PATH lookup sees them: files that somebody may execute.
#[must_use]
pub fn executables(folder: &Path) -> Vec<Executable> {
    let mut found: Vec<Executable> = fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let metadata = fs_err::metadata(&path).ok()?;
            let runs = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
            runs.then(|| Executable {
                name: entry.file_name(),
                size: metadata.len(),
                target: entry
                    .file_type()
                    .is_ok_and(|kind| kind.is_symlink())
                    .then(|| fs_err::canonicalize(&path).ok())
                    .flatten(),
                elf: None,
                digest: None,
            })
        })
        .collect();
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The commands of one folder with the libraries that they need.
#[must_use]
pub fn programs_in(folder: &Path) -> Vec<Executable> {
    let mut found = executables(folder);
    for command in &mut found {
        command.elf = elf::read(&folder.join(&command.name));
    }
    found
}

/// The files of `exec.d` or `profile.d`: those for all processes first, then one folder
/// per process type.
fn programs(folder: &Path) -> Vec<Program> {
    let mut found = Vec::new();
    let mut folders = Vec::new();
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.file_name());
        } else {
            found.push(program(&entry.path(), None));
        }
    }
    for process in folders {
        for entry in fs_err::read_dir(folder.join(&process))
            .into_iter()
            .flatten()
            .flatten()
        {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                found.push(program(&entry.path(), Some(process.clone())));
            }
        }
    }
    found.sort_unstable_by(|a, b| (&a.process, &a.name).cmp(&(&b.process, &b.name)));
    found
}

fn program(path: &Path, process: Option<OsString>) -> Program {
    use std::io::Read;
    let metadata = fs_err::metadata(path);
    let is_file = metadata.as_ref().is_ok_and(std::fs::Metadata::is_file);
    let mut head = Vec::new();
    if is_file && let Ok(file) = beneath::open(path) {
        // What can't be read stays empty: the finding then says nothing of its content.
        let _ = file.take(HEAD).read_to_end(&mut head);
    }
    Program {
        process,
        name: path.file_name().unwrap_or_default().to_owned(),
        executable: metadata.is_ok_and(|found| found.permissions().mode() & 0o111 != 0),
        dangling: !is_file,
        missing_interpreter: missing_interpreter(&head),
        elf: is_file.then(|| elf::read(path)).flatten(),
        head,
    }
}

/// The interpreter of a script, if there is no such file.
fn missing_interpreter(head: &[u8]) -> Option<String> {
    let line = head
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    let line = std::str::from_utf8(line).ok()?;
    let interpreter = line.split_whitespace().next()?;
    (!Path::new(interpreter).exists()).then(|| interpreter.to_owned())
}

/// Digests of commands and big files that may be the same file twice: only where two
/// layers have the same name (commands) or size (big files) and the sizes agree.
pub(super) fn compare(root: &Path, group: &mut [Buildpack]) {
    let mut commands: BTreeMap<(OsString, u64), u32> = BTreeMap::new();
    let mut sizes: BTreeMap<u64, u32> = BTreeMap::new();
    for layer in group.iter().flat_map(|buildpack| &buildpack.layers) {
        for command in &layer.contents.executables {
            *commands
                .entry((command.name.clone(), command.size))
                .or_default() += 1;
        }
        for library in &layer.contents.libraries {
            *commands
                .entry((library.name.clone(), library.size))
                .or_default() += 1;
        }
        for (_, size, _) in &layer.contents.big {
            *sizes.entry(*size).or_default() += 1;
        }
    }
    for buildpack in group {
        let folder = root.join(escape(&buildpack.id));
        for layer in &mut buildpack.layers {
            let path = folder.join(&layer.name);
            for command in &mut layer.contents.executables {
                let twice = commands.get(&(command.name.clone(), command.size));
                if twice.is_some_and(|times| *times > 1) && command.size <= COMPARED {
                    command.digest = digest(&path.join("bin").join(&command.name));
                }
            }
            for library in &mut layer.contents.libraries {
                let twice = commands.get(&(library.name.clone(), library.size));
                if twice.is_some_and(|times| *times > 1) && library.size <= COMPARED {
                    library.digest = digest(&path.join("lib").join(&library.name));
                }
            }
            for (file, size, found) in &mut layer.contents.big {
                if sizes.get(size).is_some_and(|times| *times > 1) && *size <= COMPARED {
                    *found = digest(&path.join(file));
                }
            }
        }
    }
}

fn digest(path: &Path) -> Option<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    let file = beneath::open(path).ok()?;
    hasher.update_reader(file).ok()?;
    Some(*hasher.finalize().as_bytes())
}
