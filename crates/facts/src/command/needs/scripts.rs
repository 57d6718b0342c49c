//! Interpreters that are given one file.

use super::{Need, file};

/// How an interpreter reads the words in front of its script.
struct Reads {
    language: &'static str,
    /// Options that take the next word.
    values: &'static [&'static str],
    /// Letters that may be glued in front of others.
    flags: &'static str,
    /// The letter behind which the code itself stands.
    code: char,
}

impl Reads {
    /// The script, unless the code or something else stands in its place.
    fn script(&self, words: &[&str]) -> Option<Need> {
        let mut at = 0;
        while let Some(word) = words.get(at).copied() {
            at += 1;
            let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
            // What stands behind two dashes is for a script that is read from the input.
            if word == "-" || word == "--" {
                return None;
            }
            let last =
                letters.map(|letters| letters.trim_start_matches(|c| self.flags.contains(c)));
            if last.is_some_and(|last| last.starts_with([self.code, 'S', 'V'])) {
                return None;
            }
            if letters.is_none() && !word.starts_with('-') {
                let path = word.to_owned();
                let language = self.language;
                return Some(Need::Script { path, language });
            }
            at += usize::from(self.values.contains(&word));
        }
        None
    }
}

pub(super) fn ruby(words: &[&str]) -> Vec<Need> {
    let reads = Reads {
        language: "Ruby",
        values: &["-r", "-I", "-E", "-C", "-X"],
        flags: "acdhlnpsvwy",
        code: 'e',
    };
    // Everything is relative to the folder that `-C` names.
    if let Some(folder) = super::option(words, &["-C", "-X"]) {
        return vec![Need::Folder(folder.to_owned())];
    }
    let mut found: Vec<Need> = Vec::new();
    let own = words
        .iter()
        .take_while(|word| word.starts_with('-') || word.starts_with("./"));
    if let Some(path) = super::option(&own.copied().collect::<Vec<_>>(), &["-r"])
        && path.starts_with('.')
    {
        found.push(file(&with_ending(path, ".rb")));
    }
    found.extend(reads.script(words));
    found
}

/// `require` takes a path with its ending or without.
fn with_ending(path: &str, ending: &str) -> String {
    let has = path.ends_with(ending) || path.rsplit_once('.').is_some_and(|(_, end)| end == "so");
    if has {
        path.to_owned()
    } else {
        format!("{path}{ending}")
    }
}

pub(super) fn perl(words: &[&str]) -> Vec<Need> {
    let reads = Reads {
        language: "Perl",
        values: &["-I"],
        flags: "acnpswWXT",
        code: 'e',
    };
    reads.script(words).into_iter().collect()
}

pub(super) fn php(words: &[&str]) -> Vec<Need> {
    let reads = Reads {
        language: "PHP",
        values: &["-d", "-c", "-t"],
        flags: "nqCHlsw",
        code: 'r',
    };
    let served = words.iter().position(|word| *word == "-S");
    if let Some(at) = served {
        return served_by_php(words.get(at + 2..).unwrap_or_default());
    }
    let named = words
        .iter()
        .position(|word| matches!(*word, "-f" | "--file"));
    if let Some(path) = named.and_then(|at| words.get(at + 1)) {
        let path = (*path).to_owned();
        let language = "PHP";
        return vec![Need::Script { path, language }];
    }
    reads.script(words).into_iter().collect()
}

/// `php -S ADDRESS [-t FOLDER] [ROUTER]`; the router is looked for without regard to the folder.
fn served_by_php(words: &[&str]) -> Vec<Need> {
    let at = words
        .iter()
        .position(|word| matches!(*word, "-t" | "--docroot"));
    let folder = at.and_then(|at| words.get(at + 1));
    folder
        .map(|folder| Need::Folder((*folder).to_owned()))
        .into_iter()
        .collect()
}

pub(super) fn dotnet(words: &[&str]) -> Vec<Need> {
    let words = words.strip_prefix(&["exec"]).unwrap_or(words);
    let is_library = |word: &&&str| {
        word.rsplit_once('.')
            .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("dll"))
    };
    words
        .first()
        .filter(is_library)
        .map(|word| file(word))
        .into_iter()
        .collect()
}

/// A file that `deno run` and `bun` start; addresses and scripts of package.json are none.
pub(super) fn typed(program: &str, words: &[&str]) -> Vec<Need> {
    const ENDINGS: &[&str] = &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];
    let mut operands = words.iter().copied().filter(|word| !word.starts_with('-'));
    let mut first = operands.next();
    if matches!(first, Some("run" | "serve")) {
        first = operands.next();
    }
    let is_file = |word: &&str| {
        let ending = word.rsplit_once('.').map_or("", |(_, ending)| ending);
        ENDINGS.contains(&ending) && !word.contains(':')
    };
    let language = if program == "bun" { "Bun" } else { "Deno" };
    let file = first.filter(is_file).map(|path| Need::Script {
        path: path.to_owned(),
        language,
    });
    let mut found: Vec<Need> = file.into_iter().collect();
    if program == "bun" {
        found.extend(super::package_script(program, words));
    }
    found
}
