//! What loads what, one line of Python at a time.

use super::*;

fn loads(text: &str) -> Vec<Load> {
    let source = read(text, "p.m", "p", false);
    source.loads.into_iter().map(|(load, _)| load).collect()
}

fn import(dots: usize, module: &str, names: &[&str]) -> Load {
    Load::Import {
        dots,
        module: module.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn statements_are_imports_wherever_they_stand() {
    for (text, expected) in [
        (
            "import a.b as c, d",
            vec![import(0, "a.b", &[]), import(0, "d", &[])],
        ),
        ("from . import x", vec![import(1, "", &["x"])]),
        (
            "from ..q.r import (\n  x as y,\n  z,\n)",
            vec![import(2, "q.r", &["x", "z"])],
        ),
        ("from a import *", vec![import(0, "a", &[])]),
        (
            "def f():\n  try:\n    import a\n  except ImportError:\n    a = None",
            vec![import(0, "a", &[])],
        ),
        (
            "if typing.TYPE_CHECKING:\n  import never\nelse:\n  import other",
            vec![import(0, "other", &[])],
        ),
        ("\"\"\"import x\"\"\"", vec![]),
        ("exec('import a')", vec![import(0, "a", &[])]),
        (
            "print 'x'\nimport a",
            vec![Load::Word("x".to_owned()), import(0, "a", &[])],
        ),
    ] {
        assert_eq!(loads(text), expected, "{text}");
    }
}

#[test]
fn names_made_at_run_time_keep_what_is_known() {
    let name = |text: &str| Load::Name(text.replace('*', &HOLE.to_string()));
    for (text, expected) in [
        ("import_module('a.b')", vec![name("a.b")]),
        ("import_module(f'a.{x}')", vec![name("a.*")]),
        ("import_module('a.%s.c' % x)", vec![name("a.*.c")]),
        ("__import__('a.x%03x' % (n), globals())", vec![name("a.x*")]),
        ("import_module('a.%(k)s_%-2d.b' % x)", vec![name("a.*_*.b")]),
        ("import_module('a.{}'.format(x))", vec![name("a.*")]),
        ("import_module('a.' + x)", vec![name("a.*")]),
        (
            "import_module(__name__ + '.x')",
            vec![name("p.m.x"), name(".x")],
        ),
        ("import_module(f'{__package__}.{x}')", vec![name("p.*")]),
        ("n = 'a.' + k\nimport_module(n)", vec![name("a.*")]),
        ("def f(n):\n  __import__(n)", vec![Load::Unknown]),
        ("X = 'some.where:app'", vec![name("some.where:app")]),
        ("X = 'word'", vec![Load::Word("word".to_owned())]),
        ("X = 'two words'", vec![]),
        ("X = '%s:%s_list' % (a, b)", vec![]),
        ("join(here, 'sub/run.py')", vec![name(".sub.run")]),
        ("files('b')", vec![name("b"), Load::Word("b".to_owned())]),
    ] {
        assert_eq!(loads(text), expected, "{text}");
    }
}
