//! How the pages look: pictures of a real browser against grids of colours that are kept.
//!
//! A grid has the mean colour of each cell, so that another font or a later Chromium changes it a
//! little, and a lost treemap, a table off the screen or a dark mode that is none change it much.
//! `SLUGSMITH_BLESS=1 cargo test --test cli looks -- --ignored` writes the grids anew.

use std::fmt::Write as _;
use std::path::Path;

use crate::page::{app, browser, driven, page_of};
use crate::support::{Sandbox, repository};

/// Cells of a grid, across and down.
const GRID: (usize, usize) = (16, 12);
/// How far the mean of a colour may be off, of 255, over the whole picture.
const DRIFT: u32 = 8;

/// Reads a picture in the browser itself, so that no decoder is needed for one test.
const READER: &str = r#"<img src="page.png"><script>
addEventListener("load", () => {
  const image = document.querySelector("img");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  const cells = Array.from({ length: ACROSS * DOWN }, () => [0, 0, 0, 0]);
  for (let at = 0; at < width * height; at += 1) {
    const x = Math.floor(((at % width) * ACROSS) / width);
    const y = Math.floor((Math.floor(at / width) * DOWN) / height);
    const cell = cells[y * ACROSS + x];
    for (let part = 0; part < 3; part += 1) cell[part] += data[at * 4 + part];
    cell[3] += 1;
  }
  const out = document.createElement("pre");
  out.id = "note";
  out.textContent = JSON.stringify(cells.map((cell) => cell.slice(0, 3).map((sum) => Math.round(sum / cell[3]))));
  document.body.append(out);
});
</script>"#;

/// Mean red, green and blue of each cell of what a window shows.
fn grid(page: &Path, size: &str, theme: &str) -> Vec<[u32; 3]> {
    let picture = page.with_extension("png");
    let screenshot = format!("--screenshot={}", picture.display());
    browser(page, size, &["--hide-scrollbars", &screenshot, theme]);
    let reader = page.with_file_name("reader.html");
    let script = READER
        .replace("ACROSS", &GRID.0.to_string())
        .replace("DOWN", &GRID.1.to_string());
    fs_err::write(&reader, script).unwrap();
    serde_json::from_value(driven(&reader, size)).unwrap()
}

fn text(grid: &[[u32; 3]]) -> String {
    let mut text = String::new();
    for row in grid.chunks(GRID.0) {
        for [red, green, blue] in row {
            let _ = write!(text, "{red:02x}{green:02x}{blue:02x} ");
        }
        text = text.trim_end().to_owned() + "\n";
    }
    text
}

fn parsed(text: &str) -> Vec<[u32; 3]> {
    let part = |cell: &str, at: usize| u32::from_str_radix(&cell[at..at + 2], 16).unwrap();
    let cells = text.split_whitespace();
    cells
        .map(|cell| [part(cell, 0), part(cell, 2), part(cell, 4)])
        .collect()
}

/// Mean difference of two grids, of 255.
fn drift(one: &[[u32; 3]], other: &[[u32; 3]]) -> u32 {
    assert_eq!(one.len(), other.len());
    let differences = one.iter().flatten().zip(other.iter().flatten());
    let sum: u32 = differences.map(|(one, other)| one.abs_diff(*other)).sum();
    sum / u32::try_from(one.len() * 3).unwrap()
}

fn looks_as_kept(name: &str, page: &Path) {
    let mut seen = Vec::new();
    for (window, size) in [("desk", "1200,900"), ("phone", "390,844")] {
        for (theme, number) in [("dark", 0), ("light", 1)] {
            let flag = format!("--blink-settings=preferredColorScheme={number}");
            let grid = grid(page, size, &flag);
            let kept = repository("tests/cli/looks").join(format!("{name}-{window}-{theme}.txt"));
            if std::env::var_os("SLUGSMITH_BLESS").is_some() {
                fs_err::create_dir_all(kept.parent().unwrap()).unwrap();
                fs_err::write(&kept, text(&grid)).unwrap();
            }
            let drift = drift(&grid, &parsed(&fs_err::read_to_string(&kept).unwrap()));
            assert!(
                drift <= DRIFT,
                "{}: off by {drift} of 255\n{}",
                kept.display(),
                text(&grid)
            );
            seen.push(grid);
        }
    }
    // The test itself can see a difference: of themes, and of windows.
    assert!(
        drift(&seen[0], &seen[1]) > DRIFT * 4,
        "{name}: dark is light"
    );
    assert!(drift(&seen[1], &seen[3]) > 0, "{name}: a phone is a desk");
}

#[test]
#[ignore = "needs Chromium"]
fn pages_look_as_they_did() {
    let sandbox: Sandbox = app();
    looks_as_kept("inspect", &page_of(&sandbox, &["inspect", "app"]));
    let sandbox = crate::fleet::apps(40);
    looks_as_kept("fleet", &page_of(&sandbox, &["fleet", "reports"]));
}
