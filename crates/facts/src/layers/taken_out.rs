//! Layers that were taken out of an image or a build, read as the image has them, for whoever
//! looks at them on another machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{EnvDir, Layer, Layers, paths};

/// Where platforms keep layers (`CNB_LAYERS_DIR`; spec platform.md, "Launch Environment").
const HOME: &str = "/layers";

/// Reads a layers folder. Paths of what is found are those of the image, unless its own files
/// name the folder where it is now: then it was built there.
#[must_use]
pub fn read(folder: &Path) -> Layers {
    let disk = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let mut layers = super::read(&disk);
    if disk == Path::new(HOME) || is_named(&layers, &disk) {
        return layers;
    }
    let real = disk.canonicalize().unwrap_or_else(|_| disk.clone());
    layers.root = PathBuf::from(HOME);
    for layer in layers.group.iter_mut().flat_map(|one| &mut one.layers) {
        for program in &mut layer.contents.executables {
            let target = program.target.as_deref();
            let inside = target.and_then(|target| target.strip_prefix(&real).ok());
            if let Some(inside) = inside {
                program.target = Some(Path::new(HOME).join(inside));
            }
        }
    }
    layers.path_folders = paths::inside(&layers.root, &disk, &layers.group);
    layers.library_folders = paths::libraries_inside(&layers.root, &disk, &layers.group);
    layers.disk = Some(disk);
    layers
}

/// Whether a variable, link or command of the layers names the folder itself.
fn is_named(layers: &Layers, folder: &Path) -> bool {
    let folder = folder.to_string_lossy();
    let names = |text: &OsStr| text.to_string_lossy().contains(folder.as_ref());
    let in_variables = |layer: &Layer| {
        [&layer.env, &layer.env_build, &layer.env_launch]
            .into_iter()
            .chain(layer.env_process.values())
            .flat_map(EnvDir::files)
            .filter_map(|file| file.value.as_ref().ok())
            .any(|value| names(value))
    };
    let in_links = |layer: &Layer| {
        let mut links = layer.contents.links.iter();
        links.any(|link| names(link.target.as_os_str()))
    };
    let finished = layers.finished.iter().flat_map(|file| &file.processes);
    let own = layers.group.iter().flat_map(|one| &one.launch);
    let mut commands = own
        .flat_map(|file| &file.processes)
        .chain(finished)
        .flat_map(|process| process.command.iter().chain(&process.args));
    layers
        .group
        .iter()
        .flat_map(|one| &one.layers)
        .any(|layer| in_variables(layer) || in_links(layer))
        || commands.any(|word| names(word.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path_of_layer: &dyn Fn(&Path) -> String) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let layer = folder.path().join("a_b/rt");
        fs_err::create_dir_all(layer.join("env")).unwrap();
        fs_err::create_dir_all(layer.join("tools")).unwrap();
        fs_err::write(layer.join("tools/run"), "#!/bin/sh\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(layer.join("tools/run"), mode).unwrap();
        fs_err::write(
            folder.path().join("a_b/rt.toml"),
            "[types]\nlaunch = true\n",
        )
        .unwrap();
        let value = format!("{}/tools", path_of_layer(&layer));
        fs_err::write(layer.join("env/PATH.prepend"), value).unwrap();
        folder
    }

    #[test]
    fn layers_of_an_image_have_its_paths() {
        let folder = folder(&|_| "/layers/a_b/rt".to_owned());
        let layers = read(folder.path());
        assert_eq!(layers.root, Path::new("/layers"));
        let on_path = layers.path_folders.first().unwrap();
        assert_eq!(on_path.folder, Path::new("/layers/a_b/rt/tools"));
        assert_eq!(on_path.executables.len(), 1);
        let file = layers.on_disk(Path::new("/layers/a_b/rt/tools/run"));
        assert!(file.is_file(), "{}", file.display());
    }

    #[test]
    fn layers_that_were_built_here_have_the_paths_that_they_name() {
        let folder = folder(&|layer| layer.to_string_lossy().into_owned());
        let layers = read(folder.path());
        assert_eq!(layers.root, folder.path());
        assert_eq!(layers.path_folders.len(), 1);
    }
}
