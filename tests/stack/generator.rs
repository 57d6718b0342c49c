//! Random stacks that look for the odd corners of the lifecycle's rules.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::lifecycle::Raw;

/// `SplitMix64`: small, and the same on every machine, so that a seed names a tree.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    /// True in `percent` of all cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

const IDS: &[&str] = &["x/a", "x/a_b", "x_a/b", "y", "z/Z", "x/a-b", "x/a.b"];
/// Names around the byte `.`, so that `<name>.toml` sorts differently from `<name>`.
const LAYERS: &[&str] = &[
    "a", "a-b", "a.b", "a b", "A", "_z", "a+b", "a!", "aa", "a#", "é", "b", "b-2", "b.toml.x",
    "env", "a,b", "a/..", "store",
];
const NAMES: &[&str] = &[
    "FOO",
    "BAR",
    "PATH",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "CPATH",
    "PKG_CONFIG_PATH",
    "EMPTY",
    "SET",
    "Q=R",
    "",
    "foo",
    "HOME",
    "HTTP_PROXY",
    "CNB_STACK_ID",
    "WITH SPACE",
    "Ü",
];
const SUFFIXES: &[&str] = &[
    "",
    "",
    ".override",
    ".append",
    ".append",
    ".prepend",
    ".prepend",
    ".default",
    ".default",
    ".",
    ".delim",
    ".delim",
    ".bak",
    ".append.bak",
    ".APPEND",
    ".delim.append",
    "..",
    ".prepend.delim",
];
const VALUES: &[&[u8]] = &[
    b"",
    b"v",
    b"w",
    b"/x/bin",
    b"a:b",
    b"line\n",
    b" ",
    b":",
    b"\xff\xfe",
    "ü".as_bytes(),
    b"$FOO",
    b"x=y",
    b"'\"",
];
pub(crate) const PROCESSES: &[&str] = &["web", "worker", "w.x"];

/// A random stack at `stack`; its last buildpack writes its own environment to `out/env`.
pub(crate) fn stack(stack: &Path, has_exec_env: bool, random: &mut Random) {
    for folder in ["layers", "app", "platform/env", "cfg/env", "out", "bps"] {
        fs_err::create_dir_all(stack.join(folder)).unwrap();
    }
    for file in ["plan.toml", "analyzed.toml"] {
        fs_err::write(stack.join("layers").join(file), "").unwrap();
    }
    let mut ids: Vec<&str> = Vec::new();
    for _ in 0..=random.below(4) {
        let id = random.pick(IDS);
        let folder = |id: &str| id.replace('/', "_");
        if !ids.iter().any(|known| folder(known) == folder(id)) {
            ids.push(id);
        }
    }
    let mut group = String::new();
    for id in &ids {
        let apis = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12", "0.12"];
        let known = if has_exec_env { 7 } else { 5 };
        let api = random.pick(&apis[..known]);
        buildpack(stack, id, api, false, "exit 0", &mut group);
        layers(
            &stack.join("layers").join(id.replace('/', "_")),
            api,
            random,
        );
    }
    let dump = format!(
        "/bin/cat /proc/$$/environ > '{}'",
        stack.join("out/env").display()
    );
    buildpack(
        stack,
        "dump/env",
        "0.10",
        random.chance(20),
        &dump,
        &mut group,
    );
    fs_err::write(stack.join("layers/group.toml"), group).unwrap();
    if random.chance(70) {
        env_files(&stack.join("platform/env"), random, 3);
    }
    if random.chance(70) {
        env_files(&stack.join("cfg/env"), random, 3);
    }
}

