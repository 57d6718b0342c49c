//! Would the native modules of a stored tree load on this machine?
//!
//! The key has the machine's architecture, distribution and the runtime's ABI as the
//! platform gives them. This looks at the files and the machine themselves, in case one of
//! them is not what it was said to be: an image under another architecture's emulation, a
//! base image with another C library. Trees also hold binaries for other machines, so only
//! those that fitted when the tree was stored have to fit now.

use slugsmith_facts::beneath::own;
use std::borrow::Cow;
use std::path::Path;

use super::inputs::read_regular;
use slugsmith_facts::layers::elf::{self, Elf};
use slugsmith_facts::tree::{Entry, EntryKind};

/// File in a cache's folder that lists the native modules.
const FILE: &str = "natives";

/// What a native module has to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    /// `amd64` or `arm64`.
    arch: &'static str,
    has_glibc: bool,
    has_musl: bool,
}

impl Machine {
    /// This machine, by its own files.
    pub(super) fn this() -> Self {
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let loaders = ["/lib", "/lib64"].map(|folder| {
            let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.collect::<Vec<_>>()
        });
        let has = |start: &str| loaders.iter().flatten().any(|name| name.starts_with(start));
        Self {
            arch,
            has_glibc: has("ld-linux"),
            has_musl: has("ld-musl"),
        }
    }

    fn fits(&self, arch: &str, library: &str) -> bool {
        let is_there = match library {
            "glibc" => self.has_glibc,
            "musl" => self.has_musl,
            _ => true,
        };
        arch == self.arch && is_there
    }
}

/// `glibc`, `musl`, or `any` where a file needs neither.
fn library(elf: &Elf) -> &'static str {
    let needs = |start: &str| elf.needed.iter().any(|name| name.starts_with(start));
    if needs("libc.musl") || needs("ld-musl") {
        "musl"
    } else if elf.glibc.is_some() || needs("libc.so.6") {
        "glibc"
    } else {
        "any"
    }
}

/// Writes down the native modules among `entries`, files below `root`, that fit this machine.
pub(super) fn keep<'a>(
    root: &Path,
    entries: impl Iterator<Item = Cow<'a, Entry>>,
    folder: &Path,
    machine: &Machine,
) -> std::io::Result<()> {
    let mut text = String::new();
    for entry in entries {
        let name = entry.path().file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        let is_module = name.contains(".node") || name.contains(".so");
        if !is_module || entry.kind() != EntryKind::File {
            continue;
        }
        let elf = elf::read(&root.join(entry.path()));
        if let Some(elf) = elf.filter(|elf| machine.fits(&elf.arch, library(elf))) {
            let line = [&elf.arch, library(&elf), &*name].join("\t");
            text.push_str(&line.replace('\n', " "));
            text.push('\n');
        }
    }
    own::write(folder.join(FILE), text)
}

/// The first native module that does not load here, with why. Without a list nothing is
/// known of any.
pub(super) fn misfit(folder: &Path, machine: &Machine) -> Option<String> {
    let text = read_regular(&folder.join(FILE)).ok()?;
    String::from_utf8_lossy(&text).lines().find_map(|line| {
        let mut words = line.splitn(3, '\t');
        let (arch, library, name) = (words.next()?, words.next()?, words.next()?);
        (!machine.fits(arch, library)).then(|| {
            format!(
                "its native module {name} is for {arch} with {library}, this machine is {}",
                machine.arch
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::tree::Tree;

    #[test]
    fn modules_that_fitted_must_fit_again_and_others_do_not_count() {
        let (tree, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let machine = Machine::this();
        // The test itself is a real program for this machine.
        let own = std::env::current_exe().unwrap();
        let mut content = vec![0; 4 << 20];
        let read = {
            use std::io::Read;
            fs_err::File::open(own).unwrap().read(&mut content).unwrap()
        };
        content.truncate(read);
        fs_err::create_dir(tree.path().join("a")).unwrap();
        fs_err::write(tree.path().join("a/fits.node"), &content).unwrap();
        // `e_machine` of an IBM S/390.
        content[18..20].copy_from_slice(&[22, 0]);
        fs_err::write(tree.path().join("a/other.node"), &content).unwrap();
        fs_err::write(tree.path().join("a/broken.so"), "text").unwrap();
        let read = Tree::read(tree.path());
        let entries = read.entries().iter().map(Cow::Borrowed);
        keep(tree.path(), entries, folder.path(), &machine).unwrap();
        let list = fs_err::read_to_string(folder.path().join(FILE)).unwrap();
        assert_eq!(list.lines().count(), 1, "{list}");
        assert_eq!(misfit(folder.path(), &machine), None);
        let other = Machine {
            arch: "riscv64",
            ..machine.clone()
        };
        let why = misfit(folder.path(), &other).unwrap();
        assert!(
            why.contains("fits.node") && why.contains("riscv64"),
            "{why}"
        );
        fs_err::write(folder.path().join(FILE), "amd64\tmusl\tx.node\n").unwrap();
        let without = Machine {
            arch: "amd64",
            has_glibc: true,
            has_musl: false,
        };
        assert!(misfit(folder.path(), &without).unwrap().contains("musl"));
        fs_err::write(folder.path().join(FILE), "junk").unwrap();
        assert_eq!(misfit(folder.path(), &without), None);
    }
}
