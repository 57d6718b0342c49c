//! What the log says of lists that were written for other tools.

use slugsmith::config::{self, LogLevel};
use slugsmith::facts::environment::{Environment, World, this_machine};
use slugsmith::print;

#[test]
fn lists_for_other_tools_are_followed_and_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        (
            "package.json",
            r#"{"scripts":{"start":"node design/a.js"}}"#,
        ),
        (".slugcleanup", "design *.tmp # rest\n$(touch pwned)\nold\n"),
        (".slug-post-clean", "# comment\nlogs/*.log\n/etc\n"),
        (".slugremove", "a file\nnone\n"),
        (".slugignore", "/content\n!content/a\n# public\n"),
        ("design/a.js", ""),
        ("x.tmp", ""),
        ("logs/a.log", ""),
        ("logs/b.txt", ""),
        ("a file", ""),
        ("public/index.html", ""),
        ("content/a", ""),
    ] {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }
    let environment = Environment {
        world: World::Classic,
        target: this_machine(None),
        variables: std::collections::BTreeMap::new(),
    };
    let config = config::parse("", &environment).unwrap();
    let report = slugsmith::strip::run(folder.path(), &config, &environment, false).unwrap();
    let mut text = anstream::StripStream::new(Vec::new());
    for line in print::strip::lines(&report, LogLevel::Verbose) {
        let _ = print::line::Skin::Bullets.write(&mut text, &line);
    }
    insta::assert_snapshot!(String::from_utf8(text.into_inner()).unwrap());
}
