//! A folder below which files are opened, made, moved and removed without following a link.
//!
//! Whoever controls the contents of a folder (an app, a cache, a process that still runs)
//! can put a link anywhere in it, at any time. So nothing here resolves a path twice: the
//! folder is held open, and each path below it is resolved by the kernel with links refused
//! (`openat2` with `RESOLVE_BENEATH` and `RESOLVE_NO_SYMLINKS`), or folder by folder where
//! the kernel doesn't know that call. Where the folder itself is, the caller decides.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens, makes, moves and removes"
)]

mod lock;
mod many;
pub mod own;
mod read;
mod remove;

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

pub use lock::{Lock, Locked, lock};
pub use many::Many;
pub use read::{
    LARGEST_FILE, given, inside, leads_out, named, open, open_folder, open_itself, read,
    read_at_most, read_in, text, text_in, text_in_at_most, utf8,
};

/// Largest note of an earlier build that is read, in bytes: parsed, it takes some times of that.
const LARGEST_NOTE: u64 = 30_000_000;

/// What an earlier build has noted below the folder of a store. Whoever can write to a store can have put a link, a
/// pipe or a file without an end there.
///
/// # Errors
/// As [`Beneath::read`].
pub fn note(store: &Path, name: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    Beneath::open(store)?.read_at_most(name.as_ref(), LARGEST_NOTE)
}

/// A folder that is held open.
#[derive(Debug)]
pub struct Beneath {
    folder: OwnedFd,
    path: PathBuf,
}

