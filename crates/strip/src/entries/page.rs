//! What does docs/strip.md say? The catalogue and the lists for other tools, from the code.

use std::fmt::Write;

use super::ENTRIES;
use crate::catalogue::Guard;
use crate::legacy;

const HEAD: &str = "\
# What strip removes

Level `safe` removes files of these kinds, each only where its guard finds nothing in this very
tree. `slugsmith strip . --dry-run` shows what would go, `slugsmith strip . --explain PATH` why a
path stays or goes. What was removed from a build, and by which kind, is in `history/strip.tsv` of
slugsmith's layer (Cedar: of its cache folder) and in the JSON report (`manifest`).

A Python environment that slugsmith installs into a layer loses symbols, tests, stubs, sources and
installers at once, since later builds don't see its files; names of such modules in the app are
part of its key, so that it is installed anew when the app begins to use one. With `verify` commands
it stays whole. Layers of other buildpacks are theirs.

Guards: *named* keeps a file that a package.json, a command, a link or a literal in kept code names,
or that such code means by its ending (`name + \".md\"` beside itself) or by naming a
folder that is listed, copied, packed or served;
*reachable* keeps it, too, where something computed can reach its folder; *none* means that other
evidence decides.

| kind | what | guard | evidence |
|---|---|---|---|
";

const LISTS: &str = "
## Lists for other tools

Apps that were made smaller by other buildpacks bring their lists. They are followed by the rules
of their tools, after [com.slugsmith.strip] `keep`, which wins; `slugsmith strip . --explain
.slugcleanup` shows what each line means. No line is ever run in a shell, and none leads out of the
app: such lines are refused with a warning.

| list | how it is read |
|---|---|
";

const SLUGIGNORE: &str = "
`.slugignore` is not followed: Cedar applies it itself, before any buildpack runs, and Cloud Native
builds do not read it. So it can't remove what only the build needs, nor anything that the build
makes (dependencies, bundles, caches). `--explain .slugignore` shows what each line would match. By
the slug compiler that Heroku published, the file is split at all white space (no name with a space
can be listed, and the words of a comment are patterns of their own), there is no negation, `*`
leaves out names that begin with a dot, a pattern with a slash is anchored at the top, and any other
is looked for in all folders that are not hidden. What should leave the slug after the build belongs
into [com.slugsmith.strip] `remove`.
";

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for entry in ENTRIES {
        let guard = match entry.guard {
            Guard::Named => "named",
            Guard::Reachable => "reachable",
            Guard::Never => "none",
        };
        let evidence = entry.evidence.replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{}` | {} | {guard} | {evidence} |",
            entry.id, entry.reason
        );
    }
    page.push_str(LISTS);
    for kind in legacy::FILES.iter().chain(legacy::VARIABLES) {
        if kind.entry.is_some() {
            let _ = writeln!(page, "| `{}` | {} |", kind.name, kind.syntax.says());
        }
    }
    page.push_str(SLUGIGNORE);
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/strip.md");
        if std::env::var_os("SLUGSMITH_BLESS").is_some() {
            fs_err::write(&path, super::page()).unwrap();
        }
        let stored = fs_err::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            stored,
            super::page(),
            "docs/strip.md is not current: run SLUGSMITH_BLESS=1 cargo test"
        );
    }
}
