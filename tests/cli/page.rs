//! The page of sizes in a real browser: what it shows, and that it works with a keyboard.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::Sandbox;

/// Uses the page as a person with a keyboard would, and notes what is there afterwards.
const DRIVER: &str = r#"<script>
const by = (id) => document.getElementById(id);
const boxes = () => [...by("map").querySelectorAll("button")];
const press = (key) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const names = () => [...by("rows").querySelectorAll("tr")].map((row) => row.cells[0].textContent);
const note = {};
note.boxes = boxes().length;
note.labelled = boxes().every((box) => box.getAttribute("aria-label").includes("compressed"));
note.rows = names();
note.summary = by("summary").textContent;
boxes()[0].focus();
press("ArrowRight");
note.moved = document.activeElement === boxes()[1];
press("ArrowLeft");
document.activeElement.click();
note.inside = by("path").textContent;
press("Escape");
note.outside = by("path").textContent;
by("after").click();
note.after = by("summary").textContent;
note.afterRows = names();
note.address = location.hash;
document.querySelector('[data-rows="kinds"]').click();
note.afterKinds = names();
document.querySelector('[data-rows="folder"]').click();
by("before").click();
document.querySelector('[data-rows="copies"]').click();
note.copies = names();
by("search").value = "intent";
by("search").dispatchEvent(new Event("input"));
document.querySelector('[data-rows="folder"]').click();
note.found = names();
const back = () => getComputedStyle(document.body).backgroundColor;
const light = back();
by("theme").click();
note.themes = [light, back()];
by("theme").click();
note.lightAgain = back() === light;
document.querySelector('th[data-key="name"] button').click();
note.sorted = names();
note.width = [document.documentElement.scrollWidth, innerWidth];
note.tallest = Math.max(...[...by("rows").querySelectorAll("tr")].map((row) => row.getBoundingClientRect().height));
note.requests = performance.getEntriesByType("resource").length;
const out = document.createElement("pre");
out.id = "note";
out.textContent = JSON.stringify(note);
document.body.append(out);
</script>"#;

pub(crate) fn app() -> Sandbox {
    let copy = "let a = 1;\n".repeat(3000);
    Sandbox::new()
        .file(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","main":"server.js"}"#,
        )
        .file(
            "server.js",
            "require('http').createServer(() => {}).listen(process.env.PORT);\n",
        )
        .file("Procfile", "web: node server.js\n")
        .file("public/one.js", &copy)
        .file("public/two.js", &copy)
        .file("models/intent.bin", "01234567".repeat(20_000))
        .file("test/server.test.js", "assert(true);\n".repeat(4000))
        .file(
            "project.toml",
            "[com.slugsmith.strip]\nremove = [\"test/\"]\n",
        )
}

/// The page that a command makes.
pub(crate) fn page_of(sandbox: &Sandbox, command: &[&str]) -> PathBuf {
    let form = ["--format", "html", "--output", "page.html"];
    sandbox.slugsmith(&[command, &form].concat()).expect(0);
    sandbox.path("page.html")
}

/// The page that a command makes, with a driver at its end.
pub(crate) fn page_with(driver: &str, sandbox: &Sandbox, command: &[&str]) -> PathBuf {
    let path = page_of(sandbox, command);
    let page = fs_err::read_to_string(&path).unwrap();
    fs_err::write(&path, page.replace("</body>", &format!("{driver}</body>"))).unwrap();
    path
}

/// Opens a page in a window of `size`, without a screen.
pub(crate) fn browser(page: &Path, size: &str, more: &[&str]) -> Output {
    let profile = tempfile::tempdir().unwrap();
    Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
        ])
        .arg(format!("--window-size={size}"))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(more)
        .arg(page)
        .output()
        .unwrap()
}

/// What the page holds after the driver, in a window of `size`.
pub(crate) fn driven(path: &Path, size: &str) -> serde_json::Value {
    let output = browser(path, size, &["--dump-dom", "--virtual-time-budget=20000"]);
    let dom = String::from_utf8_lossy(&output.stdout);
    let (_, rest) = dom
        .split_once(r#"<pre id="note">"#)
        .unwrap_or_else(|| panic!("{dom}"));
    let note = rest.split_once("</pre>").unwrap().0;
    serde_json::from_str(&note.replace("&amp;", "&")).unwrap()
}

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_the_sizes_and_a_keyboard_moves_through_them() {
    let sandbox = app();
    let path = page_with(DRIVER, &sandbox, &["inspect", "app"]);
    let note = driven(&path, "1200,900");

    assert_eq!(note["labelled"], true, "{note:#}");
    assert!(note["boxes"].as_u64().unwrap() >= 4, "{note:#}");
    assert_eq!(note["moved"], true, "arrow keys move: {note:#}");
    assert_ne!(
        note["inside"], note["outside"],
        "Escape leads out: {note:#}"
    );
    let rows = |key: &str| note[key].as_array().unwrap().clone();
    assert!(rows("rows").contains(&"test/".into()), "{note:#}");
    assert!(!rows("afterRows").contains(&"test/".into()), "{note:#}");
    assert!(
        note["after"].as_str().unwrap().contains("after stripping"),
        "{note:#}"
    );
    assert_eq!(rows("copies"), ["public/one.js, public/two.js"]);
    assert_eq!(rows("found"), ["models/intent.bin"], "{note:#}");
    let themes = rows("themes");
    assert_ne!(themes[0], themes[1], "light and dark differ");
    assert_eq!(note["lightAgain"], true);
    assert_eq!(note["requests"], 0, "nothing is fetched");
    // What stripping takes away is gone from kinds too, and a link leads to what is shown.
    assert!(!rows("afterKinds").contains(&"tests".into()), "{note:#}");
    assert!(note["address"].as_str().unwrap().contains("stage=after"));
    let mut by_name = rows("sorted");
    by_name.sort_by_key(|name| name.as_str().unwrap().to_lowercase());
    assert_eq!(rows("sorted"), by_name, "{note:#}");
    for size in ["320,700", "390,844", "768,1024", "2560,1400"] {
        let note = driven(&path, size);
        let width = &note["width"];
        assert!(width[0].as_u64() <= width[1].as_u64(), "{size}: {width}");
        // A name that breaks after each letter makes rows of many lines.
        assert!(
            note["tallest"].as_f64().unwrap() < 110.0,
            "{size}: {note:#}"
        );
    }
}
