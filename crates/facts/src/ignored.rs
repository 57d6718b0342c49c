//! What git ignores, folder by folder: for whoever copies an app as a push would take it.
//!
//! What git tracks is pushed although a list names it, so that it counts as not ignored.
//!
//! Patterns are read within the bounds of [`bounds`], which a walker of a library does not know: one line of
//! braces in a committed `.gitignore` would end the program. Without git nothing is ignored.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::beneath;
use crate::bounds;
use crate::tracked::Unpushed;

/// The lists that hold in a folder, outermost first.
#[derive(Debug)]
pub struct Ignored {
    /// `None` outside of a repository.
    lists: Option<Vec<Gitignore>>,
    /// The app's folder, as the caller names it and all below it.
    app: PathBuf,
    unpushed: Unpushed,
    /// Lists that mean nothing because they are longer than [`bounds::PATTERNS`].
    pub too_long: Vec<PathBuf>,
}

impl Ignored {
    /// The lists above `app` in its repository, and those of the user and of the clone.
    #[must_use]
    pub fn above(app: &Path) -> Self {
        let given = app.to_owned();
        let app = std::path::absolute(app).unwrap_or_else(|_| app.to_owned());
        let Some(top) = app.ancestors().find(|folder| folder.join(".git").exists()) else {
            return Self {
                lists: None,
                app: given,
                unpushed: Unpushed::default(),
                too_long: Vec::new(),
            };
        };
        let mut too_long = Vec::new();
        let exclude = list(top, ".git/info/exclude", &mut too_long);
        let mut lists = vec![Gitignore::global().0, exclude];
        let mut above: Vec<PathBuf> = app
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(top))
            .map(Path::to_owned)
            .collect();
        above.reverse();
        for folder in above {
            lists.push(list(&folder, ".gitignore", &mut too_long));
        }
        Self {
            lists: Some(lists),
            unpushed: Unpushed::of(&app),
            app: given,
            too_long,
        }
    }

    /// Adds the list of a folder; [`Self::leave`] takes it away again.
    pub fn enter(&mut self, folder: &Path) {
        let is_named = folder != self.app && self.is_named(folder, true);
        if let Some(below) = folder.strip_prefix(&self.app).ok().and_then(Path::to_str) {
            self.unpushed.enter(below, is_named);
        }
        if let Some(lists) = &mut self.lists {
            lists.push(list(folder, ".gitignore", &mut self.too_long));
        }
    }

    /// Forgets the list of the folder that was entered last.
    pub fn leave(&mut self) {
        if let Some(lists) = &mut self.lists {
            lists.pop();
        }
    }

    /// Whether git leaves the path out: nothing of it is tracked, and a list or an ignored folder has it.
    #[must_use]
    pub fn has(&self, path: &Path, is_folder: bool) -> bool {
        let is_named = self.is_named(path, is_folder);
        let below = path.strip_prefix(&self.app).ok().and_then(Path::to_str);
        below.map_or(is_named, |below| {
            self.unpushed.has(below, is_folder, is_named)
        })
    }

    /// Whether a list names the path; the innermost one that says something decides.
    fn is_named(&self, path: &Path, is_folder: bool) -> bool {
        let lists = self.lists.iter().flatten().rev();
        lists
            .map(|list| list.matched(path, is_folder))
            .find(|found| !matches!(found, Match::None))
            .is_some_and(|found| found.is_ignore())
    }
}

fn list(folder: &Path, name: &str, too_long: &mut Vec<PathBuf>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    if let Ok(text) = beneath::text_in(folder, name)
        && !bounds::add_list(&mut builder, &text)
    {
        too_long.push(folder.join(name));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracked::tests::index;

    #[test]
    fn the_innermost_list_decides_and_none_counts_without_git() {
        let top = tempfile::tempdir().unwrap();
        let app = top.path().join("web");
        fs_err::create_dir_all(app.join("logs")).unwrap();
        fs_err::write(top.path().join(".gitignore"), "*.log\n/web/secret\n").unwrap();
        fs_err::write(app.join("logs/.gitignore"), "!kept.log\n").unwrap();
        let without = Ignored::above(&app);
        assert!(!without.has(&app.join("a.log"), false));
        fs_err::create_dir(top.path().join(".git")).unwrap();
        let mut ignored = Ignored::above(&app);
        ignored.enter(&app);
        assert!(ignored.has(&app.join("a.log"), false));
        assert!(ignored.has(&app.join("secret"), true));
        ignored.enter(&app.join("logs"));
        assert!(!ignored.has(&app.join("logs/kept.log"), false));
        assert!(ignored.has(&app.join("logs/other.log"), false));
        ignored.leave();
        assert!(ignored.has(&app.join("kept.log"), false));
    }

    #[test]
    fn what_is_tracked_is_pushed_although_a_list_names_it() {
        let app = tempfile::tempdir().unwrap();
        let app = app.path();
        fs_err::create_dir(app.join(".git")).unwrap();
        fs_err::create_dir_all(app.join("dist/js")).unwrap();
        fs_err::write(app.join(".gitignore"), "/dist\n.env\n").unwrap();
        let index = index(2, &[(0, ".env"), (0, "dist/js/app.js")]);
        fs_err::write(app.join(".git/index"), index).unwrap();
        let mut ignored = Ignored::above(app);
        ignored.enter(app);
        assert!(!ignored.has(&app.join(".env"), false));
        assert!(!ignored.has(&app.join("dist"), true));
        ignored.enter(&app.join("dist"));
        assert!(ignored.has(&app.join("dist/other.js"), false));
        ignored.enter(&app.join("dist/js"));
        assert!(!ignored.has(&app.join("dist/js/app.js"), false));
        assert!(ignored.has(&app.join("dist/js/app.js.map"), false));
        ignored.leave();
        ignored.leave();
        assert!(!ignored.has(&app.join("other.js"), false));
    }

    #[test]
    fn lists_that_are_too_long_mean_nothing_and_are_noted() {
        let app = tempfile::tempdir().unwrap();
        let logs = app.path().join("logs");
        fs_err::create_dir_all(app.path().join(".git")).unwrap();
        fs_err::create_dir(&logs).unwrap();
        fs_err::write(
            logs.join(".gitignore"),
            "*.log\n".repeat(bounds::PATTERNS + 1),
        )
        .unwrap();
        let mut ignored = Ignored::above(app.path());
        ignored.enter(app.path());
        ignored.enter(&logs);
        assert!(!ignored.has(&logs.join("a.log"), false));
        ignored.leave();
        assert_eq!(ignored.too_long, [logs.join(".gitignore")]);
    }

    #[test]
    fn a_line_of_braces_means_nothing() {
        let app = tempfile::tempdir().unwrap();
        fs_err::create_dir(app.path().join(".git")).unwrap();
        let braces = format!("{}b{}\nout\n", "{a,".repeat(100_000), "}".repeat(100_000));
        fs_err::write(app.path().join(".gitignore"), braces).unwrap();
        let mut ignored = Ignored::above(app.path());
        ignored.enter(app.path());
        assert!(ignored.has(&app.path().join("out"), true));
    }
}
