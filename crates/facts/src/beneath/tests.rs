//! What a stranger puts below a folder never leads out of it.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// A folder with a link `out` to another one, which holds `precious/file`.
fn folders() -> (tempfile::TempDir, tempfile::TempDir, Beneath) {
    let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs_err::create_dir(outside.path().join("precious")).unwrap();
    fs_err::write(outside.path().join("precious/file"), "x").unwrap();
    symlink(outside.path(), inside.path().join("out")).unwrap();
    let beneath = Beneath::open(inside.path()).unwrap();
    (inside, outside, beneath)
}

#[test]
fn nothing_is_done_behind_a_link() {
    let (inside, outside, beneath) = folders();
    fs_err::write(inside.path().join("own"), "x").unwrap();
    let behind = Path::new("out/precious");
    let file = Path::new("out/precious/file");
    let own = Path::new("own");
    beneath.remove(behind).unwrap_err();
    beneath.empty(behind).unwrap_err();
    beneath.empty(Path::new("out")).unwrap_err();
    beneath.read(file).unwrap_err();
    beneath.create(Path::new("out/new"), 0o644).unwrap_err();
    beneath.open_to_write(file, 0o644).unwrap_err();
    beneath.write(file, b"y").unwrap_err();
    beneath.create_folder(Path::new("out/new")).unwrap_err();
    beneath.create_folders(Path::new("out/new/x")).unwrap_err();
    beneath.symlink(own, Path::new("out/new")).unwrap_err();
    beneath.hard_link(own, Path::new("out/new")).unwrap_err();
    beneath.rename(own, Path::new("out/own")).unwrap_err();
    beneath.rename(file, Path::new("taken")).unwrap_err();
    beneath.set_mode(Path::new("out"), 0o700).unwrap_err();
    beneath.set_mode(file, 0o700).unwrap_err();
    beneath.stat(file).unwrap_err();
    beneath.without_links(file).unwrap_err();
    for path in ["../x", "/etc/passwd", "", "a/../../x", "."] {
        assert!(beneath.remove(Path::new(path)).is_err(), "{path}");
    }
    assert_eq!(
        fs_err::read(outside.path().join("precious/file")).unwrap(),
        b"x"
    );
    assert_eq!(fs_err::read_dir(outside.path()).unwrap().count(), 1);
    beneath.remove(Path::new("out")).unwrap();
    assert!(outside.path().join("precious/file").exists());
}

#[test]
fn without_openat2_nothing_is_followed_either() {
    let (inside, _outside, beneath) = folders();
    fs_err::create_dir_all(inside.path().join("a/b")).unwrap();
    fs_err::write(inside.path().join("a/b/c"), "x").unwrap();
    let walk = |path: &str, flags| beneath.walk(Path::new(path), flags, Mode::empty());
    let read = OFlags::RDONLY | OFlags::NOFOLLOW;
    walk("a/b/c", read).unwrap();
    for (path, flags) in [
        ("out/precious/file", read),
        ("out", read),
        ("out", OFlags::PATH | OFlags::NOFOLLOW),
        ("a/b/c/d", read),
    ] {
        assert!(walk(path, flags).is_err(), "{path}");
    }
}

#[test]
fn a_link_that_stays_inside_can_be_resolved_first() {
    let (inside, _outside, beneath) = folders();
    fs_err::create_dir_all(inside.path().join("real/photos")).unwrap();
    symlink("real", inside.path().join("public")).unwrap();
    let real = beneath.without_links(Path::new("public/photos")).unwrap();
    assert_eq!(real, Path::new("real/photos"));
    beneath.remove(&real).unwrap();
    assert!(!inside.path().join("real/photos").exists());
}

