//! A small npm app, a fake npm that counts its calls, and the steps of the classic API.

use std::path::PathBuf;

use crate::support::{BINARY, Ran, Sandbox, repository};

/// A fake npm that counts its calls, so that "zero commands" can be proved without a
/// network; the container tests use the real one.
pub(crate) const NPM: &str = r#"#!/bin/sh
echo "$*" >> "$HOME/npm-calls"
case "$1" in
  --version|-v) echo 10.9.3 ;;
  ci|install) mkdir -p node_modules/left-pad
    printf '{"name":"left-pad","version":"1.3.0","main":"index.js"}' > node_modules/left-pad/package.json
    echo 'module.exports = 1' > node_modules/left-pad/index.js
    echo '{}' > node_modules/left-pad/index.js.map
    echo "added 1 package in 1s" ;;
esac
"#;
const NODE: &str = "#!/bin/sh\necho 22.20.0 127\n";

const LOCK: &str = r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{
"":{"name":"shop","version":"1.0.0","dependencies":{"left-pad":"1.3.0"}},
"node_modules/left-pad":{"version":"1.3.0",
"integrity":"sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA=="}}}"#;

pub(crate) fn shop() -> Sandbox {
    Sandbox::new()
        .file("package.json", r#"{"name":"shop","version":"1.0.0","dependencies":{"left-pad":"1.3.0"},"engines":{
"node":"22.x"},"scripts":{"start":"node server.js"}}"#)
        .file("package-lock.json", LOCK)
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "require('left-pad'); require('http').createServer(() => {}).listen(process.env.PORT);\n")
        .program("npm", NPM)
        .program("node", NODE)
}

/// A fake Python whose environments have one package.
const PYTHON: &str = r#"#!/bin/sh
case "$*" in
  -c*) echo 3.12.1 cpython-312 /usr ;;
  *--version) echo pip 24.0 ;;
  "-m venv "*) mkdir -p "$3/bin" "$3/lib/python3.12/site-packages" && cp "$0" "$3/bin/python" ;;
  *install*) echo 1 > "$VIRTUAL_ENV/lib/python3.12/site-packages/six.py" ;;
esac
"#;

pub(crate) fn notes() -> Sandbox {
    Sandbox::new()
        .file("requirements.txt", "six==1.16.0\n")
        .file("Procfile", "web: python app.py\nworker: python worker.py\n")
        .file("app.py", "import six\n")
        .file("worker.py", "import six\n")
        .program("python3", PYTHON)
}

/// The packaged directory, made of links to the binary under test.
pub(crate) fn executable(sandbox: &Sandbox, name: &str) -> PathBuf {
    let folder = sandbox.path("buildpacks/slugsmith/bin");
    fs_err::create_dir_all(&folder).unwrap();
    let descriptor = folder.with_file_name("buildpack.toml");
    fs_err::copy(repository("buildpack.toml"), descriptor).unwrap();
    let link = folder.join(name);
    if !link.exists() {
        std::os::unix::fs::symlink(BINARY, &link).unwrap();
    }
    link
}

pub(crate) fn step(sandbox: &Sandbox, name: &str, operands: &[PathBuf]) -> Ran {
    let mut command = sandbox.command(executable(sandbox, name));
    command.env("STACK", "heroku-24").args(operands);
    Ran::from(command.output().unwrap())
}

pub(crate) fn compile(sandbox: &Sandbox, app: PathBuf) -> Ran {
    step(
        sandbox,
        "compile",
        &[app, sandbox.path("cache"), sandbox.path("env")],
    )
}

pub(crate) fn npm_installs(sandbox: &Sandbox) -> usize {
    let calls = fs_err::read_to_string(sandbox.path("home/npm-calls")).unwrap_or_default();
    calls
        .lines()
        .filter(|line| line.starts_with("ci") || line.starts_with("install"))
        .count()
}
