//! Whole graphs of small environments: what level `trace` keeps of `site-packages`.

use crate::tests::{app, left, strip_with};

const TRACE: &str = "[com.slugsmith.strip]\nlevel = \"trace\"\n";
const SITE: &str = ".venv/lib/python3.12/site-packages";

/// What is left of `site-packages` without metadata, and what could not be decided. Each
/// file is `distribution` (empty for none), path and text.
fn kept(own: &[(&str, &str)], files: &[(&str, &str, &str)]) -> (Vec<String>, Vec<String>) {
    let mut all: Vec<(String, String)> = own
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let mut records = std::collections::BTreeMap::<&str, String>::new();
    for (distribution, path, text) in files {
        all.push((format!("{SITE}/{path}"), (*text).to_owned()));
        if !distribution.is_empty() {
            let record = records.entry(distribution).or_default();
            record.push_str(path);
            record.push_str(",,\n");
        }
    }
    for (distribution, record) in records {
        all.push((format!("{SITE}/{distribution}-1.dist-info/RECORD"), record));
    }
    let all: Vec<(&str, &str)> = all
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = app(&all);
    let report = strip_with(folder.path(), TRACE);
    let paths = left(folder.path())
        .into_iter()
        .filter_map(|path| path.strip_prefix(SITE).map(|rest| rest[1..].to_owned()))
        .filter(|path| !path.contains(".dist-info/"))
        .collect();
    let undecided = report.undecided.into_iter();
    (
        paths,
        undecided
            .map(|load| format!("{}:{}", load.path.trim_start_matches(SITE), load.line))
            .collect(),
    )
}

#[test]
fn imports_lead_to_modules_their_packages_and_their_byte_code() {
    let (paths, undecided) = kept(
        &[("wsgi.py", "from a.b import c, VALUE\nimport ns.part")],
        &[
            ("a", "a/__init__.py", ""),
            ("a", "a/__pycache__/__init__.cpython-312.pyc", ""),
            (
                "a",
                "a/b/__init__.py",
                "from .. import d\nfrom ..e import *",
            ),
            ("a", "a/b/c.py", ""),
            ("a", "a/b/__pycache__/c.cpython-312.pyc", ""),
            ("a", "a/b/__pycache__/unused.cpython-312.pyc", ""),
            ("a", "a/b/unused.py", ""),
            ("a", "a/d.py", ""),
            ("a", "a/e/__init__.py", "__all__ = ['named']"),
            ("a", "a/e/named.py", ""),
            ("a", "a/e/other.py", ""),
            ("a", "a/data/table.csv", ""),
            ("ns-one", "ns/part/__init__.py", "import lonely"),
            ("ns-two", "ns/other/__init__.py", ""),
            ("ns-two", "ns/other/data.bin", ""),
            ("", "lonely.py", "import by_lonely"),
            ("", "nobodys.py", "import by_nobody"),
            ("by", "by_lonely.py", ""),
            ("by", "by_nobody.py", ""),
            ("by", "by_none.py", ""),
        ],
    );
    let expected = [
        "a/__init__.py",
        "a/__pycache__/__init__.cpython-312.pyc",
        "a/b/__init__.py",
        "a/b/__pycache__/c.cpython-312.pyc",
        "a/b/c.py",
        "a/d.py",
        "a/data/table.csv",
        "a/e/__init__.py",
        "a/e/named.py",
        "by_lonely.py",
        "by_nobody.py",
        "lonely.py",
        "nobodys.py",
        "ns/part/__init__.py",
    ];
    assert_eq!(paths, expected);
    assert!(undecided.is_empty(), "{undecided:?}");
}

#[test]
fn settings_commands_and_metadata_name_modules() {
    let settings = "INSTALLED_APPS = ['shop', 'one.apps.Config', 'single']\nX = 'three.base:Class'";
    let (paths, _) = kept(
        &[
            ("Procfile", "web: serve wsgi:app -k workers.fast\n"),
            ("settings.py", settings),
            ("logging.ini", "class = four.handlers.Handler"),
            ("requirements.txt", "unused\n"),
            (
                ".venv/lib/python3.12/site-packages/served-1.dist-info/entry_points.txt",
                "[console_scripts]\nserve = served.cli:main\n[plugins]\nx = served.plugin\n",
            ),
        ],
        &[
            ("one", "one/__init__.py", ""),
            ("one", "one/apps.py", ""),
            ("one", "one/views.py", ""),
            ("single", "single/__init__.py", ""),
            ("three", "three/base.py", ""),
            ("four", "four/handlers.py", ""),
            ("served", "served/__init__.py", ""),
            ("served", "served/cli.py", ""),
            ("served", "served/plugin.py", ""),
            ("served", "served/never.py", ""),
            ("workers", "workers/fast.py", ""),
            ("workers", "workers/slow.py", ""),
            ("unused", "unused.py", ""),
            ("start", "start.pth", "import started"),
            ("start", "started.py", ""),
            ("start", "sitecustomize.py", ""),
        ],
    );
    let expected = [
        "four/handlers.py",
        "one/__init__.py",
        "one/apps.py",
        "served/__init__.py",
        "served/cli.py",
        "served/plugin.py",
        "single/__init__.py",
        "sitecustomize.py",
        "start.pth",
        "started.py",
        "three/base.py",
        "workers/fast.py",
    ];
    assert_eq!(paths, expected);
}

