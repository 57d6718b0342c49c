//! The view of all apps, from folders of reports that builds, checks and strangers wrote.

use crate::page::{driven, page_with};
use crate::support::Sandbox;

/// A report as a build writes it, with what varies from app to app.
fn report(number: usize, at: usize) -> String {
    let (level, end) = match number % 3 {
        0 => ("error", "2026-04-30"),
        1 => ("warn", "2027-04-30"),
        _ => ("info", ""),
    };
    let verdict = if number.is_multiple_of(4) {
        "miss"
    } else {
        "hit"
    };
    serde_json::json!({
        "schema": "slugsmith.fleet-report/1",
        "app": format!("app-{number:03}"), "at": 1_760_000_000 + at, "kind": "build", "branch": "main",
        "runtimes": [{ "name": "node", "line": 18 + number % 5, "end": end }],
        "report": {
            "schema": "slugsmith.report/1",
            "findings": [{ "rule": format!("rule-{}", number % 7), "level": level, "message": "…" }],
            "budget": {
                "verdict": if number.is_multiple_of(50) { "over" } else { "within" },
                "bytes": 3_000_000 * (number + 1), "compressed": { "bytes": 1_000_000 * (number + 1) + at },
            },
            "dependencies": [
                { "name": "npm", "verdict": verdict, "saved_seconds": 30.0 },
            ],
            "stack": { "buildpacks": [{ "id": "heroku/nodejs", "version": format!("3.{}.0", number % 4) }] },
            "boot": { "made": [{ "start": { "without": 1.5, "with": 0.7 } }] },
        },
    })
    .to_string()
    // A line of a runtime is text.
    .replace(&format!("\"line\":{}", 18 + number % 5), &format!("\"line\":\"{}\"", 18 + number % 5))
}

pub(crate) fn apps(number: usize) -> Sandbox {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("reports");
    fs_err::create_dir(&folder).unwrap();
    for app in 0..number {
        fs_err::write(folder.join(format!("{app}.json")), report(app, 0)).unwrap();
    }
    sandbox
}

