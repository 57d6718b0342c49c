//! What of `site-packages` stays, and what goes?

use super::{app, strip};

#[test]
fn python_tests_go_unless_imported_and_installers_unless_needed() {
    let sp = "venv/lib/python3.11/site-packages";
    let path = |inside: &str| format!("{sp}/{inside}");
    let files = [
        ("Procfile".to_owned(), "web: gunicorn app:app\n"),
        (
            "app.py".to_owned(),
            "import django.test.client\nfrom numpy import array",
        ),
        (path("django/test/client.py"), ""),
        (path("django/__init__.py"), ""),
        (
            path("numpy/__init__.py"),
            "import os; os.listdir(os.path.dirname(__file__))",
        ),
        (path("numpy/__init__.pyi"), ""),
        (path("numpy/tests/test_a.py"), "import numpy.tests.b"),
        (path("numpy/tests/__pycache__/test_a.cpython-311.pyc"), "x"),
        (path("lazy/tests/helper.py"), ""),
        (
            path("lazy/core.py"),
            "importlib.import_module('lazy.tests.helper')",
        ),
        (path("pip/__init__.py"), "import pip._vendor"),
        (path("pip-24.0.dist-info/RECORD"), ""),
        (path("setuptools/__init__.py"), ""),
        (path("setuptools-65.dist-info/METADATA"), ""),
        (path("pkg_resources/__init__.py"), ""),
        (
            path("old/__init__.py"),
            "try:\n    import pkg_resources\nexcept ImportError: pass",
        ),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = app(&files);
    strip(folder.path());
    let gone: Vec<_> = files
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| !folder.path().join(path).exists())
        .map(|path| path.trim_start_matches(sp))
        .collect();
    assert_eq!(
        gone,
        [
            "/numpy/__init__.pyi",
            "/numpy/tests/test_a.py",
            "/numpy/tests/__pycache__/test_a.cpython-311.pyc",
            "/pip/__init__.py",
            "/pip-24.0.dist-info/RECORD"
        ]
    );
}

/// Which of the installers stay where some package has this source.
fn installers_kept_by(source: &str) -> Vec<&'static str> {
    let sp = "venv/lib/python3.11/site-packages";
    let files = [
        ("Procfile".to_owned(), "web: gunicorn app:app\n"),
        (format!("{sp}/a/__init__.py"), source),
        (format!("{sp}/pip/__init__.py"), ""),
        (format!("{sp}/pip/_internal/__init__.py"), ""),
        (format!("{sp}/pkg_resources/__init__.py"), ""),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = app(&files);
    strip(folder.path());
    let is_there = |name: &&str| folder.path().join(sp).join(name).exists();
    ["pip", "pkg_resources"]
        .into_iter()
        .filter(is_there)
        .collect()
}

#[test]
fn only_what_can_be_imported_keeps_an_installer() {
    for (source, expected) in [
        (
            "\"\"\"Use it so:\n\n    from pkg_resources import x\n\"\"\"\n",
            vec![],
        ),
        ("def f():\n    import pip.commands.freeze\n", vec![]),
        ("def f():\n    import pip._internal.cli\n", vec!["pip"]),
        ("from pip import main\n", vec!["pip"]),
        (
            "RUN = '''\nimport pkg_resources\n'''\n",
            vec!["pkg_resources"],
        ),
        ("print 'old'\nimport pkg_resources\n", vec!["pkg_resources"]),
        (
            "if x:\n    import os, pkg_resources as p\n",
            vec!["pkg_resources"],
        ),
    ] {
        assert_eq!(installers_kept_by(source), expected, "{source}");
    }
}
