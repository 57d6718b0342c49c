//! Bundler: gems of `vendor/bundle`.
//!
//! Bundler does not start when a gem of the Gemfile is missing, unless all of the gem's
//! groups are left out by `without` (bundle-config(1)). So gems of left-out groups go, as
//! `bundle clean` would not remove them; a group that is only called `development` stays.

use std::collections::{BTreeMap, BTreeSet};

use super::{Numbers, closure, text};
use crate::facts::{Facts, Texts};
use crate::index;
use slugsmith_ecosystems as ecosystems;

pub(super) fn add(facts: &Facts<'_>, texts: &dyn Texts, files: &mut Numbers) {
    let without = without(facts, texts);
    let (false, Some(gemfile), Some(lock)) = (
        without.is_empty(),
        text(facts, texts, ecosystems::ruby::GEMFILE),
        text(facts, texts, ecosystems::ruby::GEMFILE_LOCK),
    ) else {
        return;
    };
    let lock = Lock::parse(&lock);
    let left_out = left_out(&gemfile, &without);
    let roots = lock.wanted.iter().map(String::as_str);
    let needed = closure(roots.filter(|name| !left_out.contains(*name)), &lock.needs);
    let development: BTreeSet<&str> = lock
        .installed
        .iter()
        .filter(|(name, _)| !needed.contains(name.as_str()))
        .map(|(_, folder)| folder.as_str())
        .collect();
    for number in 0..facts.index.entries().len() {
        let path = facts
            .index
            .path(number)
            .filter(|_| facts.index.is_file(number));
        if path
            .and_then(gem)
            .is_some_and(|gem| development.contains(gem))
        {
            files.insert(number);
        }
    }
}

/// Groups that `.bundle/config` or the environment leaves out.
fn without(facts: &Facts<'_>, texts: &dyn Texts) -> BTreeSet<String> {
    let config = text(facts, texts, ".bundle/config").unwrap_or_default();
    let configured = config
        .lines()
        .filter_map(|line| line.strip_prefix("BUNDLE_WITHOUT:"));
    configured
        .chain(facts.bundle_without.as_deref())
        .flat_map(|groups| groups.split([':', ' ', '"', '\'']))
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The gem that a file of `vendor/bundle/ruby/VERSION` is of: `rspec-core-3.13.0`.
fn gem(path: &str) -> Option<&str> {
    let at = path.find("vendor/bundle/ruby/")? + "vendor/bundle/ruby/".len();
    let mut parts = path.get(at..)?.split('/').skip(1);
    match parts.next()? {
        "gems" => parts.next(),
        // extensions/x86_64-linux/3.3.0/NAME
        "extensions" => parts.nth(2),
        "specifications" => index::name(path).strip_suffix(".gemspec"),
        "cache" => index::name(path).strip_suffix(".gem"),
        _ => None,
    }
}

/// What Gemfile.lock knows.
#[derive(Default)]
struct Lock {
    /// Names under DEPENDENCIES.
    wanted: BTreeSet<String>,
    needs: BTreeMap<String, Vec<String>>,
    /// Name, and the folder that it is installed in.
    installed: Vec<(String, String)>,
}

impl Lock {
    fn parse(text: &str) -> Self {
        let mut lock = Self::default();
        let mut section = "";
        let mut gem = String::new();
        for line in text.lines() {
            let depth = line.len() - line.trim_start().len();
            let mut words = line.split_whitespace();
            let Some(word) = words.next() else {
                continue;
            };
            match (depth, section) {
                (0, _) => section = word,
                (4, "GEM" | "GIT" | "PATH") => {
                    word.clone_into(&mut gem);
                    let version = words.next().unwrap_or_default();
                    let version = version.trim_matches(['(', ')']);
                    lock.installed
                        .push((gem.clone(), format!("{gem}-{version}")));
                }
                (6, "GEM" | "GIT" | "PATH") => {
                    let needs = lock.needs.entry(gem.clone()).or_default();
                    needs.push(word.to_owned());
                }
                (2, "DEPENDENCIES") => {
                    lock.wanted.insert(word.trim_end_matches('!').to_owned());
                }
                _ => {}
            }
        }
        lock
    }
}

/// Gems that a Gemfile names in left-out groups and nowhere else. What is not understood
/// counts as a production gem.
fn left_out(gemfile: &str, without: &BTreeSet<String>) -> BTreeSet<String> {
    let mut blocks: Vec<Vec<String>> = Vec::new();
    let (mut out, mut production) = (BTreeSet::new(), BTreeSet::new());
    for line in gemfile.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        let first = line.split([' ', '(', '"', '\'']).next().unwrap_or_default();
        let opens = line.ends_with(" do") || line.contains(" do |");
        match first {
            "gem" => {
                let Some(name) = line.split(['"', '\'']).nth(1) else {
                    continue;
                };
                let mut groups = inline_groups(line);
                groups.extend(blocks.iter().flatten().cloned());
                if !groups.is_empty() && groups.iter().all(|group| without.contains(group)) {
                    out.insert(name.to_owned());
                } else {
                    production.insert(name.to_owned());
                }
            }
            "group" if opens => blocks.push(symbols(line)),
            "end" => {
                blocks.pop();
            }
            "if" | "unless" | "case" | "begin" | "def" | "while" | "until" => {
                blocks.push(Vec::new());
            }
            _ if opens => blocks.push(Vec::new()),
            _ => {}
        }
    }
    out.difference(&production).cloned().collect()
}

