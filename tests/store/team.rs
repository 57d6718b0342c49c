//! An app that several machines build, each with a cache of its own.

use std::path::PathBuf;
use std::process::Command;

use crate::servers::{SECRET, USER};
use crate::support::{BINARY, Ran, Sandbox, listing};

/// Installs what `want` lists, and tells what it was given.
const NPM: &str = r#"#!/bin/sh
case "$1" in --version) echo 10.9.3; exit;; esac
env > "$HOME/given-$$"
echo "$*" >> "$HOME/commands"
case "$1" in
ci|install)
  [ "$1" = ci ] && rm -rf node_modules
  mkdir -p node_modules; echo '{}' > node_modules/.package-lock.json
  while read -r name; do
    mkdir -p "node_modules/$name"; head -c 3000 package-lock.json > "node_modules/$name/index.js"
    echo "module $name" >> "node_modules/$name/index.js"
  done < want
  echo "added packages";;
esac
"#;

pub(crate) struct Team {
    pub(crate) sandbox: Sandbox,
    pub(crate) variables: Vec<(String, String)>,
}

/// What a build left and said.
pub(crate) struct Built {
    pub(crate) ran: Ran,
    pub(crate) tree: Vec<(PathBuf, String)>,
}

impl Team {
    /// With a store at this address.
    pub(crate) fn with(url: &str, port: u16) -> Self {
        let sandbox = Sandbox::new()
            .program("npm", NPM)
            .program("node", "#!/bin/sh\necho 20.1.0 115\n")
            .file(
                "package.json",
                r#"{"name":"shop","dependencies":{"ms":"^2.0.0"},"scripts":{"start":"node index.js"}}"#,
            )
            .file("index.js", "require('ms')\n")
            .file("want", "ms\nexpress\n");
        let team = Self {
            sandbox,
            variables: Vec::new(),
        };
        team.lock("2.0.0");
        let endpoint = format!("http://127.0.0.1:{port}");
        team.set("SLUGSMITH_STORE_URL", url)
            .set("SLUGSMITH_STORE_ENDPOINT", &endpoint)
            .set("SLUGSMITH_STORE_ACCESS_KEY_ID", USER)
            .set("SLUGSMITH_STORE_SECRET_ACCESS_KEY", SECRET)
            .set("SLUGSMITH_STORE_KEY", "hmac:a key that the team has")
            .set("SLUGSMITH_STORE_BRANCH", "main")
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(set, _)| set != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn lock(&self, version: &str) {
        let text = format!(
            r#"{{"name":"shop","lockfileVersion":3,"packages":{{"":{{"name":"shop",
"dependencies":{{"ms":"^2.0.0"}}}},"node_modules/ms":{{"version":"{version}",
"resolved":"https://npm.example/ms.tgz"}}}}}}"#
        );
        fs_err::write(self.sandbox.app().join("package-lock.json"), text).unwrap();
    }

    pub(crate) fn command(&self, machine: &str) -> Command {
        let mut command = self.sandbox.command(BINARY);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(["build", "app", "--cache", machine, "--keep"]);
        command.arg(format!("built-{machine}"));
        command
    }

    /// Builds on a machine, which keeps its cache from build to build.
    pub(crate) fn build(&self, machine: &str) -> Built {
        let ran = Ran::from(self.command(machine).output().unwrap());
        self.built(machine, ran)
    }

    pub(crate) fn built(&self, machine: &str, ran: Ran) -> Built {
        let kept = self.sandbox.path(&format!("built-{machine}"));
        let modules = kept.join("node_modules");
        let tree = if modules.is_dir() {
            listing(&modules)
        } else {
            Vec::new()
        };
        let _ = fs_err::remove_dir_all(kept);
        Built { ran, tree }
    }

    pub(crate) fn commands(&self) -> usize {
        let path = self.sandbox.path("home/commands");
        fs_err::read_to_string(path).map_or(0, |text| text.lines().count())
    }
}

impl Built {
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.ran.stdout.contains(text), "{}", self.ran.stdout);
        self
    }

    #[track_caller]
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.ran.code, 0, "{}{}", self.ran.stdout, self.ran.stderr);
        self
    }
}