fn buildpack(stack: &Path, id: &str, api: &str, clear: bool, script: &str, group: &mut String) {
    use std::fmt::Write as _;
    let _ = write!(
        group,
        "[[group]]\nid = \"{id}\"\nversion = \"1.0\"\napi = \"{api}\"\n"
    );
    let folder = stack.join("bps").join(id.replace('/', "_")).join("1.0");
    fs_err::create_dir_all(folder.join("bin")).unwrap();
    let toml = format!(
        "api = \"{api}\"\n[buildpack]\nid = \"{id}\"\nversion = \"1.0\"\nclear-env = {clear}\n[[stacks]]\n\
         id = \"*\"\n[[targets]]\nos = \"linux\"\n"
    );
    fs_err::write(folder.join("buildpack.toml"), toml).unwrap();
    let build = folder.join("bin/build");
    fs_err::write(&build, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs_err::set_permissions(&build, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn layers(folder: &Path, api: &str, random: &mut Random) {
    fs_err::create_dir_all(folder).unwrap();
    for _ in 0..random.below(6) {
        let name = random.pick(LAYERS);
        let path = folder.join(name);
        if name.contains('/') || path.exists() {
            continue;
        }
        if random.chance(94) {
            layer(&path, random);
        } else if random.chance(50) {
            // A link to a folder: the builder follows it, the launcher does not.
            let target = folder.with_extension(format!("linked-{name}"));
            layer(&target, random);
            symlink(&target, &path).unwrap();
        }
        if random.chance(92) && name != "store" {
            let mut file = path.into_os_string();
            file.push(".toml");
            fs_err::write(file, layer_toml(random)).unwrap();
        }
    }
    if random.chance(60) {
        fs_err::write(folder.join("launch.toml"), launch_toml(api, random)).unwrap();
    }
}

fn layer_toml(random: &mut Random) -> String {
    if random.chance(6) {
        return String::new();
    }
    if random.chance(1) {
        return "launch = true\n".to_owned();
    }
    let (build, launch) = (random.chance(70), random.chance(75));
    format!(
        "[types]\nbuild = {build}\nlaunch = {launch}\ncache = {}\n",
        random.chance(30)
    )
}

fn launch_toml(api: &str, random: &mut Random) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let mut has_default = false;
    for _ in 0..=random.below(3) {
        let kind = random.pick(PROCESSES);
        let default = !has_default && random.chance(40);
        has_default |= default;
        let command = if ["0.7", "0.8"].contains(&api) {
            "command = \"/usr/bin/env\"\nargs = [\"-0\"]\ndirect = true"
        } else {
            "command = [\"/usr/bin/env\", \"-0\"]"
        };
        let _ = write!(
            text,
            "[[processes]]\ntype = \"{kind}\"\n{command}\ndefault = {default}\n"
        );
        if api == "0.12" && random.chance(60) {
            let list = [
                "[]",
                "[\"production\"]",
                "[\"test\"]",
                "[\"*\"]",
                "[\"test\", \"development\"]",
            ];
            let _ = writeln!(text, "exec-env = {}", random.pick(&list));
        }
    }
    text
}

fn layer(path: &Path, random: &mut Random) {
    fs_err::create_dir_all(path).unwrap();
    for root in ["bin", "lib", "include", "pkgconfig"] {
        if random.chance(40) {
            root_folder(&path.join(root), random);
        }
    }
    for folder in ["env", "env.build", "env.launch"] {
        let at = path.join(folder);
        if random.chance(2) {
            match random.below(3) {
                // A file, a dangling link, a link to a folder.
                0 => fs_err::write(&at, "x").unwrap(),
                1 => symlink("nowhere", &at).unwrap(),
                _ => symlink(".", &at).unwrap(),
            }
            continue;
        }
        if random.chance(45) {
            env_files(&at, random, 4);
        }
    }
    if random.chance(30) && path.join("env.launch").is_dir() {
        let process = random.pick(&["web", "worker", "w.x", "other", "env"]);
        env_files(&path.join("env.launch").join(process), random, 3);
    }
}

fn root_folder(path: &Path, random: &mut Random) {
    match random.below(20) {
        0 => fs_err::write(path, "a file").unwrap(),
        1 => symlink("nowhere", path).unwrap(),
        2 => symlink("..", path).unwrap(),
        3 if random.chance(20) => symlink(path.file_name().unwrap(), path).unwrap(),
        _ => fs_err::create_dir_all(path).unwrap(),
    }
}

fn env_files(folder: &Path, random: &mut Random, most: usize) {
    fs_err::create_dir_all(folder).unwrap();
    for _ in 0..random.below(most + 1) {
        let mut name = OsString::from(random.pick(NAMES));
        name.push(random.pick(SUFFIXES));
        let path = folder.join(&name);
        if name.is_empty() || name == "." || name == ".." || path.symlink_metadata().is_ok() {
            continue;
        }
        match random.below(100) {
            0 => symlink("nowhere", &path).unwrap(),
            1..=3 => symlink("..", &path).unwrap(),
            4..=6 => fs_err::create_dir_all(&path).unwrap(),
            7 if random.chance(20) => fs_err::write(&path, b"a\0b").unwrap(),
            _ => fs_err::write(&path, OsStr::from_bytes(random.pick(VALUES)).as_bytes()).unwrap(),
        }
    }
}

/// A random environment to start from.
pub(crate) fn base(random: &mut Random) -> Raw {
    let mut base = Raw::new();
    let paths = [
        "/usr/bin:/bin",
        "/cnb/process:/cnb/lifecycle:/usr/bin:/bin",
        "/usr/bin:/cnb/process:/bin:/cnb/lifecycle",
        "/cnb/process",
        "",
        "::/usr/bin:",
    ];
    base.insert("PATH".into(), random.pick(&paths).into());
    base.insert("HOME".into(), "/h".into());
    for (name, percent) in [
        ("FOO", 40),
        ("LD_LIBRARY_PATH", 30),
        ("CPATH", 20),
        ("HTTP_PROXY", 20),
        ("no_proxy", 10),
        ("SET", 30),
        ("CNB_USER_ID", 20),
        ("CNB_STACK_ID", 20),
        ("HOSTNAME", 20),
    ] {
        if random.chance(percent) {
            base.insert(
                name.into(),
                random.pick(&["", "user", "/base/lib", "a b"]).into(),
            );
        }
    }
    if random.chance(40) {
        let values = ["test", "production", "development", ""];
        base.insert("CNB_EXEC_ENV".into(), random.pick(&values).into());
    }
    base
}
