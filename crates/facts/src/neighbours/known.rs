//! Where do well-known buildpacks leave what they install?
//!
//! One entry per family of package managers. Ids and places were read in the sources of the
//! buildpacks: heroku/buildpacks-* and heroku/heroku-buildpack-*, paketo-buildpacks/*,
//! GoogleCloudPlatform/buildpacks.

/// Package managers that fill the same places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Node,
    Python,
    Ruby,
    Php,
    Go,
    Rust,
    Maven,
    Gradle,
}

/// What is known of the buildpacks of one family.
#[derive(Debug)]
pub struct Known {
    pub family: Family,
    /// Names of the caches of this family.
    pub managers: &'static [&'static str],
    /// Buildpacks that install dependencies whenever they are in the list, by exact id.
    pub installers: &'static [&'static str],
    /// Words in the ids of buildpacks that may have installed, the surest first.
    pub words: &'static [&'static str],
    /// What a classic buildpack that installs leaves beside the packages, relative to the
    /// app, and that buildpack.
    pub classic: &'static [(&'static str, &'static str)],
    /// Files that a package manager writes at the end of an install, relative to the tree.
    pub markers: &'static [&'static str],
}

/// All families.
pub const KNOWN: &[Known] = &[
    Known {
        family: Family::Node,
        managers: &["npm", "yarn", "pnpm", "bun"],
        installers: &[
            "heroku/nodejs",
            "heroku/nodejs-npm-install",
            "heroku/nodejs-pnpm-install",
            "heroku/nodejs-yarn",
            "paketo-buildpacks/npm-install",
            "paketo-buildpacks/yarn-install",
            "google.nodejs.npm",
            "google.nodejs.pnpm",
            "google.nodejs.yarn",
        ],
        words: &["npm", "yarn", "pnpm", "bun", "modules", "node"],
        classic: &[
            (".profile.d/nodejs.sh", "heroku/nodejs"),
            (".heroku/node", "heroku/nodejs"),
        ],
        // npm 7 and later, pnpm, yarn 1, yarn's node-modules linker.
        markers: &[
            ".package-lock.json",
            ".modules.yaml",
            ".yarn-integrity",
            ".yarn-state.yml",
        ],
    },
    Known {
        family: Family::Python,
        managers: &["pip", "pipenv", "poetry", "uv"],
        installers: &[
            "heroku/python",
            "paketo-buildpacks/conda-env-update",
            "paketo-buildpacks/pip-install",
            "paketo-buildpacks/pipenv-install",
            "paketo-buildpacks/poetry-install",
            "paketo-buildpacks/uv-install",
            "google.python.pip",
            "google.python.poetry",
            "google.python.uv",
        ],
        words: &["pip", "poetry", "uv", "conda", "python"],
        classic: &[
            (".profile.d/python.sh", "heroku/python"),
            (".heroku/python", "heroku/python"),
        ],
        markers: &[],
    },
    Known {
        family: Family::Ruby,
        managers: &["bundler"],
        installers: &[
            "heroku/ruby",
            "paketo-buildpacks/bundle-install",
            "google.ruby.bundle",
        ],
        words: &["bundle", "gem", "ruby"],
        classic: &[(".profile.d/ruby.sh", "heroku/ruby")],
        markers: &[],
    },
    Known {
        family: Family::Php,
        managers: &["composer"],
        installers: &[
            "heroku/php",
            "paketo-buildpacks/composer-install",
            "google.php.composer",
        ],
        words: &["composer", "php"],
        classic: &[(".heroku/php", "heroku/php")],
        markers: &["autoload.php", "composer/installed.json"],
    },
    Known {
        family: Family::Go,
        managers: &["go"],
        installers: &["heroku/go", "paketo-buildpacks/go-build", "google.go.build"],
        words: &["go"],
        classic: &[
            (".profile.d/go.sh", "heroku/go"),
            (".heroku/go", "heroku/go"),
        ],
        markers: &[],
    },
    Known {
        family: Family::Rust,
        managers: &["cargo"],
        installers: &["paketo-community/cargo", "paketo-community/cargo-install"],
        words: &["cargo", "rust"],
        classic: &[(".profile.d/rust.sh", "emk/rust")],
        markers: &[],
    },
    Known {
        family: Family::Maven,
        managers: &["maven"],
        installers: &[
            "heroku/java",
            "heroku/maven",
            "paketo-buildpacks/maven",
            "google.java.maven",
        ],
        words: &["maven", "java"],
        classic: &[],
        markers: &[],
    },
    Known {
        family: Family::Gradle,
        managers: &["gradle"],
        installers: &[
            "heroku/gradle",
            "paketo-buildpacks/gradle",
            "google.java.gradle",
        ],
        words: &["gradle", "java"],
        classic: &[],
        markers: &[],
    },
];

/// The family of a cache: `npm`, or `frontend/npm` of a subfolder.
#[must_use]
pub fn of(cache: &str) -> Option<&'static Known> {
    let manager = cache.rsplit('/').next().unwrap_or(cache);
    KNOWN.iter().find(|known| known.managers.contains(&manager))
}

#[cfg(test)]
mod tests {
    use super::KNOWN;

    /// What is known of neighbours by name, is what the models say.
    #[test]
    fn known_neighbours_are_those_of_the_models() {
        for known in KNOWN {
            let model = slugsmith_ecosystems::ALL.iter().find(|one| {
                let mut managers = known.managers.iter();
                managers.all(|manager| one.caches.contains(manager))
            });
            let model = model.unwrap_or_else(|| panic!("no model has {:?}", known.managers));
            // Conda is a model of its own and makes environments of Python.
            let models = slugsmith_ecosystems::ALL.iter();
            let ids: std::collections::BTreeSet<_> = models
                .flat_map(|one| one.buildpacks)
                .flat_map(|one| one.ids)
                .collect();
            // Google's parts are in its builder alone: nobody adds them to an app.
            let named = known
                .installers
                .iter()
                .filter(|id| !id.starts_with("google."));
            for id in named {
                assert!(ids.contains(id), "{} does not know {id}", model.id);
            }
        }
    }
}