impl Beneath {
    /// Opens a folder by any path that the caller trusts.
    ///
    /// # Errors
    /// It isn't there, or is no folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|error| described(path, error.into()))?;
        Ok(Self {
            folder,
            path: path.to_owned(),
        })
    }

    /// The path that it was opened by.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is at `path`, itself and not what it leads to.
    ///
    /// # Errors
    /// Nothing is there, or a folder above it is a link.
    pub fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.in_parent(path, |parent, name| {
            rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)
        })
    }

    /// Whether anything is at `path` without a link above it.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        self.stat(path).is_ok()
    }

    /// Whether `path` is a folder and no link.
    #[must_use]
    pub fn is_folder(&self, path: &Path) -> bool {
        self.stat(path)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
    }

    /// Whether `path` is a regular file and no link.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        self.stat(path)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
    }

    /// Opens a regular file for reading.
    ///
    /// # Errors
    /// It can't be opened, is no regular file, or is reached through a link.
    pub fn file(&self, path: &Path) -> io::Result<File> {
        // Without NONBLOCK a FIFO would hold us until somebody writes to it.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let file = File::from(self.resolve(path, flags, Mode::empty())?);
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(described(path, io::Error::other(read::IRREGULAR)))
        }
    }

    /// The content of a regular file of at most [`LARGEST_FILE`] bytes.
    ///
    /// # Errors
    /// As [`Beneath::file`], or it is larger.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_at_most(path, LARGEST_FILE)
    }

    /// As [`Beneath::read`], with another limit.
    ///
    /// # Errors
    /// As [`Beneath::read`].
    pub fn read_at_most(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        read::bounded(&self.file(path)?, path, most)
    }

    /// Makes a file that isn't there yet.
    ///
    /// # Errors
    /// Something of that name is there, or the disk says no.
    pub fn create(&self, path: &Path, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        self.resolve(path, flags, bits(mode)).map(File::from)
    }

    /// Opens a file for writing at any place of it, and makes it if it isn't there.
    ///
    /// # Errors
    /// It is a link, or the disk says no.
    pub fn open_to_write(&self, path: &Path, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NONBLOCK;
        self.resolve(path, flags, bits(mode)).map(File::from)
    }

    /// Writes a file as a whole: it has its old content or the new one, whenever somebody
    /// looks. A file that is there keeps its mode.
    ///
    /// # Errors
    /// Something else than a regular file is there, or the disk says no.
    pub fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mode = match self.stat(path) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {
                stat.st_mode & 0o777
            }
            Ok(_) => {
                let why = "it is a link or a folder, and is not written through";
                return Err(described(path, io::Error::other(why)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0o666,
            Err(error) => return Err(error),
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".slugsmith-new");
        let sibling = path.with_file_name(name);
        self.remove(&sibling)?;
        let mut file = self.create(&sibling, mode)?;
        let written = file
            .write_all(content)
            .and_then(|()| self.rename(&sibling, path));
        written.inspect_err(|_| {
            // It is removed by the next attempt otherwise.
            let _ = self.remove(&sibling);
        })
    }

    /// As [`Beneath::write`], in folders that are made where they are missing, and with
    /// anything but a regular file removed first: for files of our own.
    ///
    /// # Errors
    /// As [`Beneath::write`].
    pub fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.create_folders(path.parent().unwrap_or(Path::new("")))?;
        if !self.is_file(path) {
            self.remove(path)?;
        }
        self.write(path, content)
    }

    /// Makes a folder in one that is there.
    ///
    /// # Errors
    /// Something of that name is there, or the disk says no.
    pub fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.in_parent(path, |parent, name| {
            rustix::fs::mkdirat(parent, name, bits(0o777))
        })
    }

    /// Makes a folder and those above it, as far as they aren't there.
    ///
    /// # Errors
    /// A part of the path is a link or a file, or the disk says no.
    pub fn create_folders(&self, path: &Path) -> io::Result<()> {
        let mut above: Vec<&Path> = path.ancestors().collect();
        above.reverse();
        for folder in above.into_iter().filter(|at| !at.as_os_str().is_empty()) {
            if !self.is_folder(folder) {
                self.create_folder(folder)?;
            }
        }
        Ok(())
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// Something of that name is there, or the disk says no.
    pub fn symlink(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.in_parent(path, |parent, name| {
            rustix::fs::symlinkat(target, parent, name)
        })
    }

    /// Gives a file below this folder another name below it.
    ///
    /// # Errors
    /// Something of that name is there, or the disk says no.
    pub fn hard_link(&self, first: &Path, path: &Path) -> io::Result<()> {
        let (from, name) = self.parent(first)?;
        self.in_parent(path, |parent, other| {
            rustix::fs::linkat(from.as_fd(), name, parent, other, AtFlags::empty())
        })
    }

    /// Renames; what is at `to` is replaced, as rename(2) does.
    ///
    /// # Errors
    /// As rename(2).
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (parent, name) = self.parent(from)?;
        self.in_parent(to, |other, last| {
            rustix::fs::renameat(parent.as_fd(), name, other, last)
        })
    }

    /// Renames a file or link, also to another file system, where it is copied.
    ///
    /// # Errors
    /// As [`Beneath::rename`]; nothing is changed then.
    pub fn move_file(&self, from: &Path, to: &Path) -> io::Result<()> {
        match self.rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                self.copy(from, to)?;
                self.remove(from)
            }
            other => other,
        }
    }

    /// What a link leads to, as it says.
    ///
    /// # Errors
    /// It is no link, or is reached through one.
    pub fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        let target = self.in_parent(path, |parent, name| {
            rustix::fs::readlinkat(parent, name, Vec::new())
        })?;
        Ok(OsStr::from_bytes(target.as_bytes()).into())
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        let stat = self.stat(from)?;
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".slugsmith-copy");
        let sibling = to.with_file_name(name);
        self.remove(&sibling)?;
        let made = if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            let target = self.read_link(from)?;
            self.symlink(&target, &sibling)
        } else {
            let mut file = self.file(from)?;
            let mut copy = self.create(&sibling, 0o600)?;
            io::copy(&mut file, &mut copy).and_then(|_| {
                let old = file.metadata()?;
                copy.set_permissions(old.permissions())?;
                copy.set_modified(old.modified()?)
            })
        };
        made.and_then(|()| self.rename(&sibling, to))
            .inspect_err(|_| {
                // It is removed by the next attempt otherwise.
                let _ = self.remove(&sibling);
            })
    }

    /// Sets the permission bits of a file or folder, never those of a link's target.
    ///
    /// # Errors
    /// It is a link, or the system says no.
    pub fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        let opened = self.resolve(path, OFlags::PATH, Mode::empty())?;
        remove::set_mode(opened.as_fd(), bits(mode)).map_err(|error| described(path, error))
    }

    /// `path` with its links resolved, which must lead nowhere but below this folder. The
    /// last part is left as it is, and so is what isn't there yet.
    ///
    /// # Errors
    /// It leads out.
    pub fn without_links(&self, path: &Path) -> io::Result<PathBuf> {
        plain(path)?;
        let root = fs_err::canonicalize(&self.path)?;
        let above = path.ancestors().skip(1);
        let mut there =
            above.filter_map(|at| Some((at, fs_err::canonicalize(root.join(at)).ok()?)));
        let (existing, real) = there.next().ok_or_else(|| is_outside(path))?;
        let rest = path.strip_prefix(existing).unwrap_or(path);
        // A link to nothing is none of the parts that may be made.
        let dangling = rest.parent().and_then(|rest| rest.components().next());
        let dangling = dangling
            .is_some_and(|part| fs_err::symlink_metadata(root.join(existing).join(part)).is_ok());
        match real.strip_prefix(&root) {
            Ok(inside) if !dangling => Ok(inside.join(rest)),
            _ => Err(is_outside(path)),
        }
    }

    /// Whether another file system, or another part of one, is mounted at `path`.
    #[must_use]
    pub fn is_mount_point(&self, path: &Path) -> bool {
        use rustix::fs::{StatxAttributes, StatxFlags};
        let is_root = self.in_parent(path, |parent, name| {
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            rustix::fs::statx(parent, name, flags, StatxFlags::BASIC_STATS)
        });
        is_root.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }

    fn parent<'p>(&self, path: &'p Path) -> io::Result<(Parent<'_>, &'p OsStr)> {
        plain(path)?;
        let name = path.file_name().unwrap_or_default();
        let above = path.parent().unwrap_or(Path::new(""));
        let parent = if above.as_os_str().is_empty() {
            Parent::This(self.folder.as_fd())
        } else {
            let flags = OFlags::PATH | OFlags::DIRECTORY;
            Parent::Below(self.resolve(above, flags, Mode::empty()).map_err(|error| {
                match Errno::from_io_error(&error) {
                    Some(Errno::LOOP | Errno::NOTDIR) => behind_link(path),
                    _ => error,
                }
            })?)
        };
        Ok((parent, name))
    }

    fn in_parent<T>(
        &self,
        path: &Path,
        act: impl FnOnce(BorrowedFd<'_>, &OsStr) -> rustix::io::Result<T>,
    ) -> io::Result<T> {
        let (parent, name) = self.parent(path)?;
        act(parent.as_fd(), name).map_err(|error| described(path, error.into()))
    }

    fn resolve(&self, path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        plain(path)?;
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let how = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let opened = rustix::fs::openat2(&self.folder, path, flags, mode, how);
        let opened = match opened {
            // Old kernels, and containers whose seccomp profile is older than the call.
            Err(Errno::NOSYS | Errno::PERM) => self.walk(path, flags, mode),
            other => other,
        };
        // A link opened by O_PATH | O_NOFOLLOW would be the link itself; NO_SYMLINKS refuses it.
        opened.map_err(|error| described(path, error.into()))
    }

    /// As `openat2`, folder by folder.
    fn walk(&self, path: &Path, flags: OFlags, mode: Mode) -> rustix::io::Result<OwnedFd> {
        let mut at: Option<OwnedFd> = None;
        let mut parts = path.components().peekable();
        while let Some(part) = parts.next() {
            let folder = at.as_ref().map_or(self.folder.as_fd(), AsFd::as_fd);
            let name = part.as_os_str();
            let next = if parts.peek().is_some() {
                let above = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                rustix::fs::openat(folder, name, above, Mode::empty())?
            } else {
                rustix::fs::openat(folder, name, flags, mode)?
            };
            at = Some(next);
        }
        let opened = at.ok_or(Errno::INVAL)?;
        let stat = rustix::fs::fstat(&opened)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            return Err(Errno::LOOP);
        }
        Ok(opened)
    }
}

