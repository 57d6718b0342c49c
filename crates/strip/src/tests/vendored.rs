//! What of gems, of PHP packages and of what compilers built stays, and what goes?

use super::{app, left, strip_with};

#[test]
fn test_folders_of_gems_and_of_php_packages_stay_where_something_names_them() {
    let gem = "vendor/bundle/ruby/3.3.0/gems/g-1";
    let test = &format!("{gem}/spec/a.yml");
    let specification = "vendor/bundle/ruby/3.3.0/specifications/g-1.gemspec";
    let page = "vendor/o/p/tests/a.html";
    let installed = "vendor/composer/installed.json";
    for (path, text, kept, goes) in [
        ("x.rb", "", page, ""),
        (
            specification,
            "s.require_paths = [\"lib\".freeze, \"spec\".freeze]",
            test,
            page,
        ),
        (
            "main.rb",
            "File.read(File.join(Gem.loaded_specs['g'].full_gem_path, 'spec', 'a.yml'))",
            test,
            page,
        ),
        (
            &format!("{gem}/lib/g.rb"),
            "Dir[File.join(ROOT, '{test,spec}', '*')]",
            test,
            page,
        ),
        (
            &format!("{gem}/exe/g"),
            "load File.join(__dir__, '..', 'spec', 'a.rb')",
            test,
            page,
        ),
        ("index.php", "<?php echo P::list('tests');", page, test),
        (
            "vendor/o/p/src/A.php",
            "<?php scandir(base() . '/tests');",
            page,
            test,
        ),
        (
            "vendor/o/q/src/A.php",
            "<?php scandir(base() . '/tests');",
            installed,
            page,
        ),
    ] {
        let folder = app(&[
            ("Gemfile", ""),
            (test, "x"),
            (page, "x"),
            (installed, "{}"),
            (path, text),
        ]);
        strip_with(folder.path(), "");
        let left = left(folder.path());
        assert!(
            path == "x.rb" || left.contains(&kept.to_owned()),
            "{path}: {left:?}"
        );
        assert!(!left.contains(&goes.to_owned()), "{path}: {left:?}");
    }
}

#[test]
fn what_a_build_script_of_cargo_wrote_stays() {
    let data = "target/release/build/a-1/out/table.bin";
    let folder = app(&[
        ("Cargo.toml", ""),
        ("target/release/app", "x"),
        (data, "x"),
        ("target/release/build/a-1/out/lib.a", "x"),
    ]);
    strip_with(folder.path(), "");
    let left = left(folder.path());
    assert!(left.contains(&data.to_owned()), "{left:?}");
    assert!(!left.iter().any(|path| path.ends_with("lib.a")), "{left:?}");
}