#[test]
fn trees_of_any_depth_and_mode_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let beneath = Beneath::open(folder.path()).unwrap();
    let mut path = PathBuf::from("deep");
    for _ in 0..600 {
        path.push("d");
    }
    beneath.create_folders(&path).unwrap();
    beneath.create_folders(Path::new("locked/in")).unwrap();
    fs_err::write(folder.path().join("locked/in/file"), "x").unwrap();
    for (path, mode) in [("locked/in", 0o555), ("locked", 0o000)] {
        let mode = std::fs::Permissions::from_mode(mode);
        fs_err::set_permissions(folder.path().join(path), mode).unwrap();
    }
    for name in ["deep", "locked", "never"] {
        beneath.remove(Path::new(name)).unwrap();
    }
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn odd_files_are_not_read() {
    let (inside, _outside, beneath) = folders();
    let fifo = inside.path().join("fifo");
    std::process::Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .unwrap();
    symlink("/dev/zero", inside.path().join("zero")).unwrap();
    fs_err::File::create(inside.path().join("sparse"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    for name in ["fifo", "zero", "sparse"] {
        assert!(beneath.read(Path::new(name)).is_err(), "{name}");
        assert!(read(inside.path().join(name)).is_err(), "{name}");
    }
}

#[test]
fn a_file_is_written_as_a_whole_and_keeps_its_mode() {
    let (inside, _outside, beneath) = folders();
    let path = Path::new("script");
    beneath.write(path, b"one").unwrap();
    let full = inside.path().join(path);
    fs_err::set_permissions(&full, std::fs::Permissions::from_mode(0o755)).unwrap();
    beneath.write(path, b"two").unwrap();
    assert_eq!(fs_err::read(&full).unwrap(), b"two");
    assert_eq!(
        fs_err::metadata(&full).unwrap().permissions().mode() & 0o777,
        0o755
    );
    symlink("script", inside.path().join("link")).unwrap();
    beneath.write(Path::new("link"), b"three").unwrap_err();
    assert_eq!(fs_err::read(&full).unwrap(), b"two");
}

#[test]
fn a_second_run_waits() {
    let folder = tempfile::tempdir().unwrap();
    let first = lock(folder.path(), || panic!("nobody has it")).unwrap();
    assert!(matches!(first, Locked::Here(_)));
    let (sender, waits) = std::sync::mpsc::channel();
    let path = folder.path().to_owned();
    let second = std::thread::spawn(move || {
        let got = lock(&path, || sender.send(()).unwrap()).unwrap();
        matches!(got, Locked::Here(_))
    });
    waits.recv().unwrap();
    drop(first);
    assert!(second.join().unwrap());
}

mod own {
    use super::super::own;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_name_that_somebody_made_a_link_or_a_pipe_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs_err::write(&outside, "precious").unwrap();
        let link = folder.path().join("index");
        symlink(&outside, &link).unwrap();
        assert!(own::write(&link, "x").is_err());
        assert!(own::append(&link).is_err());
        assert!(own::handle(&link).is_err());
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        assert!(own::write(&pipe, "x").is_err());
        assert!(own::handle(&pipe).is_err());
        assert_eq!(fs_err::read_to_string(&outside).unwrap(), "precious");
        let plain = folder.path().join("plain");
        own::write(&plain, "longer").unwrap();
        own::write(&plain, "short").unwrap();
        assert_eq!(fs_err::read_to_string(&plain).unwrap(), "short");
    }

    #[test]
    fn a_link_inside_of_the_app_is_written_through_and_one_that_leads_out_is_not() {
        let app = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs_err::write(app.path().join("real.lock"), "old").unwrap();
        fs_err::write(outside.path().join("lock"), "old").unwrap();
        symlink("real.lock", app.path().join("in.lock")).unwrap();
        symlink(outside.path().join("lock"), app.path().join("out.lock")).unwrap();
        let write = |name: &str| own::write_in(app.path(), name.as_ref(), "new");
        write("in.lock").unwrap();
        assert!(write("out.lock").is_err());
        let read = |path: std::path::PathBuf| fs_err::read_to_string(path).unwrap();
        assert_eq!(read(app.path().join("real.lock")), "new");
        assert_eq!(read(outside.path().join("lock")), "old");
    }
}

#[test]
fn a_copy_keeps_the_mode_follows_no_link_and_overwrites_nothing() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (run, link) = (from.path().join("run"), from.path().join("link"));
    fs_err::write(&run, "#!/bin/sh\n").unwrap();
    fs_err::set_permissions(&run, std::fs::Permissions::from_mode(0o755)).unwrap();
    symlink(&run, &link).unwrap();
    let copy = to.path().join("run");
    crate::beneath::own::copy(&run, &copy).unwrap();
    assert_eq!(fs_err::read(&copy).unwrap(), b"#!/bin/sh\n");
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    crate::beneath::own::copy(&run, &copy).unwrap_err();
    crate::beneath::own::copy(&link, &to.path().join("link")).unwrap_err();
    let missing = crate::beneath::own::copy(&from.path().join("none"), &to.path().join("none"));
    assert_eq!(missing.unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn many_files_are_moved_and_removed_as_one_by_one() {
    let (inside, outside, beneath) = folders();
    for path in ["a/b/1", "a/b/2", "a/3", "4"] {
        let path = inside.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, "x").unwrap();
    }
    fs_err::write(outside.path().join("foreign"), "x").unwrap();
    beneath.create_folder(Path::new("aside")).unwrap();
    let mut many = Many::new(&beneath);
    for (number, path) in ["a/b/1", "a/b/2", "a/3", "4"].iter().enumerate() {
        let slot = format!("aside/{number}");
        many.move_file(Path::new(path), Path::new(&slot)).unwrap();
        assert!(!beneath.has(Path::new(path)), "{path}");
        assert!(beneath.is_file(Path::new(&slot)), "{slot}");
    }
    for refused in ["out/foreign", "../x", "a/none", "none/x"] {
        assert!(
            many.move_file(Path::new(refused), Path::new("aside/9"))
                .is_err(),
            "{refused}"
        );
    }
    assert!(
        many.move_file(Path::new("aside/0"), Path::new("out/0"))
            .is_err()
    );
    assert!(many.remove(Path::new("out/foreign")).is_err());
    for gone in ["aside/0", "aside/0", "aside/1", "none/x", "aside"] {
        many.remove(Path::new(gone)).unwrap();
        assert!(!beneath.has(Path::new(gone)), "{gone}");
    }
    assert!(outside.path().join("foreign").exists());
}

#[test]
fn a_file_of_an_app_is_read_through_links_that_stay_in_it() {
    let (inside, outside, _beneath) = folders();
    let root = inside.path();
    fs_err::create_dir_all(root.join("a/b")).unwrap();
    fs_err::write(root.join("a/b/c"), "own").unwrap();
    fs_err::write(outside.path().join("foreign"), "foreign").unwrap();
    symlink("b/c", root.join("a/link")).unwrap();
    symlink(root.join("a"), root.join("whole")).unwrap();
    symlink(outside.path().join("foreign"), root.join("away")).unwrap();
    for path in ["a/b/c", "a/link", "whole/b/c", "whole/link", "a/./b/../b/c"] {
        assert_eq!(read_in(root, path).unwrap(), b"own", "{path}");
    }
    for path in ["away", "out/foreign", "a", "none", "../x"] {
        assert!(read_in(root, path).is_err(), "{path}");
    }
}
