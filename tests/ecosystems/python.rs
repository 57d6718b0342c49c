//! uv, poetry, pipenv, pip, and `uv pip` for a requirements.txt.

use crate::lab::{Case, Lab, prove};

const TREES: &[&str] = &[".venv"];

/// Each names the folder of the build, or holds a digest of a script that does, and that
/// is another one in each build.
const COMPILED: &[&str] = &["*.pyc", "RECORD"];

#[test]
#[ignore = "real package managers"]
fn pip() {
    let lab = Lab::new(&[]);
    lab.put("requirements.txt", "-r base.txt\nidna==3.7\n");
    lab.put("base.txt", "six>=1.16,<1.17\n");
    prove(
        &lab,
        &Case {
            name: "pip",
            trees: TREES,
            left_out: COMPILED,
            change: &|lab| lab.edit("requirements.txt", "idna==3.7", "idna==3.10"),
            reason: "requirements.txt: idna 3.7 → 3.10",
        },
    );
    let built = lab.build();
    built.says("not all pinned: used for 24 hours at most");
    let python = fs_err::read_to_string(built.app.join(".venv/bin/pip")).unwrap();
    assert!(python.starts_with("#!/app/.venv/bin/python"), "{python}");
}

#[test]
#[ignore = "real package managers"]
fn requirements_with_uv() {
    let lab = Lab::new(&["uv"]);
    lab.put("requirements.txt", "idna==3.7\nsix==1.16.0\n");
    prove(
        &lab,
        &Case {
            name: "pip",
            trees: TREES,
            left_out: COMPILED,
            change: &|lab| {
                lab.put("requirements.txt", "# six is gone\nidna==3.10\n");
            },
            reason: "requirements.txt: idna 3.7 → 3.10, -six",
        },
    );
    lab.build().never_says("not all pinned");
}

#[test]
#[ignore = "real package managers"]
fn uv() {
    let lab = Lab::new(&["uv"]);
    lab.put("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
        dependencies = [\"idna==3.7\", \"six==1.16.0\"]\n\n[dependency-groups]\ndev = [\"iniconfig==2.0.0\"]\n");
    lab.run("uv lock");
    prove(
        &lab,
        &Case {
            name: "uv",
            trees: TREES,
            left_out: COMPILED,
            change: &|lab| {
                lab.edit("pyproject.toml", "idna==3.7", "idna==3.10");
                lab.run("uv lock");
            },
            reason: "uv.lock: idna 3.7 → 3.10",
        },
    );
    let built = lab.build();
    let listing = built.tree(TREES, &[]);
    assert!(
        !listing
            .iter()
            .any(|(path, _)| path.to_string_lossy().contains("iniconfig")),
        "a dev dependency is in production"
    );
}

/// The index that pip uses; poetry knows others only by their pages.
fn index(lab: &Lab) -> String {
    let question = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
    lab.run_words(&["python3", "-c", question])
}

#[test]
#[ignore = "real package managers"]
fn poetry() {
    let lab = Lab::new(&["poetry"]);
    lab.put("pyproject.toml", &format!("[project]\nname = \"shop\"\nversion = \"1.0\"\n\
        requires-python = \">=3.9\"\ndependencies = [\"idna==3.7\", \"six==1.16.0\"]\n\n[tool.poetry]\n\
        package-mode = false\n\n[tool.poetry.group.dev.dependencies]\niniconfig = \"2.0.0\"\n\n\
        [[tool.poetry.source]]\nname = \"index\"\nurl = \"{}\"\npriority = \"primary\"\n", index(&lab)));
    lab.run("poetry lock");
    prove(
        &lab,
        &Case {
            name: "poetry",
            trees: TREES,
            left_out: COMPILED,
            change: &|lab| {
                lab.edit("pyproject.toml", "idna==3.7", "idna==3.10");
                lab.run("poetry lock");
            },
            reason: "poetry.lock: idna 3.7 → 3.10",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn pipenv() {
    let lab = Lab::new(&["pipenv"]);
    lab.put(
        "Pipfile",
        &format!(
            "[[source]]\nname = \"index\"\nurl = \"{}\"\nverify_ssl = true\n\n[packages]\n\
        idna = \"==3.7\"\nsix = \"==1.16.0\"\n\n[dev-packages]\niniconfig = \"==2.0.0\"\n",
            index(&lab)
        ),
    );
    lab.run("pipenv lock");
    prove(
        &lab,
        &Case {
            name: "pipenv",
            trees: TREES,
            left_out: COMPILED,
            change: &|lab| {
                lab.edit("Pipfile", "==3.7", "==3.10");
                lab.run("pipenv lock");
            },
            reason: "Pipfile.lock: idna 3.7 → 3.10",
        },
    );
}