#[test]
fn builds_and_checks_write_reports_that_become_one_view() {
    let sandbox = Sandbox::new()
        .file(
            "package.json",
            r#"{"name":"shop","engines":{"node":"18.x"}}"#,
        )
        .file("server.js", "require('http').createServer().listen(3000)\n")
        .file("Procfile", "web: node server.js\n");
    fs_err::create_dir(sandbox.path("reports")).unwrap();
    for (verb, app) in [
        ("check", "shop"),
        ("build", "shop"),
        ("check", "billing/api"),
    ] {
        let mut command = sandbox.command(crate::support::BINARY);
        command
            .args([verb, "app"])
            .env("SLUGSMITH_STORE_REPORTS", "reports")
            .env("SLUGSMITH_STORE_APP", app)
            .env("SLUGSMITH_CACHE", "off");
        command.output().unwrap();
    }
    let view = sandbox
        .slugsmith(&["fleet", "reports", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(view["schema"], "slugsmith.fleet/1");
    assert_eq!(view["reports"], 3, "{view:#}");
    let apps: Vec<_> = view["apps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|app| &app["app"])
        .collect();
    assert_eq!(apps, ["billing/api", "shop"]);
    assert_eq!(view["apps"][1]["reports"], 2);
    assert_eq!(view["runtimes"][0]["name"], "node");
    assert_eq!(view["runtimes"][0]["apps"].as_array().unwrap().len(), 2);
    assert!(
        view["rules"]
            .as_array()
            .unwrap()
            .iter()
            .any(|rule| rule["apps"][1] == "shop")
    );
    let text = sandbox.slugsmith(&["fleet", "reports"]).expect(0).stdout;
    assert!(text.starts_with("2 apps, 3 reports: "), "{text}");
}

#[test]
fn odd_files_are_listed_and_nothing_more() {
    let sandbox = apps(2);
    let folder = sandbox.path("reports");
    fs_err::write(folder.join("broken.json"), "{").unwrap();
    fs_err::write(folder.join("other.json"), r#"{"schema":"other/1"}"#).unwrap();
    fs_err::write(folder.join("deep.json"), "[".repeat(200_000)).unwrap();
    fs_err::write(folder.join("notes.txt"), "no report").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link.json")).unwrap();
    let huge = fs_err::File::create(folder.join("huge.json")).unwrap();
    huge.set_len(30_000_000_000).unwrap();
    let fifo = std::process::Command::new("mkfifo")
        .arg(folder.join("fifo.json"))
        .status()
        .unwrap();
    assert!(fifo.success());
    let view = sandbox
        .slugsmith(&["fleet", "reports", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(view["apps"].as_array().unwrap().len(), 2);
    let refused: Vec<_> = view["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["file"])
        .collect();
    assert_eq!(
        refused,
        ["broken.json", "deep.json", "huge.json", "other.json"]
    );
    sandbox.slugsmith(&["fleet", "nowhere"]).expect(2);
}

/// Uses the page as a person would, and notes what is there afterwards.
const DRIVER: &str = r#"<script>
const by = (id) => document.getElementById(id);
const rows = () => [...by("rows").querySelectorAll("tr")];
const first = () => rows()[0].cells[0].textContent;
const head = (number) => by("heads").querySelectorAll("button")[number];
const tab = (name) => document.querySelector(`[data-rows="${name}"]`);
const filter = (text) => { by("search").value = text; by("search").dispatchEvent(new Event("input")); };
const note = {};
note.summary = by("summary").textContent;
note.rows = rows().length;
note.largest = first();
head(1).click();
note.smallest = first();
note.sorted = by("heads").querySelector("[aria-sort]").getAttribute("aria-sort");
note.focused = document.activeElement === head(1);
head(0).click();
note.byName = first();
filter("APP-123");
note.found = rows().map((row) => row.cells[0].textContent);
note.told = by("note").textContent;
filter("");
tab("rules").click();
note.rules = rows().map((row) => row.cells[0].textContent);
tab("runtimes").click();
note.ends = rows().map((row) => row.cells[0].textContent);
tab("buildpacks").click();
note.buildpacks = rows().length;
note.hidden = tab("refused").hidden;
tab("apps").click();
const back = () => getComputedStyle(document.body).backgroundColor;
const light = back();
by("theme").click();
note.themes = [light, back()];
note.width = [document.documentElement.scrollWidth, innerWidth];
note.requests = performance.getEntriesByType("resource").length;
const out = document.createElement("pre");
out.id = "note";
out.textContent = JSON.stringify(note);
document.body.append(out);
</script>"#;

#[test]
#[ignore = "needs Chromium"]
fn a_browser_sorts_and_filters_five_hundred_apps() {
    let sandbox = apps(500);
    let path = page_with(DRIVER, &sandbox, &["fleet", "reports"]);
    let note = driven(&path, "1200,900");
    assert!(
        note["summary"]
            .as_str()
            .unwrap()
            .starts_with("500 apps, 500 reports: "),
        "{note:#}"
    );
    assert_eq!(note["rows"], 500);
    assert_eq!(
        (note["largest"].as_str(), note["smallest"].as_str()),
        (Some("app-499"), Some("app-000"))
    );
    assert_eq!(note["sorted"], "ascending");
    assert_eq!(
        note["focused"], true,
        "the keyboard keeps its place: {note:#}"
    );
    assert_eq!(note["byName"], "app-000");
    assert_eq!(note["found"], serde_json::json!(["app-123"]));
    assert_eq!(note["told"], "1 of 500 rows");
    assert_eq!(note["rules"].as_array().unwrap().len(), 7);
    assert_eq!(note["rules"][0], "error");
    assert_eq!(note["ends"][0], "2026-04-30");
    assert_eq!(note["buildpacks"], 4);
    assert_eq!(note["hidden"], true);
    assert_ne!(note["themes"][0], note["themes"][1]);
    assert_eq!(note["requests"], 0, "works offline");
    let phone = driven(&path, "500,900");
    let width = phone["width"].as_array().unwrap();
    assert!(
        width[0].as_u64() <= width[1].as_u64(),
        "no sideways scrolling: {phone:#}"
    );
}
