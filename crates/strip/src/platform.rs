//! Is a binary for another machine than the one the slug runs on?
//!
//! The answer comes from platform words in the file's own path, as prebuildify,
//! prebuild-install, node-pre-gyp and napi-rs write them. A path without such words is
//! for this machine.

use slugsmith_facts::environment::Target;

const SYSTEMS: &[&str] = &[
    "darwin",
    "macos",
    "osx",
    "win32",
    "windows",
    "win64",
    "linux",
    "linuxmusl",
    "linuxglibc",
    "freebsd",
    "android",
    "openbsd",
    "ios",
    "sunos",
    "aix",
];
/// Systems by names that are words of other things, too: only as a folder of their own.
const SHORT: &[&str] = &["mac", "win"];
const ARCHITECTURES: &[(&str, &str)] = &[
    ("x64", "amd64"),
    ("amd64", "amd64"),
    ("ia32", "x86"),
    ("x86", "x86"),
    ("i686", "x86"),
    ("arm64", "arm64"),
    ("aarch64", "arm64"),
    ("arm", "arm"),
    ("armv6", "arm"),
    ("armv6l", "arm"),
    ("armv7", "arm"),
    ("armv7l", "arm"),
    ("armhf", "arm"),
    ("ppc64", "ppc64"),
    ("ppc64le", "ppc64"),
    ("s390x", "s390x"),
    ("riscv64", "riscv64"),
    ("riscv64gc", "riscv64"),
    ("loong64", "loong64"),
];

/// The C library of a target, if its distribution says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Libc {
    Gnu,
    Musl,
    Unknown,
}

fn libc(target: &Target) -> Libc {
    let distro = target.distro.as_str();
    if distro.starts_with("alpine") {
        Libc::Musl
    } else if ["debian", "ubuntu", "heroku", "fedora", "rhel", "amzn"]
        .iter()
        .any(|name| distro.starts_with(name))
    {
        Libc::Gnu
    } else {
        Libc::Unknown
    }
}

/// What a path says about the machine its file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It names this machine.
    This,
    /// It names another one.
    Other,
    /// It names none.
    Unsaid,
}

/// Whether a path names `target`. Only for binaries: the caller looks at the extension.
#[must_use]
pub fn fit(path: &str, target: &Target) -> Fit {
    let path = path.to_ascii_lowercase().replace("x86_64", "x64");
    let words: Vec<&str> = path
        .split(['-', '.', '/', '+', '_', '@'])
        .filter(|word| !word.is_empty())
        .collect();
    let systems: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| SYSTEMS.contains(word))
        .chain(path.split('/').skip(1).filter(|part| SHORT.contains(part)))
        .collect();
    let architectures: Vec<&str> = words
        .iter()
        .filter_map(|word| ARCHITECTURES.iter().find(|(name, _)| name == word))
        .map(|(_, arch)| *arch)
        .collect();
    let says = |word: &str| words.contains(&word);
    let musl = says("musl") || says("linuxmusl") || says("musleabihf");
    let gnu = says("glibc") || says("gnu") || says("linuxglibc") || says("gnueabihf");
    let other_libc = match libc(target) {
        Libc::Gnu => musl && !gnu,
        Libc::Musl => gnu && !musl,
        Libc::Unknown => false,
    };
    let linux = systems.iter().any(|system| system.starts_with("linux")) && !says("android");
    if (!systems.is_empty() && !linux)
        || (!architectures.is_empty() && !architectures.contains(&target.arch.as_str()))
        || other_libc
    {
        Fit::Other
    } else if systems.is_empty() && architectures.is_empty() {
        Fit::Unsaid
    } else {
        Fit::This
    }
}

/// Whether the name is that of a binary which only one kind of machine can load.
#[must_use]
pub fn is_binary(path: &str) -> bool {
    let name = super::index::name(path).to_ascii_lowercase();
    [
        ".node", ".bare", ".so", ".dll", ".dylib", ".exe", ".a", ".lib", ".pdb",
    ]
    .iter()
    .any(|end| name.ends_with(end))
        || name.contains(".so.")
        || !name.contains('.') && (path.contains("prebuilds/") || is_below_machine(path))
}

/// `linux/x64/7za`: a program in a folder of its architecture in one of its system.
fn is_below_machine(path: &str) -> bool {
    let mut parts = path.rsplit('/').skip(1);
    let (Some(arch), Some(system)) = (parts.next(), parts.next()) else {
        return false;
    };
    (SYSTEMS.contains(&system) || SHORT.contains(&system))
        && ARCHITECTURES.iter().any(|(name, _)| *name == arch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target {
            os: "linux".to_owned(),
            arch: "amd64".to_owned(),
            distro: "debian 12".to_owned(),
        }
    }

    #[test]
    fn paths_name_their_machine() {
        for (path, expected) in [
            ("prebuilds/linux-x64/node.napi.node", Fit::This),
            ("prebuilds/linux-x64/node.napi.glibc.node", Fit::This),
            ("prebuilds/linux-x64/node.napi.musl.node", Fit::Other),
            ("prebuilds/linuxmusl-x64/a.node", Fit::Other),
            ("prebuilds/darwin-x64+arm64/a.node", Fit::Other),
            ("prebuilds/win32-ia32/a.node", Fit::Other),
            ("prebuilds/android-arm64/a.node", Fit::Other),
            ("lib/linux-x86_64/a.so", Fit::This),
            ("index.linux-arm64-gnu.node", Fit::Other),
            ("build/Release/addon.node", Fit::Unsaid),
            ("7zip-bin/linux/x64/7za", Fit::This),
            ("7zip-bin/linux/ia32/7za", Fit::Other),
            ("7zip-bin/mac/x64/7za", Fit::Other),
            ("7zip-bin/win/x64/7za.exe", Fit::Other),
            ("mac-address/build/Release/a.node", Fit::Unsaid),
        ] {
            assert_eq!(fit(path, &target()), expected, "{path}");
        }
    }

    #[test]
    fn a_program_without_ending_is_one_below_its_machine() {
        for path in ["7zip-bin/mac/x64/7za", "a/prebuilds/linux-x64/tool"] {
            assert!(is_binary(path), "{path}");
        }
        for path in ["a/mac/LICENSE", "a/lib/x64/readme", "a/linux/x64/notes.txt"] {
            assert!(!is_binary(path), "{path}");
        }
    }

    #[test]
    fn an_unknown_distribution_keeps_both_c_libraries() {
        let unknown = Target {
            distro: "unknown".to_owned(),
            ..target()
        };
        assert_eq!(fit("linux-x64-musl/a.node", &unknown), Fit::This);
        assert_eq!(fit("linux-x64-gnu/a.node", &unknown), Fit::This);
    }
}