/// Django 5, `django/template/backends/django.py`: it walks the folder of each installed app, by names that are made.
#[test]
fn what_django_finds_by_its_name_stays_with_what_it_imports() {
    let (paths, _) = kept(
        &[("app.py", "import django\nINSTALLED_APPS = ['crisp']")],
        &[
            ("Django", "django/__init__.py", ""),
            ("crisp", "crisp/__init__.py", ""),
            ("crisp", "crisp/templatetags/__init__.py", ""),
            (
                "crisp",
                "crisp/templatetags/crisp_tags.py",
                "from crisp.helper import X",
            ),
            ("crisp", "crisp/helper.py", "X = 1"),
            ("crisp", "crisp/management/commands/tidy.py", ""),
            ("crisp", "crisp/migrations/0001_first.py", ""),
            ("crisp", "crisp/nobodys.py", ""),
        ],
    );
    let expected = [
        "crisp/__init__.py",
        "crisp/helper.py",
        "crisp/management/commands/tidy.py",
        "crisp/migrations/0001_first.py",
        "crisp/templatetags/__init__.py",
        "crisp/templatetags/crisp_tags.py",
        "django/__init__.py",
    ];
    assert_eq!(paths, expected);
}

/// What `code`, the module `a`, keeps of distributions `a` and `b`.
fn reached(code: &str) -> (Vec<String>, Vec<String>) {
    let (paths, undecided) = kept(
        &[("app.py", "import a")],
        &[
            ("a", "a/__init__.py", code),
            ("a", "a/x.py", ""),
            ("a", "a/kinds/one.py", ""),
            ("a", "a/kinds/two.py", ""),
            ("b", "b/__init__.py", ""),
            ("b", "b/base.py", ""),
        ],
    );
    let paths = paths.into_iter().filter(|path| path != "a/__init__.py");
    (paths.collect(), undecided)
}

#[test]
fn computed_imports_keep_what_they_can_reach() {
    let all: &[&str] = &["a/kinds/one.py", "a/kinds/two.py", "a/x.py"];
    let kinds: &[&str] = &["a/kinds/one.py", "a/kinds/two.py"];
    for (code, expected) in [
        ("import_module(f'a.kinds.{k}')", kinds),
        ("__import__('a.kinds.' + k)", kinds),
        ("import_module('.kinds.%s' % k, __name__)", kinds),
        ("import_module(f'{__name__}.kinds.{k}')", kinds),
        ("import_module('.x', __package__)", &["a/x.py"]),
        ("__import__('x%s' % k, globals(), level=1)", &["a/x.py"]),
        (
            "for n in ('one',): import_module(f'a.kinds.{n}')",
            &["a/kinds/one.py"],
        ),
        ("def __getattr__(n): return {'K': 'x'}[n]", &["a/x.py"]),
        (
            "import_module(k + '.base')",
            &["b/__init__.py", "b/base.py"],
        ),
        ("X = 'b.base.Class'", &["b/__init__.py", "b/base.py"]),
        ("X = 'b'", &[]),
    ] {
        let (paths, undecided) = reached(code);
        assert_eq!(paths, expected, "{code}");
        assert!(undecided.is_empty(), "{code}");
    }
    let (paths, undecided) = reached("\nimport_module(name)");
    assert_eq!(paths, all);
    assert_eq!(undecided, ["/a/__init__.py:2"]);
}

