//! Which buildpack wrote what is in a slug: by what is observed, never by a guess.
//!
//! Official buildpacks write folders and scripts of known names. A script of another name is
//! that of the folder that it names, and what nobody can be found for is of an earlier
//! buildpack, with the script's name to tell two of them apart.

use std::path::Path;

/// A buildpack, the folders that it fills, and the whole names of its scripts.
struct Official {
    id: &'static str,
    /// What its `bin/detect` and `buildpack.toml` call it.
    name: &'static str,
    folders: &'static [&'static str],
    scripts: &'static [&'static str],
}

static OFFICIAL: &[Official] = &[
    Official {
        id: "heroku/nodejs",
        name: "Node.js",
        folders: &[".heroku/node", ".heroku/yarn"],
        scripts: &["nodejs.sh"],
    },
    Official {
        id: "heroku/python",
        name: "Python",
        folders: &[".heroku/python"],
        scripts: &["python.sh", "python.gunicorn.sh", "python.nltk.sh"],
    },
    Official {
        id: "heroku/ruby",
        name: "Ruby",
        folders: &["vendor/ruby", "vendor/bundle", ".heroku/ruby"],
        scripts: &["ruby.sh"],
    },
    Official {
        id: "heroku/jvm",
        name: "JVM Common",
        folders: &[".jdk"],
        scripts: &["jvmcommon.sh", "jdbc.sh", "jvm-redis.sh", "java-metrics.sh"],
    },
    Official {
        id: "heroku/php",
        name: "PHP",
        folders: &[".heroku/php"],
        scripts: &["php.sh", "100-composer.sh"],
    },
    Official {
        id: "heroku/go",
        name: "Go",
        folders: &[".heroku/go"],
        scripts: &["go.sh", "goenv.sh", "concurrency.sh"],
    },
    Official {
        id: "heroku-community/apt",
        name: "Apt",
        folders: &[".apt"],
        scripts: &["000_apt.sh"],
    },
];

/// The buildpack that fills a folder of the app.
pub(super) fn of_folder(path: &str) -> Option<&'static str> {
    let known = OFFICIAL.iter().find(|one| {
        one.folders.iter().any(|folder| {
            path == *folder
                || path.starts_with(&format!("{folder}-"))
                || path.starts_with(&format!("{folder}/"))
        })
    });
    known.map(|one| one.id)
}

/// The buildpack that wrote a script of `.profile.d`.
pub(super) fn of_script(name: &str, text: &str, folders: &[String]) -> String {
    if let Some(known) = OFFICIAL.iter().find(|one| one.scripts.contains(&name)) {
        return known.id.to_owned();
    }
    if let Some(said) = named_in(text) {
        return said.to_owned();
    }
    of_named_folders(text, folders)
        .or_else(|| {
            (name == "WEB_CONCURRENCY.sh")
                .then(|| only_language(folders, text))
                .flatten()
        })
        .unwrap_or_else(|| unknown(name))
}

/// The buildpack that wrote an `export` file, which lies in its own `folder`.
pub(super) fn of_export(folder: &Path, text: &str, folders: &[String]) -> String {
    let name = folder
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    described(folder)
        .or_else(|| of_named_folders(text, folders))
        .unwrap_or_else(|| {
            if is_digest(&name) {
                "an earlier buildpack".to_owned()
            } else {
                name
            }
        })
}

/// For scripts and folders that nothing says anything about.
pub(super) fn unknown(what: &str) -> String {
    format!("an earlier buildpack ({what})")
}

/// On Cedar buildpacks are unpacked into folders named by 128 hexadecimal digits.
fn is_digest(name: &str) -> bool {
    name.len() >= 32 && name.chars().all(|c| c.is_ascii_hexdigit())
}

/// What the buildpack's own `buildpack.toml` says.
fn described(folder: &Path) -> Option<String> {
    let text = crate::beneath::text(folder.join("buildpack.toml")).ok()?;
    let toml: toml::Table = text.parse().ok()?;
    let own = toml.get("buildpack")?;
    let word = |key: &str| {
        own.get(key)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    };
    let name = word("id").or_else(|| word("name"))?;
    let official = OFFICIAL.iter().find(|one| one.name == name);
    Some(official.map_or(name, |one| one.id).to_owned())
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

/// The buildpack whose folder a text names first.
fn of_named_folders(text: &str, folders: &[String]) -> Option<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for folder in folders {
        let Some(at) = text.find(folder.as_str()) else {
            continue;
        };
        let owner = of_folder(folder).map_or_else(|| unknown(folder), str::to_owned);
        found.push((at, owner));
    }
    found.sort();
    found.into_iter().next().map(|(_, owner)| owner)
}

/// The one language whose folder is there; its `WEB_CONCURRENCY.sh` can be of nobody else.
fn only_language(folders: &[String], text: &str) -> Option<String> {
    // Those of Ruby and PHP are empty.
    let empty = text.trim().is_empty();
    let mut owners: Vec<&str> = folders
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_known_or_unknown() {
        let folders = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let python = folders(&[".heroku/python"]);
        assert_eq!(
            of_script("WEB_CONCURRENCY.sh", "export WEB_CONCURRENCY=2", &python),
            "heroku/python"
        );
        let both = folders(&[".heroku/node", ".heroku/python"]);
        assert!(
            of_script("WEB_CONCURRENCY.sh", "export WEB_CONCURRENCY=2", &both)
                .starts_with("an earlier")
        );
        let said = "export WEB_CONCURRENCY_SET_BY=\"heroku/python\"";
        assert_eq!(
            of_script("WEB_CONCURRENCY.sh", said, &both),
            "heroku/python"
        );
        assert_eq!(
            of_script("google-cloud.sh", "export A=1", &both),
            "an earlier buildpack (google-cloud.sh)"
        );
        let text = "export PATH=\"$HOME/.heroku/vips/bin:$PATH\"";
        let vips = folders(&[".heroku/vips"]);
        assert_eq!(
            of_script("vips.sh", text, &vips),
            "an earlier buildpack (.heroku/vips)"
        );
        assert_eq!(of_folder("vendor/ruby-3.3.5"), Some("heroku/ruby"));
        assert_eq!(of_folder(".heroku/nodes"), None);
    }

    #[test]
    fn digests_are_never_names() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("ab".repeat(64));
        fs_err::create_dir_all(&own).unwrap();
        let node = [".heroku/node".to_owned()];
        let export = "export PATH=\"/tmp/build_1/.heroku/node/bin:$PATH\"";
        assert_eq!(of_export(&own, export, &node), "heroku/nodejs");
        assert_eq!(of_export(&own, "export A=1", &node), "an earlier buildpack");
        assert_eq!(
            of_export(Path::new("/x/10-apt"), "export A=1", &[]),
            "10-apt"
        );
        fs_err::write(
            own.join("buildpack.toml"),
            "[buildpack]\nname = \"Python\"\n",
        )
        .unwrap();
        assert_eq!(of_export(&own, export, &node), "heroku/python");
    }
}
