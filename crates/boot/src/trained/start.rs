//! One start of the app in its copy: without network, without secrets, and with an end.

use slugsmith_facts::beneath::own;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use super::placeholders;
pub(crate) use super::told::Started;
use super::told::read;
use crate::{Input, Training};
use slugsmith_facts::environment::Environment;
use slugsmith_facts::run;

const LOOPBACK: &str = include_str!("loopback.sh");
const DRIVER: &str = concat!(include_str!("loopback.sh"), include_str!("drive.sh"));
/// What the app sees of the build's own variables: none of them is a secret.
const PASSED: &[&str] = &[
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "NODE_ENV",
    "NODE_OPTIONS",
    "RACK_ENV",
    "RAILS_ENV",
    "STACK",
    "TZ",
    "JAVA_HOME",
    "JAVA_OPTS",
    // Where gems are.
    "BUNDLE_PATH",
    "GEM_HOME",
    "GEM_PATH",
];

/// How processes are kept off the network here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alone {
    /// With a network of their own.
    Network(&'static [&'static str]),
    /// Nothing that does it is allowed here.
    No,
}

/// The first way that works: a network whose loopback stays down serves nobody, the app itself included.
pub(crate) fn alone() -> Alone {
    const WAYS: [&[&str]; 2] = [&["-r", "-n"], &["-n"]];
    let path = std::env::var_os("PATH").map(|path| (OsString::from("PATH"), path));
    let script = format!("{LOOPBACK}loopback_up");
    let works = |way: &&&[&str]| {
        let command = ["bash", "-c", script.as_str()];
        let arguments = way.iter().copied().chain(command);
        let arguments: Vec<String> = arguments.map(str::to_owned).collect();
        let ended = run::run(
            "unshare",
            &arguments,
            Path::new("/"),
            path.clone(),
            &mut |_| {},
        );
        ended.is_ok_and(|ended| ended.success)
    };
    WAYS.iter()
        .find(works)
        .map_or(Alone::No, |way| Alone::Network(way))
}

/// A copy of the app with what surrounds it.
pub(crate) struct Stage<'a> {
    pub input: &'a Input<'a>,
    pub training: &'a Training,
    pub alone: Alone,
    /// Holds `app`, the copy.
    pub folder: PathBuf,
}

impl Stage<'_> {
    pub(crate) fn app(&self) -> PathBuf {
        self.folder.join("app")
    }

    /// Starts the app with these variables, which win.
    pub(crate) fn start(&self, variables: &[(String, String)]) -> std::io::Result<Started> {
        self.start_and_see(variables).map(|(started, _)| started)
    }

    /// As [`Stage::start`], with what it printed.
    pub(crate) fn start_and_see(
        &self,
        variables: &[(String, String)],
    ) -> std::io::Result<(Started, Vec<String>)> {
        let config = self.input.config;
        let limit = config.limit.value.as_secs();
        let driver = self.folder.join("drive.sh");
        own::write(&driver, DRIVER)?;
        let temporary = self.folder.join("tmp");
        own::create_folders(&temporary)?;
        // An answer may take ten seconds more, and its stop as long as `drive.sh` says.
        let mut words = vec![
            "timeout".to_owned(),
            "--kill-after=5".to_owned(),
            (limit * 2 + 30).to_string(),
        ];
        if let Alone::Network(way) = self.alone {
            words.push("unshare".to_owned());
            words.extend(way.iter().map(|one| (*one).to_owned()));
        }
        words.extend(["bash".to_owned(), driver.display().to_string()]);
        words.extend([self.app().display().to_string(), limit.to_string()]);
        words.push(config.request.value.clone());
        match &config.command {
            Some(command) => {
                words.push("run".to_owned());
                words.extend(run::words(&command.value));
            }
            None => words.extend(["serve".to_owned(), self.training.command.clone()]),
        }
        let (program, arguments) = words
            .split_first()
            .ok_or(std::io::ErrorKind::InvalidInput)?;
        let environment = self.variables(&temporary, variables)?;
        let ended = run::run(program, arguments, &self.folder, environment, &mut |_| {})?;
        let started = read(&ended.output, config.command.is_some());
        Ok((started, ended.output))
    }

    fn variables(
        &self,
        temporary: &Path,
        variables: &[(String, String)],
    ) -> std::io::Result<Vec<(OsString, OsString)>> {
        let mut all = of_the_build(self.input.environment);
        let mut set = |name: &str, value: &str| all.push((name.into(), value.into()));
        for (name, value) in &self.training.declared {
            if let Some(value) = value.as_deref().or_else(|| placeholders::of(name)) {
                set(name, value);
            }
        }
        for (name, value) in [("NODE_ENV", "production"), ("DYNO", "web.1")] {
            if self.input.environment.get(name).is_none() {
                set(name, value);
            }
        }
        set("HOME", &self.app().display().to_string());
        set("TMPDIR", &temporary.display().to_string());
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        set("PORT", &port.to_string());
        if self.alone != Alone::No {
            set("SLUGSMITH_ALONE", "1");
        }
        for (name, value) in variables {
            set(name, value);
        }
        Ok(all)
    }
}

fn of_the_build(environment: &Environment) -> Vec<(OsString, OsString)> {
    let passed = PASSED.iter().filter_map(|name| {
        let value = environment.variables.get(*name)?;
        Some((OsString::from(name), value.clone()))
    });
    passed.collect()
}
