//! Which buildpack wrote what is in a slug: by what is observed, never by a guess.
//!
//! Official buildpacks write folders and scripts of known names. A script of another name is
//! that of the folder that it names, and what nobody can be found for is of an earlier
//! buildpack, with the script's name to tell two of them apart.

mod official;

use std::path::{Path, PathBuf};

use official::{
    APT, CHROME, DATADOG, GOOGLE_CHROME, JVM, JVM_AGENT, OFFICIAL, Official, PUPPETEER,
};
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::model::Holds;

/// Folders of the app that one known buildpack fills, and no other.
pub(super) fn known_folders() -> impl Iterator<Item = &'static str> {
    OFFICIAL.iter().flat_map(|one| one.folders).copied()
}

/// Who ran, as far as the slug and the buildpacks beside ours say it.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// A buildpack by whose name another goes here: heroku/java installs as heroku/jvm does.
    stands_for: Vec<(&'static str, &'static str)>,
    /// Paths that are there and say whose the folder around them is.
    signs: Vec<(&'static str, &'static str)>,
    /// Folders that were found in the slug.
    pub(super) folders: Vec<String>,
}

impl Owners {
    /// `beside` are the folders of the other buildpacks of a running build.
    pub(super) fn of(root: &Path, beside: &[PathBuf], folders: Vec<String>) -> Self {
        let present: Vec<&Official> = beside
            .iter()
            .filter_map(|folder| official_of(&name_of(folder)?))
            .collect();
        let has = |id: &str| present.iter().any(|one| one.id == id);
        let mut stands_for = Vec::new();
        for host in &present {
            match host.runs {
                Some(part) if !has(part) => stands_for.push((part, host.id)),
                _ => {}
            }
        }
        // apt passes only where an Aptfile is; four others fill the same folder, three of
        // them with a script of the same name.
        if !root.join("Aptfile").exists() && !has(APT) {
            let signs = [
                (".chrome-for-testing", CHROME),
                (".profile.d/010_google-chrome.sh", GOOGLE_CHROME),
                (".profile.d/puppeteer.sh", PUPPETEER),
                (".profile.d/datadog.sh", DATADOG),
            ];
            let found = signs.iter().find(|(sign, _)| root.join(sign).exists());
            stands_for.extend(found.map(|(_, id)| (APT, *id)));
        }
        Self {
            stands_for,
            signs: left_behind(root),
            folders,
        }
    }

    fn shown(&self, id: &'static str) -> &'static str {
        let other = self.stands_for.iter().find(|(part, _)| *part == id);
        other.map_or(id, |(_, host)| host)
    }

    /// The buildpack that fills a folder of the app.
    pub(super) fn of_folder(&self, path: &str) -> Option<&'static str> {
        let is_in = |sign: &str| sign == path || sign.starts_with(&format!("{path}/"));
        let by_sign = || self.signs.iter().find(|(sign, _)| is_in(sign));
        of_folder(path)
            .or_else(|| by_sign().map(|(_, id)| *id))
            .map(|id| self.shown(id))
    }

    /// The buildpack that wrote a script of `.profile.d`.
    pub(super) fn of_script(&self, name: &str, text: &str) -> String {
        if let Some(said) = named_in(text) {
            return self.shown(said).to_owned();
        }
        // Of those that write a script of this name Node.js's alone counts by it (its profile/WEB_CONCURRENCY.sh).
        if name == "WEB_CONCURRENCY.sh" && text.contains("WEB_MEMORY") {
            return self.shown("heroku/nodejs").to_owned();
        }
        // A script of a known name that names only another's folder is that one's:
        // the nginx buildpack writes a `ruby.sh`, too.
        let by_name = OFFICIAL.iter().find(|one| one.scripts.contains(&name));
        if let Some(known) = by_name {
            let own = known.folders.iter().any(|folder| text.contains(folder));
            let other = OFFICIAL.iter().find(|one| {
                !own && one
                    .folders
                    .iter()
                    .any(|folder| place_of(text, folder).is_some())
            });
            return self.shown(other.unwrap_or(known).id).to_owned();
        }
        self.of_named_folders(text)
            .or_else(|| {
                (name == "WEB_CONCURRENCY.sh")
                    .then(|| self.only_language(text))
                    .flatten()
            })
            .unwrap_or_else(|| unknown(name))
    }

    /// The buildpack that wrote an `export` file, which lies in its own `folder`.
    pub(super) fn of_export(&self, folder: &Path, text: &str) -> String {
        let name = folder
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        described(folder)
            .or_else(|| self.of_named_folders(text))
            .unwrap_or_else(|| {
                if is_digest(&name) {
                    UNNAMED.to_owned()
                } else {
                    name
                }
            })
    }