/// Removes a file, a link or a whole folder in a folder that the caller trusts.
///
/// # Errors
/// As [`Beneath::remove`].
pub fn remove(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let parent = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    match Beneath::open(parent) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened?.remove(Path::new(name)),
    }
}

/// The folder that an entry is in.
enum Parent<'r> {
    This(BorrowedFd<'r>),
    Below(OwnedFd),
}

impl AsFd for Parent<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::This(folder) => folder.as_fd(),
            Self::Below(folder) => folder.as_fd(),
        }
    }
}

fn bits(mode: u32) -> Mode {
    Mode::from_raw_mode(mode)
}

/// Refuses a path that is not made of plain names.
fn plain(path: &Path) -> io::Result<()> {
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if is_plain && !path.as_os_str().is_empty() {
        Ok(())
    } else {
        let why = format!("{}: is no path inside the folder", path.display());
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }
}

fn behind_link(path: &Path) -> io::Error {
    let why = format!(
        "{}: a folder above it is a link or a file, which is not followed",
        path.display()
    );
    io::Error::new(io::ErrorKind::NotADirectory, why)
}

fn is_outside(path: &Path) -> io::Error {
    let why = format!(
        "{} is reached through a link that leads out of the app",
        path.display()
    );
    io::Error::new(io::ErrorKind::NotADirectory, why)
}

/// The same error with the path in its text; its kind and code stay.
fn described(path: &Path, error: io::Error) -> io::Error {
    let kind = match Errno::from_io_error(&error) {
        // Callers tell a link from other trouble by this.
        Some(Errno::LOOP) => return linked(path),
        _ => error.kind(),
    };
    io::Error::new(kind, Described(path.to_owned(), error))
}

fn linked(path: &Path) -> io::Error {
    let why = format!("{}: it is a link, which is not followed", path.display());
    io::Error::new(io::ErrorKind::NotADirectory, why)
}

#[derive(Debug)]
struct Described(PathBuf, io::Error);

impl std::fmt::Display for Described {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.0.display(), self.1)
    }
}

impl std::error::Error for Described {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.1)
    }
}
