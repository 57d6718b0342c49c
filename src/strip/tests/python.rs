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
