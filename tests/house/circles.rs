//! Files of one crate do not import each other in circles.
//!
//! A file may use what a module above it defines (a part uses the types of the idea that it is a part of), and a
//! module its parts. Every other arrow counts, and together they must not lead back to where they began. Paths are
//! followed through re-exports to the file that defines the item, so that no re-export hides an arrow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::source::{Token, tokens, without_tests};
use crate::{packages, read};

/// A module that has a file of its own.
#[derive(Default)]
struct Module {
    file: PathBuf,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// Names that `use` brings in, `*` for all of a module.
    uses: Vec<(String, Vec<String>)>,
    /// Names of items that the file defines.
    items: BTreeSet<String>,
    /// Paths in code, such as `names::first`.
    paths: Vec<Vec<String>>,
}

/// All modules of a crate, the root first.
#[derive(Default)]
struct Modules(Vec<Module>);

impl Modules {
    fn load(&mut self, file: &Path, folder: &Path, parent: Option<usize>) -> usize {
        let number = self.0.len();
        self.0.push(Module {
            file: file.to_owned(),
            parent,
            ..Module::default()
        });
        let tokens = without_tests(&tokens(&read(file)));
        let mut depth = 0;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let next = |by: usize| tokens.get(at + by).map_or("", Token::text);
            match token.text() {
                // `impl Trait + use<'_>` captures and imports nothing.
                "use" if next(1) != "<" => at = self.import(number, &tokens, at + 1, &[]),
                "mod" if next(2) == ";" => {
                    let name = next(1).to_owned();
                    let inside = folder.join(&name);
                    let child =
                        self.load(&folder.join(format!("{name}.rs")), &inside, Some(number));
                    self.0[number].children.insert(name, child);
                    at += 2;
                }
                "struct" | "enum" | "fn" | "trait" | "type" | "const" | "static" | "union"
                    if depth == 0 =>
                {
                    self.0[number].items.insert(next(1).to_owned());
                }
                "{" => depth += 1,
                "}" => depth -= 1,
                _ if token.is_name() && next(1) == "::" => {
                    let mut path = vec![token.text().to_owned()];
                    while tokens.get(at + 1).is_some_and(|token| token.text() == "::")
                        && let Some(part) = tokens.get(at + 2).filter(|part| part.is_name())
                    {
                        path.push(part.text().to_owned());
                        at += 2;
                    }
                    self.0[number].paths.push(path);
                }
                _ => {}
            }
            at += 1;
        }
        number
    }

    /// Reads the tree of a `use` from `at` on; where it ends.
    fn import(
        &mut self,
        number: usize,
        tokens: &[Token],
        mut at: usize,
        above: &[String],
    ) -> usize {
        let mut path = above.to_vec();
        loop {
            match tokens.get(at).map_or(";", Token::text) {
                "{" => {
                    at += 1;
                    while tokens
                        .get(at)
                        .is_some_and(|token| !matches!(token.text(), "}" | ";"))
                    {
                        at = self.import(number, tokens, at, &path);
                        at += usize::from(tokens.get(at).is_some_and(|token| token.text() == ","));
                    }
                    return at + 1;
                }
                "*" => {
                    self.0[number].uses.push(("*".to_owned(), path));
                    return at + 1;
                }
                "::" => at += 1,
                "as" => {
                    let alias = tokens.get(at + 1).map_or("", Token::text).to_owned();
                    self.0[number].uses.push((alias, path));
                    return at + 2;
                }
                "," | "}" | ";" => {
                    if path.last().is_some_and(|last| last == "self") {
                        path.pop();
                    }
                    if let Some(last) = path.last().cloned() {
                        self.0[number].uses.push((last, path));
                    }
                    return at;
                }
                name => {
                    path.push(name.to_owned());
                    at += 1;
                }
            }
        }
    }

    /// The module whose file defines what a path means in a module, and whether it is an item of it.
    fn resolve(
        &self,
        from: usize,
        path: &[String],
        seen: &mut Vec<(usize, String)>,
    ) -> Option<(usize, bool)> {
        match path.first().map(String::as_str) {
            Some("crate") => self.inside(0, &path[1..], seen),
            Some("self") => self.inside(from, &path[1..], seen),
            Some("super") => self.inside(self.0[from].parent?, &path[1..], seen),
            _ => self.inside(from, path, seen),
        }
    }

    fn inside(
        &self,
        module: usize,
        path: &[String],
        seen: &mut Vec<(usize, String)>,
    ) -> Option<(usize, bool)> {
        let Some((first, rest)) = path.split_first() else {
            return Some((module, false));
        };
        let here = &self.0[module];
        if first == "super" {
            return self.inside(here.parent?, rest, seen);
        }
        if let Some(child) = here.children.get(first) {
            return self.inside(*child, rest, seen);
        }
        if here.items.contains(first) {
            return Some((module, true));
        }
        let key = (module, first.clone());
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        if let Some((_, target)) = here.uses.iter().find(|(name, _)| name == first) {
            return self.resolve(module, &[target, rest].concat(), seen);
        }
        let all = here.uses.iter().filter(|(name, _)| name == "*");
        all.filter_map(|(_, target)| self.resolve(module, &[target, path].concat(), seen))
            .find(|(_, is_item)| *is_item)
    }

    fn is_above(&self, above: usize, below: usize) -> bool {
        std::iter::successors(Some(below), |at| self.0[*at].parent).any(|at| at == above)
    }

    /// The files that each file uses, without those above it.
    fn arrows(&self) -> Vec<BTreeSet<usize>> {
        let of = |number: usize| {
            let module = &self.0[number];
            let imported = module.uses.iter().map(|(_, path)| (path, true));
            let written = module.paths.iter().map(|path| (path, false));
            imported
                .chain(written)
                .filter_map(|(path, is_import)| {
                    let (target, is_item) = self.resolve(number, path, &mut Vec::new())?;
                    // What is used of an imported module is among the paths.
                    (is_item || !is_import).then_some(target)
                })
                .filter(|target| !self.is_above(*target, number))
                .collect()
        };
        (0..self.0.len()).map(of).collect()
    }
}

/// For each file, everything that its arrows lead to.
fn reached(arrows: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let from = |start: &BTreeSet<usize>| {
        let mut found = start.clone();
        let mut pending: Vec<usize> = start.iter().copied().collect();
        while let Some(at) = pending.pop() {
            pending.extend(arrows[at].iter().filter(|next| found.insert(**next)));
        }
        found
    };
    arrows.iter().map(from).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut circles = Vec::new();
    for package in packages() {
        let source = package.join("src");
        let mut modules = Modules::default();
        modules.load(&source.join("lib.rs"), &source, None);
        let arrows = modules.arrows();
        let reached = reached(&arrows);
        for (number, targets) in arrows.iter().enumerate() {
            let back = targets
                .iter()
                .filter(|target| reached[**target].contains(&number));
            circles.extend(back.map(|target| {
                let name = |number: usize| modules.0[number].file.display().to_string();
                format!("{} -> {}", name(number), name(*target))
            }));
        }
    }
    assert!(
        circles.is_empty(),
        "arrows that close a circle: {circles:#?}"
    );
}
