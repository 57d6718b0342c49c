//! Which modules does a start import, as far as their text tells? For the case that byte code of all of them is
//! more than its share: what a start imports comes first.
//!
//! Nothing is decided by it but an order: a module in the wrong place is compiled at the start, as without us.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use slugsmith_facts::beneath;
use slugsmith_facts::tree::{EntryKind, Tree};

/// The place of each source: lower is imported earlier. Sources that nothing imports have none.
pub(super) struct Order(HashMap<PathBuf, usize>);

impl Order {
    /// What is known to be imported comes first; then imports are followed from the app's own sources, those that are
    /// not inside of functions first.
    pub(super) fn read(trees: &[&Tree], commands: &[String], imported: &[String]) -> Self {
        let mut modules: HashMap<String, PathBuf> = HashMap::new();
        let mut own = Vec::new();
        let mut texts = Texts::default();
        for tree in trees {
            for entry in tree.entries() {
                let path = entry.path();
                let is_source = path.extension().is_some_and(|extension| extension == "py");
                if entry.kind() != EntryKind::File || !is_source {
                    continue;
                }
                let (name, is_own) = name(path);
                let path = tree.root().join(path);
                if is_own {
                    own.push(path.clone());
                }
                modules.entry(name.clone()).or_insert_with(|| path.clone());
                texts.names.insert(path, (name, is_own));
            }
        }
        let named = commands
            .iter()
            .filter_map(|name| modules.get(name).cloned());
        own.extend(named);
        let mut order = Self(HashMap::new());
        for path in imported.iter().filter_map(|name| modules.get(name)) {
            let next = order.0.len();
            order.0.entry(path.clone()).or_insert(next);
        }
        for is_lazy in [false, true] {
            order.follow(&own, &modules, &mut texts, is_lazy);
        }
        order
    }

    fn follow(
        &mut self,
        from: &[PathBuf],
        modules: &HashMap<String, PathBuf>,
        texts: &mut Texts,
        is_lazy: bool,
    ) {
        let mut seen: HashSet<PathBuf> = from.iter().cloned().collect();
        let mut queue = from.to_vec();
        let mut at = 0;
        while let Some(path) = queue.get(at).cloned() {
            at += 1;
            let next = self.0.len();
            self.0.entry(path.clone()).or_insert(next);
            for (_, found) in texts
                .named_in(&path)
                .iter()
                .filter(|(lazy, _)| is_lazy || !lazy)
            {
                // `import a.b.c` imports a and a.b before.
                let ends = found
                    .match_indices('.')
                    .map(|(end, _)| end)
                    .chain([found.len()]);
                for part in ends.filter_map(|end| found.get(..end)) {
                    if let Some(path) = modules.get(part)
                        && seen.insert(path.clone())
                    {
                        queue.push(path.clone());
                    }
                }
            }
        }
    }

    /// Of a source by its whole path.
    pub(super) fn of(&self, source: &Path) -> usize {
        self.0.get(source).copied().unwrap_or(usize::MAX)
    }
}

/// The sources, each read and searched once, whichever walk comes to it first.
#[derive(Default)]
struct Texts {
    /// By which name each is imported, and whether it is the app's own.
    names: HashMap<PathBuf, (String, bool)>,
    read: HashMap<PathBuf, Vec<(bool, String)>>,
}

impl Texts {
    /// The modules that a source names, in its order, and whether it imports them lazily.
    fn named_in(&mut self, path: &Path) -> &[(bool, String)] {
        let names = &self.names;
        self.read.entry(path.to_owned()).or_insert_with(|| {
            let (Ok(text), Some((own_name, is_own))) = (beneath::read(path), names.get(path))
            else {
                return Vec::new();
            };
            let text = String::from_utf8_lossy(&text);
            let mut found = imports(&text, own_name, path.ends_with("__init__.py"));
            if *is_own {
                // Frameworks are told names of modules as texts: INSTALLED_APPS, celery's `include`.
                found.extend(texts(&text).map(|word| (false, word.to_owned())));
            }
            found
        })
    }
}