#[test]
fn an_extension_module_keeps_what_it_may_import() {
    let (paths, _) = kept(
        &[("app.py", "import n.fast")],
        &[
            ("n", "n/__init__.py", ""),
            ("n", "n/fast.cpython-312-x86_64-linux-gnu.so", ""),
            ("n", "n/slow.py", "import other"),
            ("n", "n.libs/libx.so.1", ""),
            ("other", "other.py", ""),
            ("third", "third.abi3.so", ""),
        ],
    );
    let expected = [
        "n/__init__.py",
        "n/fast.cpython-312-x86_64-linux-gnu.so",
        "n/slow.py",
        "n.libs/libx.so.1",
        "other.py",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn an_unknown_import_of_the_app_keeps_all_that_was_asked_for() {
    let (paths, undecided) = kept(
        &[
            ("app.py", "import os\n__import__(os.environ['X'])"),
            (
                ".venv/lib/python3.12/site-packages/asked-1.dist-info/REQUESTED",
                "",
            ),
        ],
        &[("asked", "asked.py", ""), ("needed", "needed.py", "")],
    );
    assert_eq!(paths, ["asked.py"]);
    assert_eq!(undecided, ["app.py:2"]);
}

/// Each form at both levels: the module `p.hidden` that only the running program names.
#[test]
fn every_form_of_a_computed_import_keeps_what_it_can_mean() {
    for code in [
        "import importlib\nimportlib.import_module('p.' + name)",
        "import importlib\nimportlib.import_module(name)",
        "import importlib\nimportlib.import_module(f'.{name}', __package__)",
        "from importlib import import_module as load\nload_all = [import_module]",
        "import importlib\nfor m in map(importlib.import_module, names): pass",
        "import importlib\nload = importlib.import_module\nload(name)",
        "__import__(name)",
        "__import__('p.%s' % name)",
        "__import__('p.{}'.format(name), fromlist=['x'])",
        "exec('import ' + name)",
        "exec(open(path).read())",
        "eval(code)",
        "import runpy\nrunpy.run_module(name)",
        "import runpy\nrunpy.run_path(path)",
        "import importlib.util\nimportlib.util.spec_from_file_location(name, path)",
        "from importlib.machinery import SourceFileLoader\nSourceFileLoader(name, path).load_module()",
        "import imp\nimp.load_source(name, path)",
        "import pkgutil\nfor m in pkgutil.iter_modules(__path__): m",
        "import pkgutil\nfor m in pkgutil.walk_packages(__path__, 'p.'): m",
        "import pkgutil\npkgutil.resolve_name(name)",
        "from django.utils.module_loading import import_string\nimport_string('p.hidden.X')",
        "from django.utils.module_loading import import_string\nimport_string(f'p.hidden.{name}')",
        "from django.utils.module_loading import import_string\nimport_string(f'.hidden.{name}')",
        "from django.utils.module_loading import import_string\nimport_string('p.%s.X' % name)",
        "from django.utils.module_loading import import_string\nimport_string('%s.hidden.X' % name)",
        "import_string(name if '.' in name else 'p.hidden.' + name)",
        "NAMES = {'x': 'p.hidden:X'}",
        "subprocess.run([sys.executable, '-m', 'p.hidden'])",
    ] {
        for level in ["", TRACE] {
            let file = |path: &str| format!("{SITE}/{path}");
            let record = "p/__init__.py,,\np/hidden.py,,\n";
            let paths = [
                file("p/__init__.py"),
                file("p/hidden.py"),
                file("p-1.dist-info/RECORD"),
            ];
            let folder = app(&[
                ("wsgi.py", "import p"),
                (&paths[0], code),
                (&paths[1], "X = 1"),
                (&paths[2], record),
            ]);
            strip_with(folder.path(), level);
            let stays = left(folder.path()).contains(&paths[1]);
            assert!(stays, "{code:?} at {level:?}");
        }
    }
}

#[test]
fn what_texts_paths_and_pickles_of_the_app_load_stays() {
    for (path, text) in [
        ("a.py", "eval(\"__import__('p.x', fromlist=['Y'])\")"),
        ("a.py", "exec('from p.x import Y')"),
        ("a.py", "import p, os\nos.listdir(p.__path__[0])"),
        (
            "a.py",
            "import importlib, os\nimportlib.import_module(os.environ['B'])",
        ),
        (
            "a.py",
            "import sys\nsys.path.insert(0, '.venv/lib/python3.12/site-packages/p')",
        ),
        ("model.pkl", "cp.x\nA\n."),
        ("model.bin", "cp.x\nA\n."),
        ("Makefile", "run:\n\tpython -m p.x\n"),
        ("app.conf", "factory = p.x:make\n"),
    ] {
        let files = [("p", "p/__init__.py", ""), ("p", "p/x.py", "")];
        let (paths, _) = kept(&[(path, text)], &files);
        assert!(paths.contains(&"p/x.py".to_owned()), "{path} {text}");
    }
}

#[test]
fn what_code_in_archives_may_import_stays() {
    let metadata = format!("{SITE}/p-1.dist-info/METADATA");
    let own = [
        ("app.py", "import p"),
        (metadata.as_str(), "Name: p\nRequires-Dist: q>=1\n"),
    ];
    let mut files = vec![
        ("p", "p/__init__.py", ""),
        ("q", "q/__init__.py", ""),
        ("r", "r/__init__.py", ""),
    ];
    assert_eq!(kept(&own, &files).0, ["p/__init__.py"]);
    files.push(("p", "p/assets/app.zip", ""));
    assert_eq!(
        kept(&own, &files).0,
        ["p/__init__.py", "p/assets/app.zip", "q/__init__.py"]
    );
}
