//! How much of real packages goes: a rule that keeps too much breaks nothing, so nothing else would tell.
//!
//! The sets are small ones of those that `scripts/strip-harness` weighs, by version. The shares are what went on
//! 2026-11-30, less a little.

use crate::lab::Lab;
use crate::support::BINARY;
use slugsmith::facts::tree::Tree;

/// Percent of the bytes that `strip --dry-run` would remove.
fn removed(lab: &Lab) -> u64 {
    let done = std::process::Command::new(BINARY)
        .args(["strip", "--dry-run", "--format", "json"])
        .arg(lab.source())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let gone = report
        .pointer("/strip/bytes")
        .and_then(serde_json::Value::as_u64);
    gone.unwrap() * 100 / Tree::read(&lab.source()).totals().bytes
}

#[test]
#[ignore = "real package managers"]
fn packages_of_npm_lose_what_they_lost() {
    let lab = Lab::new(&[]);
    let packages = [
        ("express", "4.21.2"),
        ("pg", "8.13.1"),
        ("moment", "2.30.1"),
        ("ajv", "8.17.1"),
        ("rxjs", "7.8.1"),
        ("socket.io", "4.8.1"),
        ("sequelize", "6.37.5"),
        ("winston", "3.17.0"),
        ("mongodb", "6.12.0"),
    ];
    let wanted = packages.map(|(name, version)| format!("\"{name}\":\"{version}\""));
    let manifest = format!(
        r#"{{"name":"shop","version":"1.0.0","private":true,"dependencies":{{{}}}}}"#,
        wanted.join(",")
    );
    lab.put("package.json", &manifest);
    lab.put(
        "server.js",
        &packages
            .map(|(name, _)| format!("require('{name}')\n"))
            .concat(),
    );
    lab.put("Procfile", "web: node server.js\n");
    lab.run("npm install --no-audit --no-fund --ignore-scripts");
    let share = removed(&lab);
    assert!(share >= 58, "{share} %");
}

#[test]
#[ignore = "real package managers"]
fn packages_of_python_lose_what_they_lost() {
    let lab = Lab::new(&[]);
    lab.put(
        "requirements.txt",
        "django==5.1.4\nnumpy==2.1.3\nlxml==5.3.0\nsqlalchemy==2.0.36\n",
    );
    lab.put("app.py", "import django, numpy, lxml.etree, sqlalchemy\n");
    lab.put("Procfile", "web: python app.py\n");
    lab.run("python3 -m venv .venv");
    lab.run("python3 -m pip --python .venv/bin/python install --quiet -r requirements.txt");
    let share = removed(&lab);
    assert!(share >= 22, "{share} %");
}