    /// The buildpack whose folder a text names first.
    fn of_named_folders(&self, text: &str) -> Option<String> {
        // Anybody may name a folder; who fills it has left it.
        let is_there = |folder: &&str| {
            let mut there = self.folders.iter();
            there.any(|one| one == folder || one.starts_with(&format!("{folder}/")))
        };
        let mut all: Vec<&str> = known_folders().filter(is_there).collect();
        all.extend(self.folders.iter().map(String::as_str));
        let mut found: Vec<(usize, String)> = all
            .into_iter()
            .filter_map(|folder| {
                let owner = self.of_folder(folder).map(str::to_owned);
                Some((
                    place_of(text, folder)?,
                    owner.unwrap_or_else(|| unknown(folder)),
                ))
            })
            .collect();
        found.sort();
        found.into_iter().next().map(|(_, owner)| owner)
    }

    /// The one language whose folder is there; its `WEB_CONCURRENCY.sh` can be of nobody else.
    fn only_language(&self, text: &str) -> Option<String> {
        // Those of Ruby and PHP are empty.
        let empty = text.trim().is_empty();
        let mut owners: Vec<&str> = self
            .folders
            .iter()
            .filter_map(|folder| of_folder(folder))
            .filter(|id| match *id {
                "heroku/nodejs" | "heroku/python" => !empty,
                "heroku/ruby" | "heroku/php" => empty,
                _ => false,
            })
            .collect();
        owners.sort_unstable();
        owners.dedup();
        match owners.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    }
}

/// What is there of a buildpack in folders that others fill as well: by its own file, or by the runtime of a
/// language, which is of who left the language's packages.
fn left_behind(root: &Path) -> Vec<(&'static str, &'static str)> {
    let is_there = |path: &str| root.join(path).exists();
    let mut found: Vec<_> = is_there(JVM_AGENT)
        .then_some((JVM_AGENT, JVM))
        .into_iter()
        .collect();
    for ecosystem in ecosystems::ALL {
        let trees = || ecosystem.trees.iter();
        let runtimes = trees().filter(|tree| tree.holds == Holds::Runtime && is_there(tree.path));
        for runtime in runtimes {
            let same = trees().filter(|tree| tree.left_by == runtime.left_by);
            found.extend(same.map(|tree| (tree.path, tree.left_by)));
        }
    }
    found
}

/// The buildpack that fills a folder of the app, whatever else ran.
fn of_folder(path: &str) -> Option<&'static str> {
    let known = OFFICIAL.iter().find(|one| {
        one.folders.iter().any(|folder| {
            path == *folder
                || path.starts_with(&format!("{folder}-"))
                || path.starts_with(&format!("{folder}/"))
        })
    });
    known.map(|one| one.id)
}

/// The buildpack that alone fills a folder; `None` where several do.
pub(super) fn sole_owner(path: &str) -> Option<&'static str> {
    of_folder(path).filter(|id| ![APT, JVM].contains(id))
}

