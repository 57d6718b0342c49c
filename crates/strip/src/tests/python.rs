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

/// Which files of package `p` stay where its `__init__.py` is `source`.
fn left_of_package(source: &str, more: &[(&str, &str)]) -> Vec<String> {
    let root = "venv/lib/python3.11/site-packages";
    let mut files = vec![
        ("Procfile".to_owned(), "web: gunicorn app:app\n"),
        ("app.py".to_owned(), "import p"),
        (format!("{root}/p/__init__.py"), source),
    ];
    files.extend(
        more.iter()
            .map(|(path, text)| (format!("{root}/{path}"), *text)),
    );
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = app(&files);
    strip(folder.path());
    let left = super::left(folder.path()).into_iter();
    left.filter_map(|path| Some(path.strip_prefix(root)?.trim_start_matches('/').to_owned()))
        .filter(|path| path != "p/__init__.py")
        .collect()
}

#[test]
fn tests_stay_that_a_package_reaches_by_names_and_paths_it_makes() {
    for source in [
        "X = open(os.path.join(os.path.dirname(__file__), 'tests', 'a.txt'))",
        "X = (Path(__file__).parent / 'tests' / 'a.txt').read_text()",
        "X = (Path(__file__).resolve().parents[0] / 'tests/a.txt').read_text()",
        "ROOT = Path(__file__).parent\nTESTS = ROOT / 'tests'",
        "TESTS = os.path.join(ROOT, 'tests')",
        "X = resources.files('p.tests').joinpath('a.txt')",
        "X = [m.name for m in pkgutil.walk_packages(__path__, 'p.')]",
    ] {
        let left = left_of_package(
            source,
            &[("p/tests/__init__.py", ""), ("p/tests/a.txt", "")],
        );
        assert!(
            left.contains(&"p/tests/a.txt".to_owned()),
            "{source}: {left:?}"
        );
    }
    for source in [
        "importlib.import_module(f'{__name__}.tests.a')",
        "importlib.import_module('%s.tests.a' % name)",
    ] {
        let left = left_of_package(source, &[("p/tests/__init__.py", ""), ("p/tests/a.py", "")]);
        assert!(
            left.contains(&"p/tests/a.py".to_owned()),
            "{source}: {left:?}"
        );
    }
    for source in [
        "for n in ['tests', 'mod']: importlib.import_module('p.' + n)",
        "def __getattr__(n):\n    if n in ('tests',): return importlib.import_module('p.' + n)",
    ] {
        let left = left_of_package(source, &[("p/tests/__init__.py", "")]);
        assert_eq!(left, ["p/tests/__init__.py"], "{source}");
    }
}

#[test]
fn tests_go_that_a_package_only_leaves_out() {
    for source in [
        "for m in pkgutil.walk_packages(__path__, 'p.'):\n    if 'tests' in m.name: continue",
        "IGNORE = {'tests', 'externals'}",
        "X = os.path.join(os.path.dirname(__file__), 'data')",
        // Words of prose and of other calls, and the folder of a checkout.
        "'''Shows the resources of the machine.'''\nX = globals()",
        "X = cf._global_config['data_resource']",
        "ROOT = Path(__file__).resolve().parents[2]\nX = (ROOT / '.git').exists()",
        "X = glob.glob(os.path.join(ROOT, '*.so'))",
        "T = os.path.join(ROOT, 'tests')\nif not name.startswith(T): pass",
    ] {
        assert!(
            left_of_package(source, &[("p/tests/__init__.py", "")]).is_empty(),
            "{source}"
        );
    }
}

