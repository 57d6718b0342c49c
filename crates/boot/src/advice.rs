//! What would make a start shorter and is for the app's own build to do: told, never made.

use std::path::Path;

use crate::Input;
use crate::report::{BootReport, Weight};
use slugsmith_facts::beneath::Beneath;

/// Where Composer lists classes with their files.
const CLASS_MAP: &str = "vendor/composer/autoload_classmap.php";
const AUTOLOADER: &str = "vendor/composer/autoload_psr4.php";

pub(crate) fn tell(input: &Input<'_>, report: &mut BootReport) {
    let Ok(root) = Beneath::open(input.root) else {
        return;
    };
    let text = |path: &str| {
        let text = root.read(Path::new(path)).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let Some(classes) = text(CLASS_MAP) else {
        return;
    };
    let has_packages = text(AUTOLOADER).is_some_and(|list| entries(&list) > 0);
    // Composer's own class is there in any case.
    if has_packages && entries(&classes) <= 1 {
        report.note(
            Weight::Normal,
            "PHP looks for each class on disk, since Composer's class map is empty: install with \
             --optimize-autoloader, or set \"optimize-autoloader\": true under config of the manifest",
        );
    }
}

fn entries(list: &str) -> usize {
    list.lines().filter(|line| line.contains("=>")).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use slugsmith_facts::environment::{Environment, World, this_machine};
    use slugsmith_facts::tree::Tree;

    fn told(classes: &str) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        put(
            AUTOLOADER,
            "return array(\n 'Shop\\\\' => array($base . '/src'),\n);\n",
        );
        put(CLASS_MAP, classes);
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: BTreeMap::new(),
        };
        let config = slugsmith_config::parse("", &environment).unwrap();
        let tree = Tree::read(folder.path());
        let mut report = BootReport::new(config.boot.level.value);
        tell(&Input::new(&tree, &config.boot, &environment), &mut report);
        report.notes.len()
    }

    #[test]
    fn an_empty_class_map_is_told() {
        let own = "return array(\n 'Composer\\\\InstalledVersions' => $vendor . '/a.php',\n";
        assert_eq!(told(own), 1);
        assert_eq!(
            told(&format!(
                "{own} 'Shop\\\\Cart' => $base . '/src/Cart.php',\n"
            )),
            0
        );
    }
}
