//! With a clock and a stream of the test's own.

use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn files(what: &'static str, done: u64, of: Option<u64>) -> Seen {
    Seen {
        what: what.into(),
        unit: Unit::Files,
        done,
        of,
    }
}

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

#[test]
fn a_log_hears_of_work_only_when_it_has_been_silent_and_ever_more_rarely() {
    let paper = Paper::default();
    let mut screen = Screen::new(paper.clone(), Form::lines(Skin::Bullets));
    let begun = Instant::now();
    let mut told = Vec::new();
    for second in 0..200 {
        let done = second * 100;
        screen.tick(
            begun + seconds(second),
            Some(&files("packing a", done, Some(35_000))),
        );
        told.extend(paper.text().lines().map(str::to_owned));
    }
    assert_eq!(
        told,
        [
            "    - Still packing a: 500 of 35,000 files, 5s",
            "    - Still packing a: 1,500 of 35,000 files, 15s",
            "    - Still packing a: 3,500 of 35,000 files, 35s",
            "    - Still packing a: 7,500 of 35,000 files, 1m 15s",
            "    - Still packing a: 13,500 of 35,000 files, 2m 15s",
            "    - Still packing a: 19,500 of 35,000 files, 3m 15s",
        ]
    );
}

#[test]
fn a_log_of_short_work_has_no_such_line() {
    let paper = Paper::default();
    let mut screen = Screen::new(paper.clone(), Form::lines(Skin::Classic));
    let begun = Instant::now();
    for second in 0..60 {
        let now = begun + seconds(second);
        if second % 4 == 0 {
            screen.end();
            screen.begin("Stripping", now);
        }
        screen.tick(now, Some(&files("reading", second, None)));
    }
    // A command that prints needs nobody to speak for it.
    screen.begin_command("npm ci", begun + seconds(60));
    for second in 60..120 {
        screen.make_room(begun + seconds(second));
        screen.tick(begun + seconds(second), None);
    }
    assert_eq!(paper.text(), "");
    screen.tick(begun + seconds(140), None);
    assert_eq!(paper.text(), "         Still running `npm ci`, 1m 20s\n");
}

#[test]
fn a_bar_is_one_line_that_fits_and_goes_away() {
    let paper = Paper::default();
    let mut screen = Screen::new(paper.clone(), Form::bar(|| 100));
    let begun = Instant::now();
    screen.begin("Stripping", begun);
    screen.tick(
        begun + seconds(4),
        Some(&files("looking for references", 8_750, Some(35_000))),
    );
    assert_eq!(
        paper.text(),
        "\r\u{1b}[K  / Stripping, looking for references [=====>              ] 8,750 of 35,000 files 4s"
    );
    screen.make_room(begun + seconds(5));
    assert_eq!(paper.text(), "\r\u{1b}[K");
    // Once is enough.
    screen.make_room(begun + seconds(5));
    assert_eq!(paper.text(), "");
    screen.end();
    screen.tick(begun + seconds(6), None);
    assert_eq!(paper.text(), "");
}

#[test]
fn whatever_the_width_a_row_is_narrower() {
    let names = [
        "a",
        "a rather long name of a folder",
        "資料/フォルダ",
        "a\rb",
    ];
    for width in 1..200 {
        for name in names {
            let seen = files("packing", 123_456, Some(1_234_567));
            let row = row(name, Some(&seen), seconds(90), width, width);
            assert!(columns(&row) < width, "{width}: {row:?}");
            assert!(!row.contains(char::is_control), "{row:?}");
        }
    }
}

#[test]
fn a_bar_is_full_at_the_end_and_never_overflows() {
    for (done, of, expected) in [
        (0, 10, " [>                   ]"),
        (5, 10, " [==========>         ]"),
        (10, 10, " [====================]"),
        (99, 10, " [====================]"),
        (u64::MAX, u64::MAX, " [====================]"),
    ] {
        let seen = files("packing", done, Some(of));
        assert_eq!(bar(&seen), expected, "{done} of {of}");
    }
}

#[test]
fn bytes_are_written_as_sizes() {
    let mut seen = files("packing", 40_100_000, Some(151_000_000));
    seen.unit = Unit::Bytes;
    assert_eq!(amount(&seen), "40.1 MB of 151 MB");
    seen.of = None;
    assert_eq!(
        still("Packing", Some(&seen), seconds(6)),
        "Still packing: 40.1 MB, 6s"
    );
}
