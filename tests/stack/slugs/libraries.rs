//! Libraries of programs on the path of a slug.

use std::os::unix::fs::PermissionsExt;

use super::findings;
use crate::printed;

/// A 64-bit ELF file that says which libraries it needs and where to look for them (System V
/// ABI, "Program Header", "Dynamic Section").
fn elf(needed: &[&str], runpath: Option<&str>) -> Vec<u8> {
    let mut strings = vec![0];
    let mut table: Vec<u64> = Vec::new();
    let mut entry = |tag: u64, text: &str| {
        table.extend([tag, strings.len() as u64]);
        strings.extend(text.bytes().chain([0]));
    };
    for name in needed {
        entry(1, name);
    }
    if let Some(runpath) = runpath {
        entry(29, runpath);
    }
    let at = 64 + 2 * 56;
    let length = (table.len() as u64 + 6) * 8;
    table.extend([5, at + length, 10, strings.len() as u64, 0, 0]);
    let whole = at + length + strings.len() as u64;
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(64, 0);
    // e_type, e_machine, e_phoff, e_phentsize and e_phnum.
    bytes[16] = 3;
    bytes[18] = if cfg!(target_arch = "x86_64") {
        62
    } else {
        183
    };
    bytes[32] = 64;
    bytes[54] = 56;
    bytes[56] = 2;
    for (kind, offset, size) in [(1_u32, 0, whole), (2, at, length)] {
        bytes.extend(kind.to_le_bytes().into_iter().chain([4, 0, 0, 0]));
        for word in [offset, offset, offset, size, size, 8] {
            bytes.extend(word.to_le_bytes());
        }
    }
    bytes.extend(table.iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(strings);
    bytes
}

/// Findings about libraries in a slug of text files and ELF files.
fn libraries(scripts: &[(&str, &str)], files: &[(&str, Vec<u8>)]) -> Vec<String> {
    let folder = printed::folder();
    let app = folder.path().join("app");
    fs_err::create_dir_all(folder.path().join("env")).unwrap();
    let scripts = scripts
        .iter()
        .map(|(name, text)| (*name, text.as_bytes().to_vec()));
    for (name, bytes) in scripts.chain(files.iter().cloned()) {
        let path = app.join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, bytes).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    findings(&folder, "library-missing")
}

const APT: (&str, &str) = (
    ".profile.d/000_apt.sh",
    "export PATH=\"$HOME/.apt/usr/bin:$PATH\"\n\
     export LD_LIBRARY_PATH=\"$HOME/.apt/usr/lib/x86_64-linux-gnu:$HOME/.apt/usr/lib:$LD_LIBRARY_PATH\"\n",
);

#[test]
fn programs_in_any_folder_of_path_find_their_libraries() {
    let program = (".apt/usr/bin/scan", elf(&["libscan.so.3"], None));
    let below = ".apt/usr/lib/x86_64-linux-gnu/scan/libscan.so.3";
    let beside = ".apt/usr/lib/x86_64-linux-gnu/libscan.so.3";
    let library = elf(&[], None);
    // A subfolder that no path leads to (heroku-buildpack-apt, issues 27 and 64).
    let found = libraries(&[APT], &[program.clone(), (below, library.clone())]);
    assert_eq!(
        found,
        [
            "warn library-missing: .apt/usr/bin/scan of heroku-community/apt needs libscan.so.3: it lies in \
             /app/.apt/usr/lib/x86_64-linux-gnu/scan, where LD_LIBRARY_PATH does not lead."
        ]
    );
    let found = libraries(&[APT], &[program.clone(), (beside, library.clone())]);
    assert_eq!(found, [""; 0]);
    // The program's own search path, and one that leads to where nobody looked.
    let own = elf(
        &["libscan.so.3"],
        Some("$ORIGIN/../lib/x86_64-linux-gnu/scan"),
    );
    let found = libraries(
        &[APT],
        &[(".apt/usr/bin/scan", own), (below, library.clone())],
    );
    assert_eq!(found, [""; 0]);
    let own = elf(&["libscan.so.3"], Some("/opt/scan/lib"));
    let found = libraries(
        &[APT],
        &[(".apt/usr/bin/scan", own), (below, library.clone())],
    );
    assert_eq!(found, [""; 0]);
    // A library on the way that asks for another one: lapack and blas.
    let lapack = elf(&["libscan.so.3"], None);
    let lapack = (".apt/usr/lib/x86_64-linux-gnu/liblapack.so.3", lapack);
    let found = libraries(&[APT], &[lapack, (below, library.clone())]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains(
            ".apt/usr/lib/x86_64-linux-gnu/liblapack.so.3 of heroku-community/apt needs libscan.so.3"
        ),
        "{found:?}"
    );
}

#[test]
fn folders_of_the_app_on_path_are_looked_into() {
    let program = ("vendor/scan/bin/scan", elf(&["libscan.so.3"], None));
    let library = ("vendor/scan/lib/libscan.so.3", elf(&[], None));
    let apt = (".apt/usr/lib/scan/libscan.so.3", elf(&[], None));
    let path = "export PATH=\"/app/vendor/scan/bin:$PATH\"\n";
    let lead = "export LD_LIBRARY_PATH=\"$HOME/vendor/scan/lib:$LD_LIBRARY_PATH\"\n";
    let script = format!("{path}{lead}");
    let all = [program.clone(), library, apt.clone()];
    let found = libraries(&[(".profile.d/scan.sh", &script)], &all);
    assert_eq!(found, [""; 0]);
    let found = libraries(&[(".profile.d/scan.sh", path)], &[program, apt]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains(
            "vendor/scan/bin/scan of the app needs libscan.so.3: it lies in /app/.apt/usr/lib/scan"
        ),
        "{found:?}"
    );
}
