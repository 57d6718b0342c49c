//! What is compared of two builds of one app.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use slugsmith::facts::tree::{EntryKind, Tree};

/// A finished build: what a dyno or container gets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Built {
    /// Process types with their commands.
    pub(crate) processes: BTreeMap<String, String>,
    /// What each process printed, its end included.
    pub(crate) output: BTreeMap<String, String>,
    pub(crate) environment: BTreeMap<String, String>,
    /// Links of the app with their targets: nobody else's may be replaced.
    pub(crate) links: BTreeMap<PathBuf, String>,
    /// Installed packages, once per copy.
    pub(crate) packages: BTreeMap<String, usize>,
    /// Apparent bytes of everything that ships.
    pub(crate) bytes: u64,
    /// Calls of package managers and compilers.
    pub(crate) calls: Vec<String>,
    pub(crate) log: String,
}

/// Package managers, compilers and interpreters that count their calls.
pub(crate) const TOOLS: &[&str] = &[
    "npm", "npx", "yarn", "pnpm", "bun", "node", "python3", "python", "pip", "pip3", "poetry",
    "uv", "pipenv", "ruby", "bundle", "gem", "php", "composer", "go", "cargo", "mvn", "gradle",
    "java", "dotnet", "mix",
];

/// Variables of ours that docs/contract.md lists, and those of a shell.
const OWN: &[&str] = &["PWD", "OLDPWD", "SHLVL", "_"];

/// Puts tools into a folder that write their calls into `calls`.
pub(crate) fn tools(folder: &Path, calls: &Path) {
    for name in TOOLS {
        let script = format!(
            "#!/bin/sh\necho \"{name} $*\" >> '{}'\nexit 1\n",
            calls.display()
        );
        program(&folder.join(name), &script);
    }
}

pub(crate) fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Writes an app; a file in `bin/` can be started.
pub(crate) fn write_app(app: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        program(&app.join(path), text);
    }
}

impl Built {
    /// Takes in a folder that ships.
    pub(crate) fn ship(&mut self, root: &Path, hide: &Path) {
        let tree = Tree::read(root);
        for entry in tree.entries() {
            let path = entry.path();
            if path.to_string_lossy().contains("slugsmith") {
                continue;
            }
            self.bytes += entry.size();
            if entry.kind() == EntryKind::Symlink {
                let target = fs_err::read_link(root.join(path)).unwrap();
                let target = target.display().to_string();
                let target = target.replace(&hide.display().to_string(), "<root>");
                self.links.insert(path.to_owned(), target);
            }
            if let Some(name) = package(path) {
                *self.packages.entry(name).or_default() += 1;
            }
        }
    }

    pub(crate) fn environment_of(&mut self, text: &str, hide: &Path) {
        let hide = hide.display().to_string();
        self.environment = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(name, _)| !OWN.contains(name) && !name.starts_with("SLUGSMITH_"))
            .map(|(name, value)| (name.to_owned(), value.replace(&hide, "<root>")))
            .collect();
    }
}

/// The name of an installed package by the file that stands for it.
fn package(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let text = path.to_str()?;
    if name == "package.json" {
        return Some(text.rsplit_once("node_modules/")?.1.to_owned());
    }
    if name.ends_with(".gemspec") || name.ends_with(".dist-info") {
        return Some(name.to_owned());
    }
    (name == "autoload.php").then(|| name.to_owned())
}

/// What a server is asked for.
const ASKED: &[&str] = &[
    "/index.html",
    "/node_modules/ms/index.js",
    "/src/changed.txt",
];

/// Runs what a process starts. A command that listens on `$PORT` is asked over HTTP, any other
/// runs to its end.
pub(crate) fn run(mut shell: Command, command: &str) -> String {
    if command.contains("$PORT") {
        return answers(shell);
    }
    let ran = shell.output().unwrap();
    let output = [ran.stdout, ran.stderr].concat();
    let output = String::from_utf8_lossy(&output);
    format!("{output}rc={}", ran.status.code().unwrap_or(-1))
}

fn answers(mut shell: Command) -> String {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut server = shell
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut tries = 600;
    let answers: Option<String> = loop {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break ASKED.iter().map(|path| answer(port, path)).collect();
        }
        tries -= 1;
        if tries == 0 || server.try_wait().unwrap().is_some() {
            break None;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let group = format!("-{}", server.id());
    let _ = Command::new("kill").args(["-9", "--", &group]).status();
    let _ = server.wait();
    match answers {
        Some(answers) => format!("{answers}rc=0"),
        None => "no answer".to_owned(),
    }
}

/// The status and the body.
fn answer(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?;
    // The page of an error has the server's own words.
    let body = if status == "200" { body } else { "" };
    Some(format!("{path} {status} {body}\n"))
}

/// The law. `row` names what is compared.
pub(crate) fn same(row: &str, without: &Built, with: &Built) {
    let log = &with.log;
    assert_eq!(without.processes, with.processes, "{row}: processes\n{log}");
    assert_eq!(without.output, with.output, "{row}: output\n{log}");
    assert_eq!(
        without.environment, with.environment,
        "{row}: environment\n{log}"
    );
    assert_eq!(without.links, with.links, "{row}: links\n{log}");
    let calls: BTreeSet<_> = with
        .calls
        .iter()
        .filter(|call| !without.calls.contains(call) && !is_question(call))
        .collect();
    assert!(
        calls.is_empty(),
        "{row}: calls of package managers {calls:?}\n{log}"
    );
    for (name, copies) in &with.packages {
        let before = without.packages.get(name).copied().unwrap_or_default();
        assert!(
            *copies <= before,
            "{row}: {name} is there {copies} times, without slugsmith {before}\n{log}"
        );
    }
    assert!(
        with.bytes <= without.bytes,
        "{row}: {} bytes, without slugsmith {}\n{log}",
        with.bytes,
        without.bytes
    );
}

/// Asks a tool for its version, or an interpreter about itself: nothing is installed.
fn is_question(call: &str) -> bool {
    call.ends_with("--version") || call.contains(" -I -S -c import importlib.util, sys; print(")
}

/// A copy of a file or folder, with the folders above it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to.parent().unwrap()).unwrap();
    let ran = Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status()
        .unwrap();
    assert!(ran.success());
}
