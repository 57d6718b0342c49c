//! A manifest without the scripts that are to run later.
//!
//! Package managers run the root's `postinstall` and its like at the end of an install. What
//! they change in the tree would be stored with it, and the next build would run them on their
//! own result. So the install sees a manifest without them: the tree is stored as it was before
//! any code of the app ran, and the scripts run after that, on every build.

use slugsmith_facts::beneath::own;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::inputs::read_regular;
use crate::presets::Hidden;

/// The original waits under this name.
const ASIDE: &str = ".slugsmith-manifest-aside";

/// The manifest is put back when this is dropped.
pub(super) struct Guard {
    manifest: PathBuf,
    aside: PathBuf,
}

impl Guard {
    /// Hides the scripts. `None` where there is nothing to hide.
    pub(super) fn set(app: &Path, hidden: &Hidden) -> std::io::Result<Option<Self>> {
        if hidden.scripts.is_empty() {
            return Ok(None);
        }
        let folder = app.join(&hidden.folder);
        let manifest = folder.join(slugsmith_ecosystems::javascript::MANIFEST);
        let mut value: Value = serde_json::from_slice(&read_regular(&manifest)?)?;
        if let Some(scripts) = value.get_mut("scripts").and_then(Value::as_object_mut) {
            scripts.retain(|name, _| !hidden.scripts.contains(&name.as_str()));
        }
        let permissions = fs_err::metadata(&manifest)?.permissions();
        let guard = Self {
            aside: folder.join(ASIDE),
            manifest,
        };
        own::rename(&guard.manifest, &guard.aside)?;
        // From here on the guard puts the original back, also when writing fails.
        own::write(&guard.manifest, serde_json::to_vec_pretty(&value)?)?;
        own::handle(&guard.manifest)?.set_permissions(permissions)?;
        Ok(Some(guard))
    }

    /// Puts back what a killed run left aside.
    pub(super) fn recover(app: &Path, hidden: &Hidden) -> std::io::Result<()> {
        let folder = app.join(&hidden.folder);
        let aside = folder.join(ASIDE);
        if fs_err::symlink_metadata(&aside).is_ok_and(|found| found.is_file()) {
            own::rename(
                aside,
                folder.join(slugsmith_ecosystems::javascript::MANIFEST),
            )?;
        }
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A failure leaves the original aside, where the next run finds it.
        let _ = own::rename(&self.aside, &self.manifest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.json");
        let text = "{\n\t\"scripts\": { \"postinstall\": \"x\", \"start\": \"y\" }\n}\n";
        fs_err::write(&path, text).unwrap();
        let hidden = Hidden {
            folder: PathBuf::new(),
            scripts: vec!["postinstall"],
        };
        let guard = Guard::set(folder.path(), &hidden).unwrap();
        let seen = fs_err::read_to_string(&path).unwrap();
        assert!(!seen.contains("postinstall") && seen.contains("start"));
        drop(guard);
        assert_eq!(fs_err::read_to_string(&path).unwrap(), text);
        std::mem::forget(Guard::set(folder.path(), &hidden).unwrap());
        Guard::recover(folder.path(), &hidden).unwrap();
        assert_eq!(fs_err::read_to_string(&path).unwrap(), text);
    }
}