/// Where a text names a folder, and not one whose name only begins like it.
fn place_of(text: &str, folder: &str) -> Option<usize> {
    let mut places = text.match_indices(folder).map(|(at, _)| at);
    places.find(|at| {
        let rest = &text[at + folder.len()..];
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// In place of a name that nothing says.
pub const UNNAMED: &str = "an earlier buildpack";

/// For scripts and folders that nothing says anything about.
pub(super) fn unknown(what: &str) -> String {
    format!("{UNNAMED} ({what})")
}

/// On Cedar buildpacks are unpacked into folders named by 128 hexadecimal digits.
fn is_digest(name: &str) -> bool {
    name.len() >= 32 && name.chars().all(|c| c.is_ascii_hexdigit())
}

/// The name of a buildpack that we know, where its own `buildpack.toml` says one of those.
fn described(folder: &Path) -> Option<String> {
    let name = name_of(folder)?;
    Some(official_of(&name).map_or(name, |one| one.id.to_owned()))
}

/// Older releases of heroku/jvm call themselves otherwise.
fn official_of(name: &str) -> Option<&'static Official> {
    let name = if name == "JVM Common" { "JVM" } else { name };
    let mut all = OFFICIAL.iter().filter(|one| !one.name.is_empty());
    all.find(|one| one.name == name)
}

/// What the buildpack's own `buildpack.toml` says.
fn name_of(folder: &Path) -> Option<String> {
    let text = crate::beneath::text(folder.join("buildpack.toml")).ok()?;
    let toml: toml::Table = text.parse().ok()?;
    let own = toml.get("buildpack")?;
    let word = |key: &str| {
        own.get(key)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    };
    word("id").or_else(|| word("name")).map(str::to_owned)
}

/// Scripts of Heroku's buildpacks name their author in `WEB_CONCURRENCY_SET_BY`.
fn named_in(text: &str) -> Option<&'static str> {
    let (_, after) = text.split_once("WEB_CONCURRENCY_SET_BY=")?;
    let value = after.trim_start_matches(['"', '\'']);
    OFFICIAL.iter().map(|one| one.id).find(|id| {
        value
            .strip_prefix(id)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(folders: &[&str]) -> Owners {
        Owners {
            folders: folders.iter().map(|one| (*one).to_owned()).collect(),
            ..Owners::default()
        }
    }

    #[test]
    fn owners_are_known_or_unknown() {
        let python = owners(&[".heroku/python"]);
        let count = "export WEB_CONCURRENCY=2";
        assert_eq!(
            python.of_script("WEB_CONCURRENCY.sh", count),
            "heroku/python"
        );
        let both = owners(&[".heroku/node", ".heroku/python"]);
        let of_node = "export WEB_CONCURRENCY=$((MEMORY_AVAILABLE / WEB_MEMORY))";
        assert_eq!(
            both.of_script("WEB_CONCURRENCY.sh", of_node),
            "heroku/nodejs"
        );
        assert!(
            both.of_script("WEB_CONCURRENCY.sh", count)
                .starts_with("an earlier")
        );
        let said = "export WEB_CONCURRENCY_SET_BY=\"heroku/python\"";
        assert_eq!(both.of_script("WEB_CONCURRENCY.sh", said), "heroku/python");
        assert_eq!(
            both.of_script("google-cloud.sh", "export A=1"),
            "an earlier buildpack (google-cloud.sh)"
        );
        let text = "export PATH=\"$HOME/.heroku/vips/bin:$PATH\"";
        assert_eq!(
            owners(&[".heroku/vips"]).of_script("vips.sh", text),
            "an earlier buildpack (.heroku/vips)"
        );
        assert_eq!(of_folder("vendor/ruby-3.3.5"), Some("heroku/ruby"));
        assert_eq!(of_folder(".heroku/nodes"), None);
        assert_eq!(of_folder(".heroku/metrics"), Some("heroku/nodejs"));
    }

    #[test]
    fn a_script_of_a_known_name_is_that_of_the_folder_that_it_names() {
        let nginx = "export PATH=\"${HOME}/.heroku-buildpack-nginx/ruby/bin:${PATH}\"";
        let none = owners(&[]);
        assert_eq!(none.of_script("ruby.sh", nginx), "heroku-community/nginx");
        let gems = "export GEM_PATH=\"$HOME/vendor/bundle/ruby/3.3.0:$GEM_PATH\"";
        assert_eq!(none.of_script("ruby.sh", gems), "heroku/ruby");
        assert_eq!(none.of_script("ruby.sh", "export LANG=C"), "heroku/ruby");
    }

    #[test]
    fn a_part_that_another_buildpack_runs_goes_by_the_name_in_the_list() {
        let beside = tempfile::tempdir().unwrap();
        let toml = |name: &str| {
            let folder = beside.path().join(name);
            fs_err::create_dir_all(&folder).unwrap();
            let text = format!("[buildpack]\nname = \"{name}\"\n");
            fs_err::write(folder.join("buildpack.toml"), text).unwrap();
            folder
        };
        let app = tempfile::tempdir().unwrap();
        let of = |beside: &[PathBuf]| Owners::of(app.path(), beside, Vec::new());
        let java = of(&[toml("Java")]);
        assert_eq!(java.of_folder(".jdk"), Some("heroku/java"));
        assert_eq!(java.of_script("jdbc.sh", "export A=1"), "heroku/java");
        let both = of(&[toml("JVM"), toml("Java")]);
        assert_eq!(both.of_folder(".jdk"), Some(JVM));
        assert_eq!(of(&[]).of_folder(".jdk"), Some(JVM));

        // A folder that several fill is of whose file is there.
        let put = |path: &str| {
            let path = app.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        };
        assert_eq!(of(&[]).of_folder(".heroku/bin"), None);
        put(".heroku/bin/deno");
        assert_eq!(
            of(&[]).of_folder(".heroku/bin"),
            Some("heroku-buildpack-deno")
        );
        assert_eq!(
            of(&[]).of_folder(".heroku/cache"),
            Some("heroku-buildpack-deno")
        );
        put(JVM_AGENT);
        assert_eq!(of(&[]).of_folder(".heroku/bin"), Some(JVM));

        assert_eq!(of(&[]).of_folder(".apt"), Some(APT));
        fs_err::create_dir_all(app.path().join(".chrome-for-testing")).unwrap();
        assert_eq!(of(&[]).of_folder(".apt"), Some(CHROME));
        let path = "export PATH=\"$HOME/.apt/usr/bin:$PATH\"";
        assert_eq!(of(&[]).of_script("000_apt.sh", path), CHROME);
        fs_err::write(app.path().join("Aptfile"), "jq\n").unwrap();
        assert_eq!(of(&[]).of_script("000_apt.sh", path), APT);
    }

    #[test]
    fn digests_are_never_names() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("ab".repeat(64));
        fs_err::create_dir_all(&own).unwrap();
        let node = owners(&[".heroku/node"]);
        let export = "export PATH=\"/tmp/build_1/.heroku/node/bin:$PATH\"";
        assert_eq!(node.of_export(&own, export), "heroku/nodejs");
        assert_eq!(node.of_export(&own, "export A=1"), "an earlier buildpack");
        assert_eq!(
            node.of_export(Path::new("/x/10-apt"), "export A=1"),
            "10-apt"
        );
        fs_err::write(
            own.join("buildpack.toml"),
            "[buildpack]\nname = \"Python\"\n",
        )
        .unwrap();
        assert_eq!(node.of_export(&own, export), "heroku/python");
    }
}
