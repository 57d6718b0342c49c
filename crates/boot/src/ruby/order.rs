//! Which sources does a start load, as far as their text tells? For the case that a cache of all of them is more
//! than its share. Only an order: a source in the wrong place is compiled at the start, as without us.

use std::collections::HashMap;

use super::facts::{Kind, Source};
use slugsmith_facts::beneath;

/// The place of each source: lower is loaded earlier; `usize::MAX` for those that nothing names.
pub(super) fn order(sources: &[Source]) -> Vec<usize> {
    let mut features: HashMap<&str, usize> = HashMap::new();
    for (at, source) in sources.iter().enumerate() {
        features.entry(&source.feature).or_insert(at);
    }
    let mut places = vec![usize::MAX; sources.len()];
    let mut next = 0;
    let mut texts: HashMap<usize, Vec<(When, usize)>> = HashMap::new();
    let own = |at: &usize| {
        sources
            .get(*at)
            .is_some_and(|source| source.kind == Kind::Own)
    };
    let from: Vec<usize> = (0..sources.len()).filter(own).collect();
    // Bundler requires each gem by its name.
    let gems = (0..sources.len()).filter(|at| sources.get(*at).is_some_and(is_entry));
    let all: Vec<usize> = from.iter().copied().chain(gems).collect();
    let passes = [
        (&from, When::First),
        (&from, When::Used),
        (&all, When::First),
        (&all, When::Called),
    ];
    for (start, until) in passes {
        let mut seen: Vec<bool> = vec![false; sources.len()];
        let mut queue = start.clone();
        let mut head = 0;
        while let Some(at) = queue.get(head).copied() {
            head += 1;
            let (Some(is_seen), Some(place), Some(source)) =
                (seen.get_mut(at), places.get_mut(at), sources.get(at))
            else {
                continue;
            };
            if std::mem::replace(is_seen, true) {
                continue;
            }
            if *place == usize::MAX {
                *place = next;
                next += 1;
            }
            let named = texts.entry(at).or_insert_with(|| named(source, &features));
            queue.extend(
                named
                    .iter()
                    .filter(|(when, _)| *when <= until)
                    .map(|(_, at)| *at),
            );
        }
    }
    places
}

/// The file of a gem that has the gem's name: `active_record` of `activerecord-6.1`, `net/http` of `net-http-0.4`.
fn is_entry(source: &Source) -> bool {
    let mut parts = source.path.iter().rev().filter_map(|part| part.to_str());
    let gem = parts.find(|part| *part == "lib").and_then(|_| parts.next());
    let name = gem
        .and_then(|gem| gem.rsplit_once('-'))
        .map(|(name, _)| name);
    let plain = |text: &str| text.replace(['-', '_', '/'], "");
    source.kind == Kind::Gem && name.is_some_and(|name| plain(&source.feature) == plain(name))
}

/// When a source loads another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    First,
    /// Or at once, where all is loaded eagerly as Rails does in production.
    Used,
    /// By a method.
    Called,
}

/// What a source loads, and when.
fn named(source: &Source, features: &HashMap<&str, usize>) -> Vec<(When, usize)> {
    let text = beneath::read(&source.path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let folder = source
        .feature
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    let mut under = "";
    let mut add = |when: When, feature: &str| {
        found.extend(
            features
                .get(feature.trim_end_matches(".rb"))
                .map(|at| (when, *at)),
        );
    };
    let lines = text.lines().map(|line| (line.trim(), line));
    for (line, whole) in lines.filter(|(line, _)| !line.starts_with('#')) {
        let is_outside = !whole.starts_with([' ', '\t']) || source.kind == Kind::Own;
        let listed = if source.kind == Kind::Own {
            When::First
        } else {
            When::Used
        };
        let required = if is_outside {
            When::First
        } else {
            When::Called
        };
        let (word, rest) = line.split_once([' ', '(']).unwrap_or((line, ""));
        let quoted = rest.split(['"', '\'']).nth(1);
        match (word, quoted) {
            ("require_relative", Some(path)) => add(required, &joined(folder, path)),
            // What follows tries it; where it ends matters little.
            ("autoload_under", Some(path)) => under = path,
            ("autoload" | "eager_autoload", Some(path)) => add(When::Used, path),
            ("autoload", None) => {
                let name = underscored(rest.trim_start_matches(':'));
                add(When::Used, &joined(&source.feature, &name));
                add(When::Used, &joined(&joined(&source.feature, under), &name));
            }
            ("require", Some(path)) => add(required, path),
            // `%w(active_record/railtie action_mailer/railtie).each`.
            _ => {
                let words = line.split(|c: char| {
                    c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | ',' | '[')
                });
                for word in words.filter(|word| word.contains('/')) {
                    add(listed, word);
                }
            }
        }
    }
    found
}

/// `../b` of `a/c` is `b`.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

/// `HTTPClient` is `http_client`.
fn underscored(name: &str) -> String {
    let chars: Vec<char> = name.chars().take_while(|c| c.is_alphanumeric()).collect();
    let mut text = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let is_word = before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
            || before.is_some() && after.is_some_and(|after| after.is_lowercase());
        if c.is_uppercase() && is_word {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_paths() {
        assert_eq!(underscored("ActiveRecord"), "active_record");
        assert_eq!(underscored("HTTPClient, 'x'"), "http_client");
        assert_eq!(joined("rack/session", "../utils"), "rack/utils");
        assert_eq!(joined("", "tax"), "tax");
    }
}
