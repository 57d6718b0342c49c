//! What would make a start shorter and is for the app's own build to do: told, never made.

mod ready_to_run;

use std::path::Path;

use crate::Input;
use crate::report::{BootReport, Weight};
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::Entry;

/// Where Composer lists classes with their files.
const CLASS_MAP: &str = "vendor/composer/autoload_classmap.php";
const AUTOLOADER: &str = "vendor/composer/autoload_psr4.php";

/// Where it sets them up.
const LOADER: &str = "vendor/composer/autoload_real.php";
/// What makes Composer look nowhere else (Composer, "Autoloader optimization", level 2/A).
const AUTHORITATIVE: &str = "setClassMapAuthoritative(true)";
/// Packages that write classes at run time, which no map of the build has.
const GENERATE: &[&str] = &[
    "vendor/doctrine/orm",
    "vendor/friendsofphp/proxy-manager-lts",
    "vendor/ocramius/proxy-manager",
    "vendor/goaop/framework",
    "vendor/hyperf/di",
    "vendor/magento/framework",
];
/// Symfony's list of classes for PHP's opcache (Symfony, "Performance").
const PRELOAD: &str = "config/preload.php";

pub(crate) fn tell(input: &Input<'_>, report: &mut BootReport) {
    if let Ok(root) = Beneath::open(input.root) {
        tell_of_classes(&root, report);
        tell_of_preload(input, &root, report);
        ready_to_run::tell(input, &root, report);
    }
}

fn text(root: &Beneath, path: &Path) -> Option<String> {
    let text = root.read(path).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn tell_of_classes(root: &Beneath, report: &mut BootReport) {
    let text = |path: &str| text(root, Path::new(path));
    let Some(classes) = text(CLASS_MAP) else {
        return;
    };
    let has_packages = text(AUTOLOADER).is_some_and(|list| entries(&list) > 0);
    let generates = GENERATE.iter().any(|name| root.is_folder(Path::new(name)));
    // Composer's own class is there in any case.
    if has_packages && entries(&classes) <= 1 {
        let more = if generates {
            ""
        } else {
            " --classmap-authoritative"
        };
        let text = format!(
            "PHP looks for each class on disk, since Composer's class map is empty: install with \
             --optimize-autoloader{more}, or set \"optimize-autoloader\": true under config of the manifest"
        );
        report.note(Weight::Normal, text);
    } else if has_packages
        && !generates
        && text(LOADER).is_some_and(|loader| !loader.contains(AUTHORITATIVE))
    {
        let text = "PHP looks on disk for classes that Composer's class map lacks: where the app writes no classes at \
            run time, install with --classmap-authoritative";
        report.note(Weight::Detail, text);
    }
}

/// A list of classes to load at the start that no setting names.
fn tell_of_preload(input: &Input<'_>, root: &Beneath, report: &mut BootReport) {
    if !root.is_file(Path::new(PRELOAD)) {
        return;
    }
    let settings = input.tree.entries().iter().filter(|entry| {
        let end = entry.path().extension().and_then(|end| end.to_str());
        let is_installed =
            entry.path().starts_with("vendor") || entry.path().starts_with("node_modules");
        end.is_some_and(|end| matches!(end, "ini" | "conf")) && !is_installed
    });
    let named = |path: &Path| text(root, path).is_some_and(|text| text.contains("opcache.preload"));
    let is_named = settings.map(Entry::path).any(named);
    if !is_named
        && !input
            .words
            .iter()
            .any(|word| word.contains("opcache.preload"))
    {
        let text = format!(
            "{PRELOAD} lists classes for opcache, but no setting of the app names it: opcache.preload"
        );
        report.note(Weight::Detail, text);
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

    fn told(files: &[(&str, &str)]) -> Vec<(Weight, String)> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: BTreeMap::new(),
        };
        let config = slugsmith_config::parse("", &environment).unwrap();
        let tree = Tree::read(folder.path());
        let mut report = BootReport::new(config.boot.level.value);
        tell(&Input::new(&tree, &config.boot, &environment), &mut report);
        let notes = report.notes.into_iter();
        notes.map(|note| (note.weight, note.text)).collect()
    }

    const LOADED: (&str, &str) = (
        AUTOLOADER,
        "return array(\n 'Shop' => array($base . '/src'),\n);\n",
    );
    const OWN: &str = "return array(\n 'InstalledVersions' => $vendor . '/a.php',\n";

    #[test]
    fn an_empty_class_map_is_told() {
        let notes = told(&[LOADED, (CLASS_MAP, OWN)]);
        let [(Weight::Normal, text)] = &notes[..] else {
            panic!("{notes:?}");
        };
        assert!(text.contains("--classmap-authoritative"), "{text}");
        let proxies = ("vendor/doctrine/orm/a.php", "");
        let notes = told(&[LOADED, (CLASS_MAP, OWN), proxies]);
        assert!(
            notes.len() == 1 && !notes[0].1.contains("--classmap-authoritative"),
            "{notes:?}"
        );
    }

    #[test]
    fn a_class_map_that_is_not_all_is_told_where_nothing_writes_classes() {
        let full = format!("{OWN} 'Cart' => $base . '/src/Cart.php',\n");
        let (map, loader) = (
            (CLASS_MAP, full.as_str()),
            (LOADER, "$loader->register(true);"),
        );
        let notes = told(&[LOADED, map, loader]);
        assert!(matches!(&notes[..], [(Weight::Detail, _)]), "{notes:?}");
        let all = (LOADER, "$loader->setClassMapAuthoritative(true);");
        assert!(told(&[LOADED, map, all]).is_empty());
        assert!(told(&[LOADED, map, loader, ("vendor/doctrine/orm/a.php", "")]).is_empty());
    }

    #[test]
    fn a_list_to_preload_is_told_where_no_setting_names_it() {
        let list = (PRELOAD, "<?php");
        assert!(matches!(&told(&[list])[..], [(Weight::Detail, _)]));
        let set = (
            "fpm_custom.conf",
            "php_value[opcache.preload] = /app/config/preload.php",
        );
        assert!(told(&[list, set]).is_empty());
    }
}
