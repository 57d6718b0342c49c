//! A journal of a removal that anybody could have committed, with its own inode in it: what it
//! names is moved within the app or left alone.
#![no_main]

use std::cell::LazyCell;
use std::os::unix::fs::MetadataExt;

use libfuzzer_sys::fuzz_target;
use slugsmith_fuzz::{Ground, halves};
use slugsmith_strip::journal::{FOLDER, recover};

thread_local! {
    static GROUND: LazyCell<Ground> = LazyCell::new(Ground::new);
}

/// Stands for the inode of the journal, which no input can know.
const INODE: &[u8] = b"INODE";

fuzz_target!(|data: &[u8]| {
    let Some((journal, names)) = halves(data) else {
        return;
    };
    GROUND.with(|ground| {
        ground.clear();
        let folder = ground.app().join(FOLDER);
        fs_err::create_dir_all(folder.join("0")).expect("a folder");
        std::os::unix::fs::symlink("../outside", ground.app().join("away")).expect("a link");
        for number in 0..4 {
            fs_err::write(folder.join("0").join(number.to_string()), "x").expect("a file");
        }
        // The second half puts things where the journal does not expect them.
        for name in names.iter().take(8) {
            let to = ["../../outside", "0", "/dev/null", "journal"][usize::from(name % 4)];
            let from = ["1", "0/4096", "removed", "journal.new"][usize::from(name / 4 % 4)];
            let _ = std::os::unix::fs::symlink(to, folder.join(from));
        }
        let path = folder.join("journal");
        let file = fs_err::File::create(&path).expect("a journal");
        let inode = file.metadata().expect("its facts").ino().to_string();
        let text = match journal.windows(INODE.len()).position(|part| part == INODE) {
            Some(at) => [
                &journal[..at],
                inode.as_bytes(),
                &journal[at + INODE.len()..],
            ]
            .concat(),
            None => journal.to_vec(),
        };
        fs_err::write(&path, text).expect("its text");
        let _ = recover(&ground.app());
        ground.check(&[]);
    });
});
