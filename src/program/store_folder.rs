//! The folder of a store: made where it is missing, trusted only where nobody else could have
//! filled it, and replaced by a temporary one where it can't be written.

use crate::facts::beneath::{self, own};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::Access;
use tempfile::TempDir;

use crate::error::Result;
use crate::facts::interrupt::Temporary;

/// Makes a folder ready to be a store.
///
/// # Errors
/// It can't be made or written.
pub(super) fn ready(folder: &Path) -> io::Result<()> {
    own::create_folders(folder)?;
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    Ok(())
}

/// As [`ready`], for a folder of ours in a cache folder of the platform. A link in its place, which only who can write
/// to the cache can have made, leads somewhere else: it is removed, and a folder made.
///
/// # Errors
/// As [`ready`].
pub(super) fn ready_in_cache(folder: &Path) -> io::Result<()> {
    if folder.is_symlink() {
        beneath::remove(folder)?;
    }
    ready(folder)
}

/// As [`ready`], for a folder that nobody has named. In a folder for everybody (`/tmp`) it has
/// to be our own: what another user left there would become part of the app.
///
/// # Errors
/// As [`ready`], or somebody else may have written to it.
pub(super) fn ready_and_ours(folder: &Path) -> io::Result<()> {
    let shared = std::env::temp_dir();
    let inside = folder.strip_prefix(&shared).ok();
    if let Some(first) = inside.and_then(|inside| inside.components().next()) {
        let first = shared.join(first);
        match own::create_private_folder(&first) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let metadata = fs_err::symlink_metadata(&first)?;
        let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
        if !metadata.is_dir() || !is_ours || metadata.mode() & 0o002 != 0 {
            return Err(io::Error::other("somebody else may have written to it"));
        }
    }
    ready(folder)
}

/// A store that ends with the build.
///
/// # Errors
/// Not even that can be made.
pub(super) fn temporary() -> Result<(TempDir, Temporary)> {
    let made = tempfile::Builder::new()
        .prefix("slugsmith-cache-")
        .tempdir();
    let made = made.map_err(|error| crate::error::io("creating", std::env::temp_dir(), &error))?;
    let guard = Temporary::new(made.path());
    Ok((made, guard))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// What anybody may write to is nobody's store; a folder that is made here is ours alone.
    #[test]
    fn a_cache_for_everybody_in_a_shared_folder_is_not_used() {
        let shared = tempfile::tempdir_in(std::env::temp_dir()).unwrap();
        let folder = shared.path().join("slugsmith");
        ready_and_ours(&folder).unwrap();
        let open = std::fs::Permissions::from_mode(0o777);
        fs_err::set_permissions(shared.path(), open).unwrap();
        assert!(ready_and_ours(&folder).is_err());
        let made = shared.path().with_extension("made");
        ready_and_ours(&made.join("slugsmith")).unwrap();
        let mode = fs_err::metadata(&made).unwrap().mode();
        fs_err::remove_dir_all(&made).unwrap();
        assert_eq!(mode & 0o777, 0o700);
        // A link of somebody else leads nowhere.
        let link = shared.path().with_extension("link");
        std::os::unix::fs::symlink(shared.path(), &link).unwrap();
        let through = ready_and_ours(&link.join("slugsmith"));
        fs_err::remove_file(&link).unwrap();
        assert!(through.is_err());
    }
}
