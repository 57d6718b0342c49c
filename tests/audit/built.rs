//! What a build puts into the app is there by right.

use std::path::Path;

use super::fixtures::audit;

fn environment(root: &Path) {
    let library = root.join(".venv/lib/python3.11/site-packages/big.bin");
    fs_err::create_dir_all(library.parent().unwrap()).unwrap();
    fs_err::write(root.join(".venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
    fs_err::write(root.join("requirements.txt"), "flask==3.0.0\n").unwrap();
    fs_err::write(root.join("app.py"), "import flask\n").unwrap();
    let file = fs_err::File::create(library).unwrap();
    file.set_len(60_000_000).unwrap();
}

#[test]
fn a_virtual_environment_is_weight_in_a_checkout_only() {
    let folder = tempfile::tempdir().unwrap();
    environment(folder.path());
    let finds = || {
        let report = audit(folder.path());
        let mut findings = report.findings.iter();
        findings.any(|finding| finding.rule == "excludable-weight")
    };
    assert!(!finds(), "the build made it");
    fs_err::create_dir(folder.path().join(".git")).unwrap();
    assert!(finds(), "it is committed");
}