#[test]
fn sources_and_stubs_stay_that_a_package_reads() {
    for (source, path) in [
        (
            "open(os.path.join(os.path.dirname(__file__), 'templates', n + '.pyx'))",
            "p/templates/a.pyx",
        ),
        (
            "pkgutil.get_data('p', 'templates/' + n + '.cpp')",
            "p/templates/a.cpp",
        ),
        (
            "os.listdir(os.path.join(os.path.dirname(__file__), 'src'))",
            "p/src/a.c",
        ),
        (
            "[f for f in (Path(__file__).parent / 'kernels').glob('*.h')]",
            "p/kernels/a.h",
        ),
        (
            "open(os.path.splitext(__file__)[0] + '.pyi')",
            "p/__init__.pyi",
        ),
        (
            "sorted(os.listdir(os.path.join(os.path.dirname(__file__), 'typeshed')))",
            "p/typeshed/a.pyi",
        ),
    ] {
        assert_eq!(left_of_package(source, &[(path, "")]), [path], "{source}");
    }
    let idle = left_of_package(
        "X = os.path.dirname(__file__)",
        &[("p/a.pyi", ""), ("p/a.c", "")],
    );
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn installers_stay_that_a_package_runs() {
    for source in [
        "subprocess.run([sys.executable, '-m', 'pip', 'install', x])",
        "[importlib.import_module(n) for n in ['pip']]",
    ] {
        let left = left_of_package(source, &[("pip/__init__.py", ""), ("pip/__main__.py", "")]);
        assert_eq!(left.len(), 2, "{source}: {left:?}");
    }
}

#[test]
fn a_command_that_runs_tests_keeps_them() {
    let root = "venv/lib/python3.11/site-packages/p/tests";
    let main = format!("{root}/__main__.py");
    let files = [
        ("Procfile", "clock: python -m p.tests\n"),
        (main.as_str(), ""),
    ];
    let folder = app(&files);
    strip(folder.path());
    assert!(folder.path().join(&main).exists());
}

#[test]
fn pip_goes_that_a_text_tells_a_person_to_run() {
    for source in [
        "raise E('or run command \"python -m pip install p\".')",
        "\"\"\"Install it:\n\n    $ python -m pip install p\n\"\"\"",
        "X = (\"install it with: \"\n     \"python -m pip install 'p[x]'\")",
    ] {
        let left = left_of_package(source, &[("pip/__init__.py", "")]);
        assert!(left.is_empty(), "{source}: {left:?}");
    }
    for source in [
        "subprocess.run([sys.executable, '-m', 'pip', 'list'])",
        "os.system('python3 -m pip list')",
        "os.system('cd /tmp && PIP_QUIET=1 python3 -m pip list')",
        "subprocess.run(f'{sys.executable} -m pip list', shell=True)",
    ] {
        let left = left_of_package(source, &[("pip/__init__.py", "")]);
        assert_eq!(left, ["pip/__init__.py"], "{source}");
    }
}

#[test]
fn what_installs_packages_keeps_no_other_installer() {
    let installer = "subprocess.run([sys.executable, '-m', 'pip', 'wheel'])";
    let files = [
        ("setuptools/installer.py", installer),
        ("pip/__init__.py", ""),
    ];
    let left = left_of_package("import setuptools", &files);
    assert!(!left.contains(&"pip/__init__.py".to_owned()), "{left:?}");
}

#[test]
fn files_for_the_developers_of_a_package_keep_none_of_its_tests() {
    for (path, text) in [
        (
            "p/conftest.py",
            "X = os.path.join(os.path.dirname(__file__), 'tests', 'io')",
        ),
        (
            "p/pyproject.toml",
            "[tool.pytest.ini_options]\ntestpaths = \"p/tests\"\n",
        ),
    ] {
        let left = left_of_package(
            "import setuptools",
            &[(path, text), ("p/tests/__init__.py", "")],
        );
        assert!(
            !left.contains(&"p/tests/__init__.py".to_owned()),
            "{path}: {left:?}"
        );
    }
}

#[test]
fn a_word_that_is_the_name_of_a_part_keeps_no_tests_in_it() {
    let source = "MODULES = ['stats', 'io']\ndef __getattr__(n): return globals()[n]";
    let left = left_of_package(
        source,
        &[
            ("p/stats/tests/__init__.py", ""),
            ("p/stats/__init__.py", ""),
        ],
    );
    assert_eq!(left, ["p/stats/__init__.py"]);
}

#[test]
fn stubs_stay_where_the_app_uses_what_reads_types() {
    let root = "venv/lib/python3.11/site-packages";
    let path = |inside: &str| format!("{root}/{inside}");
    let stubs = [
        path("kit/__init__.pyi"),
        path("requests-stubs/__init__.pyi"),
    ];
    let left = |installed: &str, source: &str, process: &str, level: &str| {
        let mut files = vec![
            ("Procfile".to_owned(), process),
            ("main.py".to_owned(), source),
            (path(&format!("{installed}/__init__.py")), ""),
            (path("kit/__init__.py"), ""),
            (path("kit/py.typed"), ""),
            (path("kit-1.dist-info/METADATA"), "Name: kit\nVersion: 1\n"),
            (
                path("kit-1.dist-info/RECORD"),
                "kit/__init__.py,,\nkit/__init__.pyi,,\nkit/py.typed,,\n",
            ),
        ];
        files.extend(stubs.iter().map(|stub| (stub.clone(), "")));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        let folder = app(&files);
        super::strip_with(folder.path(), level);
        let left = super::left(folder.path());
        stubs.iter().filter(|stub| left.contains(stub)).count()
    };
    let trace = "[com.slugsmith.strip]\nlevel = \"trace\"\n";
    for level in ["", trace] {
        for (installed, source, process) in [
            ("mypy", "from mypy import api", "web: python main.py\n"),
            (
                "mypy",
                "subprocess.run([sys.executable, '-m', 'mypy'])",
                "web: python main.py\n",
            ),
            ("jedi", "import jedi", "web: python main.py\n"),
            ("pyright", "", "check: pyright --watch\n"),
        ] {
            assert_eq!(
                left(installed, source, process, level),
                2,
                "{source}, {process}"
            );
        }
        for (installed, source) in [
            ("mypy", "x = f()  # mypy: ignore"),
            ("other", "import mypy"),
        ] {
            assert_eq!(
                left(installed, source, "web: python main.py\n", level),
                0,
                "{source}"
            );
        }
    }
}

/// Which files of the tests of package `p`, with a module `p.util`, stay where these are its sources and the app's.
fn tests_left(package: &str, util: &str, app_source: &str) -> Vec<String> {
    let root = "venv/lib/python3.11/site-packages";
    let path = |inside: &str| format!("{root}/{inside}");
    let files = [
        ("Procfile".to_owned(), "web: python main.py\n"),
        ("main.py".to_owned(), app_source),
        (path("p/__init__.py"), package),
        (path("p/util/__init__.py"), util),
        (path("p/tests/__init__.py"), ""),
        (path("p/tests/data.json"), ""),
        (path("p/util/tests/data.json"), ""),
    ];
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = app(&files);
    strip(folder.path());
    let left = super::left(folder.path()).into_iter();
    left.filter(|path| path.contains("/tests/"))
        .filter_map(|path| Some(path.strip_prefix(root)?.trim_start_matches('/').to_owned()))
        .collect()
}

const OF_ROOT: [&str; 2] = ["p/tests/__init__.py", "p/tests/data.json"];

#[test]
fn tests_stay_that_a_package_reaches_by_a_name_from_elsewhere() {
    for source in [
        "def load(kind, name): return (Path(__file__).parent/kind/name).read_text()",
        "def load(kind): return Path(__file__).resolve().parent.joinpath(kind, 'x').read_text()",
        "HERE = Path(__file__).parent\ndef load(kind): return HERE / kind / 'data.json'",
        "HERE = os.path.dirname(os.path.abspath(__file__))\ndef load(kind): return os.path.join(HERE, kind, 'x')",
        "def load(name): return files(__package__).joinpath(KIND + 'ts', name).read_text()",
        "def load(kind): return open(os.path.join(\n    os.path.dirname(__file__), f'{kind}/data.json'))",
        "def load(path): return pkgutil.get_data(__name__, path)",
        "def load(kind): return open(os.path.dirname(__file__) + '/' + kind + '/data.json')",
        "HERE = os.path.dirname(__file__)\ndef load(kind): return open(f'{HERE}/{kind}/data.json')",
        "X = [f.read_text() for f in Path(__file__).parent.glob('*/data.json')]",
    ] {
        assert_eq!(tests_left(source, "", "import p"), OF_ROOT, "{source}");
    }
    for source in [
        "def load(kind, name): return open(os.path.join(os.path.dirname(__file__), '..', kind, name))",
        "ROOT = Path(__file__).parent.parent\ndef load(kind): return ROOT / kind / 'data.json'",
        "HERE = os.path.dirname(__file__)\ndef load(kind): return os.path.join(os.path.dirname(HERE), kind, 'x')",
    ] {
        assert_eq!(tests_left("", source, "import p"), OF_ROOT, "{source}");
    }
}

#[test]
fn tests_stay_that_the_app_reaches_by_a_name_from_elsewhere() {
    for source in [
        "pkgutil.get_data('p', open('conf.yml').read())",
        "(files('p')/s/'data.json').read_text()",
        "import p\nopen(Path(p.__file__).parent / kind / 'data.json')",
        "import p\nopen(os.path.join(p.__path__[0], kind, 'data.json'))",
        "importlib.import_module(f'p.{s}.plugin').run()",
        "importlib.import_module('p.' + s).run()",
        "import p\nglob.glob(os.path.dirname(p.__file__) + '/*/*.json')",
    ] {
        assert_eq!(tests_left("", "", source), OF_ROOT, "{source}");
    }
}

#[test]
fn tests_go_that_no_name_from_elsewhere_reaches() {
    for source in [
        "X = Path(__file__).parent / 'data' / name",
        "NAME = 'schema'\nX = Path(__file__).parent / NAME / 'x.json'",
        "for n in ('a', 'b'):\n    open(os.path.join(os.path.dirname(__file__), n, 'x'))",
        "X = os.path.join(os.path.dirname(__file__), f'{name}.csv')",
        "X = os.path.join(os.path.dirname(__file__), name + '.csv')",
        "X = os.path.join(os.path.dirname(__file__), '%s.csv' % name)",
        "def f(name): return load(os.path.dirname(__file__), name)",
        "X = list(Path(__file__).parent.glob('*.json'))",
        "X = _os.path.join(_os.path.dirname(__file__), _os.pardir, 'p.libs')",
        "X = glob.glob(os.path.dirname(__file__) + '/data/*/*.json')",
        "ROOT = Path(__file__).parent.parent\nX = ROOT / name / 'x'",
        "# os.path.join(os.path.dirname(__file__), kind, name)",
        "importlib.import_module(f'{__name__}.{part}')",
    ] {
        let left = tests_left(source, "", "import p");
        assert!(left.is_empty(), "{source}: {left:?}");
    }
    let all = "X = list(Path(__file__).parent.rglob('*.json'))";
    assert_eq!(tests_left(all, "", "import p").len(), 3);
    let below = "def load(kind): return Path(__file__).parent / kind / 'data.json'";
    assert_eq!(
        tests_left("", below, "import p"),
        ["p/util/tests/data.json"]
    );
    for source in [
        "importlib.import_module(f'q.{s}')",
        "X = f'p.{s}'",
        "get_data('p', 'data/a.json')",
    ] {
        assert!(tests_left("", "", source).is_empty(), "{source}");
    }
}
