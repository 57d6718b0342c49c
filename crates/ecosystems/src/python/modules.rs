//! How the dotted name of a module becomes a path, for everyone who follows Python's imports.

/// The files that are the module at a path: its own, or its package's.
#[must_use]
pub fn files(path: &str) -> [String; 2] {
    [format!("{path}.py"), format!("{path}/__init__.py")]
}

/// The folder and the path below it that a relative import (`.base`, `..models.user`) of a file means; `None` for an
/// absolute one, which starts at a folder of the search path
/// (docs.python.org/3/reference/import.html, "Package Relative Imports").
#[must_use]
pub fn relative<'f>(file: &'f str, module: &str) -> Option<(&'f str, String)> {
    let name = module.trim_start_matches('.');
    let dots = module.len() - name.len();
    let above = |path: &&'f str| Some(path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let folder = std::iter::successors(Some(file), above).nth(dots)?;
    (dots > 0).then(|| (folder, name.replace('.', "/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_lead_up_from_the_files_own_folder() {
        let means = |module| relative("shop/cart/views.py", module);
        assert_eq!(means("os.path"), None);
        assert_eq!(means("."), Some(("shop/cart", String::new())));
        assert_eq!(means(".models"), Some(("shop/cart", "models".to_owned())));
        assert_eq!(means("..db.base"), Some(("shop", "db/base".to_owned())));
        assert_eq!(means("....x"), Some(("", "x".to_owned())));
    }
}