/// The name by which a source is imported, and whether it is the app's own.
fn name(path: &Path) -> (String, bool) {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let installed = parts.iter().rposition(|part| part.ends_with("-packages"));
    let library = parts.iter().rposition(|part| part.starts_with("python3."));
    let start = installed.or(library).map_or(0, |at| at + 1);
    let name = parts.get(start..).unwrap_or_default().join(".");
    let name = name.strip_suffix(".py").unwrap_or(&name);
    let name = name.strip_suffix(".__init__").unwrap_or(name);
    (name.to_owned(), start == 0)
}

/// What a text imports, by full names, and whether lazily: inside of a function. Imports that `try` and `if` indent
/// look the same and come late, too.
fn imports(text: &str, own: &str, is_package: bool) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        if let Some((is_lazy, from)) = &open {
            found.extend(words(line).map(|word| (*is_lazy, format!("{from}.{word}"))));
            if line.contains(')') {
                open = None;
            }
            continue;
        }
        let statement = line.trim_start();
        let is_lazy = statement.len() < line.len();
        if let Some(list) = statement.strip_prefix("import ") {
            let names = list
                .split(',')
                .filter_map(|one| one.split_whitespace().next());
            found.extend(names.map(|name| (is_lazy, name.to_owned())));
        } else if let Some(rest) = statement.strip_prefix("from ")
            && let Some((from, list)) = rest.split_once(" import ")
        {
            let from = absolute(from.trim(), own, is_package);
            found.push((is_lazy, from.clone()));
            found.extend(words(list).map(|word| (is_lazy, format!("{from}.{word}"))));
            if list.contains('(') && !list.contains(')') {
                open = Some((is_lazy, from));
            }
        }
    }
    found
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    let list = list.split('#').next().unwrap_or_default();
    let names = list
        .split(',')
        .filter_map(|one| one.trim_matches(['(', ')', ' ', '\\']).split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "*")
}

/// `..x` in `a.b.c` is `a.x`.
fn absolute(from: &str, own: &str, is_package: bool) -> String {
    let rest = from.trim_start_matches('.');
    let mut up = from.len() - rest.len();
    if up == 0 {
        return from.to_owned();
    }
    if is_package {
        up -= 1;
    }
    let mut base = own;
    for _ in 0..up {
        base = base.rsplit_once('.').map_or("", |(above, _)| above);
    }
    let dot = if base.is_empty() || rest.is_empty() {
        ""
    } else {
        "."
    };
    format!("{base}{dot}{rest}")
}

/// Texts that can be the name of a module.
fn texts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['"', '\'']).filter(|word| {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        (2..100).contains(&word.len()) && word.bytes().all(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_start_imports_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let site = ".venv/lib/python3.12/site-packages";
        for (path, text) in [
            (
                "shop.py",
                "import os, cart.price as p\nAPPS = ['stock.admin']\ndef f():\n    import late\n",
            ),
            (&format!("{site}/cart/__init__.py"), ""),
            (
                &format!("{site}/cart/price.py"),
                "from . import (\n  tax,\n)\nfrom .deep.er import x\n",
            ),
            (&format!("{site}/cart/tax.py"), ""),
            (
                &format!("{site}/cart/deep/er.py"),
                "from ...stock import *\n",
            ),
            (&format!("{site}/cart/unused.py"), ""),
            (&format!("{site}/stock/__init__.py"), ""),
            (&format!("{site}/stock/admin.py"), ""),
            (&format!("{site}/late.py"), ""),
            (&format!("{site}/server.py"), ""),
        ] {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path());
        let order = Order::read(&[&tree], &["server".to_owned()], &[]);
        let at = |name: &str| order.of(&folder.path().join(site).join(name));
        for name in [
            "cart/__init__.py",
            "cart/price.py",
            "cart/tax.py",
            "cart/deep/er.py",
            "stock/admin.py",
            "server.py",
        ] {
            assert!(at(name) < at("late.py"), "{name}");
        }
        assert!(at("late.py") < usize::MAX);
        assert_eq!(at("cart/unused.py"), usize::MAX);
        let order = Order::read(&[&tree], &[], &["cart.unused".to_owned()]);
        assert_eq!(
            order.of(&folder.path().join(site).join("cart/unused.py")),
            0
        );
    }
}