/// The groups in `gem "x", group: :test` and its other spellings.
fn inline_groups(line: &str) -> Vec<String> {
    let marks = [
        "groups:",
        "group:",
        ":groups =>",
        ":group =>",
        ":groups=>",
        ":group=>",
    ];
    let rest = marks.iter().find_map(|mark| line.split_once(mark));
    let Some((_, rest)) = rest else {
        return Vec::new();
    };
    let rest = rest.trim_start();
    let list = if rest.starts_with('[') {
        rest.split(']').next()
    } else {
        rest.split(',').next()
    };
    symbols(list.unwrap_or_default())
}

/// `:development` and `"development"`.
fn symbols(text: &str) -> Vec<String> {
    text.split([',', ' ', '(', ')', '[', ']'])
        .filter_map(|word| {
            let bare = word.strip_prefix(':').or_else(|| {
                let quoted = word.strip_prefix(['"', '\''])?;
                quoted.strip_suffix(['"', '\''])
            });
            bare.map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gems_that_no_production_group_has_are_left_out() {
        let gemfile = r#"
source "https://rubygems.org" do
  gem "rails"
end
gem 'pry', group: :development
gem "both", groups: [:development, :production]
group :development, :test do
  gem "rspec" # with a comment
  platforms :ruby do
    gem("debug")
  end
  if ENV["CI"]
    gem "twice"
  end
end
gem "twice"
gem "puma"
group :test, optional: true do
  gem "capybara", "~> 3.0", require: false
end
gem "lint", :group => :lint
"#;
        let without = ["development", "test"].map(str::to_owned).into();
        let out: Vec<_> = left_out(gemfile, &without).into_iter().collect();
        assert_eq!(out, ["capybara", "debug", "pry", "rspec"]);
    }

    #[test]
    fn a_lockfile_says_what_needs_what() {
        let lock = Lock::parse(
            "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n      b (>= 1)\n    b \
             (2.0-x86_64-linux)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a (~> 1)\n  c!\n",
        );
        assert_eq!(lock.installed[1].1, "b-2.0-x86_64-linux");
        assert_eq!(lock.needs["a"], ["b"]);
        assert!(lock.wanted.contains("c") && lock.wanted.contains("a"));
        assert_eq!(
            gem("vendor/bundle/ruby/3.3.0/gems/a-1.0/lib/a.rb"),
            Some("a-1.0")
        );
        assert_eq!(gem("vendor/bundle/ruby/3.3.0/bundler/gems/a-1/a.rb"), None);
    }
}
