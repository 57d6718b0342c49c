//! Real shared objects from the C compiler that links this crate, loaded by a real
//! program, against binutils' `strip`.

use std::path::Path;
use std::process::Command;

use super::plan;

const LIBRARY: &str = r#"
#include <string.h>
static __thread int counter = 40;
__attribute__((constructor)) static void begin(void) { counter++; }
static int hidden(int by) { return counter += by; }
static const char table[70000] = {1};
int answer(int by) { return hidden(by) + (int)strlen("") + table[69999]; }
int (*pointer)(int) = answer;
"#;
const PROGRAM: &str = r#"
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **words) {
  void *library = dlopen(words[1], RTLD_NOW);
  if (!library) { puts(dlerror()); return 1; }
  int (**pointer)(int) = dlsym(library, "pointer");
  return (*pointer)(1) == 42 ? 0 : 2;
}
"#;

fn run(program: &str, words: &[&str], folder: &Path) -> bool {
    let status = Command::new(program)
        .args(words)
        .current_dir(folder)
        .status();
    status.is_ok_and(|status| status.success())
}

/// A library with the compiler's `options`, and a program that loads one.
fn build(folder: &Path, options: &[&str]) -> Vec<u8> {
    fs_err::write(folder.join("a.c"), LIBRARY).unwrap();
    fs_err::write(folder.join("main.c"), PROGRAM).unwrap();
    let words = ["-shared", "-fPIC", "-o", "a.so", "a.c"];
    assert!(run("cc", &[options, &words].concat(), folder));
    assert!(run("cc", &["-o", "main", "main.c", "-ldl"], folder));
    assert!(run("./main", &["./a.so"], folder));
    fs_err::read(folder.join("a.so")).unwrap()
}

#[test]
fn libraries_load_as_before_and_are_no_larger_than_what_strip_leaves() {
    // Many functions, so that there are symbols to lose.
    let options: [&[&str]; 4] = [
        &["-g3", "-O0"],
        &["-g", "-O2", "-Wl,-z,max-page-size=0x200000"],
        &["-g", "-Wl,-z,separate-code", "-Wl,--hash-style=both"],
        &["-g", "-Wl,-z,noseparate-code", "-Wl,-z,now"],
    ];
    for options in options {
        let folder = tempfile::tempdir().unwrap();
        let data = build(folder.path(), options);
        let Some(plan) = plan(data.as_slice()) else {
            // Too small a saving for a rewrite is right only if strip saves no more.
            fs_err::copy(folder.path().join("a.so"), folder.path().join("b.so")).unwrap();
            assert!(run("strip", &["--strip-unneeded", "b.so"], folder.path()));
            let other = fs_err::metadata(folder.path().join("b.so")).unwrap().len();
            assert!(other + 8192 > data.len() as u64, "{options:?}");
            continue;
        };
        let new = plan.write(&data).unwrap();
        assert_eq!(new.len() as u64, data.len() as u64 - plan.saved());
        fs_err::write(folder.path().join("new.so"), &new).unwrap();
        assert!(run("./main", &["./new.so"], folder.path()), "{options:?}");
        assert!(run(
            "strip",
            &["--strip-unneeded", "-o", "b.so", "a.so"],
            folder.path()
        ));
        let other = fs_err::metadata(folder.path().join("b.so")).unwrap().len();
        assert!(
            new.len() as u64 <= other + 4096,
            "{} {other} {options:?}",
            new.len()
        );
        // binutils reads the result and finds nothing more to drop.
        assert!(run(
            "strip",
            &["--strip-unneeded", "-o", "c.so", "new.so"],
            folder.path()
        ));
        assert!(super::plan(&new[..]).is_none());
    }
}

#[test]
fn odd_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = build(folder.path(), &["-g3"]);
    assert!(plan(data.as_slice()).is_some());
    let mut signed = data.clone();
    signed.extend_from_slice(b"~Module signature appended~\n");
    assert!(plan(&signed[..]).is_none());
    assert!(run("cc", &["-g", "-c", "-o", "a.o", "a.c"], folder.path()));
    assert!(plan(fs_err::read(folder.path().join("a.o")).unwrap().as_slice()).is_none());
    assert!(run(
        "objcopy",
        &["--add-section", ".signature=main.c", "a.so", "s.so"],
        folder.path()
    ));
    assert!(plan(fs_err::read(folder.path().join("s.so")).unwrap().as_slice()).is_none());
    // Cut anywhere, or with any header field broken, there is no plan and no panic.
    for end in (0..data.len()).step_by(997) {
        assert!(plan(&data[..end]).is_none(), "{end}");
    }
    for at in 0..64 {
        let mut broken = data.clone();
        broken[at] ^= 0xff;
        if let Some(plan) = plan(&broken[..]) {
            let _ = plan.write(&data);
        }
    }
}
