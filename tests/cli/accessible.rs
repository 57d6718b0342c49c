//! Every page against the rules of axe-core, light and dark, from the smallest phone to the widest screen.

use std::process::Command;

use crate::page::{app, driven, page_with};
use crate::support::Sandbox;

/// What the tests below install for themselves.
const AXE: &str = "axe-core@4.10.3";

/// Runs the rules over what the page shows at first and after its buttons were used.
const DRIVER: &str = r#"<script>
addEventListener("load", async () => {
  const broken = [];
  const look = async (state) => {
    const { violations } = await axe.run(document);
    for (const rule of violations) {
      broken.push(`${state}: ${rule.id}: ${rule.nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
    }
  };
  const use = async (button) => {
    button.click();
    await look(button.textContent.trim());
  };
  await look("at first");
  for (const button of document.querySelectorAll("button.tab:not([hidden]), #after:not([hidden]), #theme")) {
    await use(button);
  }
  const out = document.createElement("pre");
  out.id = "note";
  out.textContent = JSON.stringify({ rules: axe.getRules().length, broken });
  document.body.append(out);
});
</script>"#;

/// The rules as a script of the page.
fn axe() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--silent", "--prefix"]);
    let done = npm.arg(folder.path()).arg(AXE).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let rules = folder.path().join("node_modules/axe-core/axe.min.js");
    let rules = fs_err::read_to_string(rules).unwrap();
    format!("<script>{rules}</script>{DRIVER}")
}

fn holds(driver: &str, sandbox: &Sandbox, command: &[&str]) {
    let page = page_with(driver, sandbox, command);
    for size in ["320,640", "390,844", "1200,900", "2560,1440"] {
        let note = driven(&page, size);
        assert!(note["rules"].as_u64().unwrap() > 80, "{note:#}");
        assert_eq!(
            note["broken"],
            serde_json::json!([]),
            "{command:?} {size}: {note:#}"
        );
    }
}

#[test]
#[ignore = "needs Chromium and npm"]
fn pages_break_no_rule_of_axe() {
    let driver = axe();
    holds(&driver, &app(), &["inspect", "app"]);
    holds(&driver, &crate::fleet::apps(12), &["fleet", "reports"]);
    let layers = [
        (
            "group.toml",
            "[[group]]\nid = \"acme/node\"\nversion = \"1.0.0\"\napi = \"0.10\"\n",
        ),
        ("acme_node/x.toml", "[types]\nlaunch = true\nbuild = true\n"),
        ("acme_node/x/env.launch/MODE", "fast"),
        (
            "acme_node/launch.toml",
            "[[processes]]\ntype = \"web\"\ncommand = [\"node\"]\ndefault = true\n",
        ),
    ];
    let sandbox = app();
    for (path, text) in layers {
        let path = sandbox.path("layers").join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    holds(
        &driver,
        &sandbox,
        &["stack", "--layers", "layers", "--app", "app"],
    );
}
