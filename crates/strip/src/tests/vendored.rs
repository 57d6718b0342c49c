//! What of gems, of PHP packages and of what compilers built stays, and what goes?

use super::{app, left, strip_with};

const GEM: &str = "vendor/bundle/ruby/3.3.0/gems/g-1";
const TEST: &str = "vendor/bundle/ruby/3.3.0/gems/g-1/spec/a.yml";
const PAGE: &str = "vendor/o/p/tests/a.html";
const INSTALLED: &str = "vendor/composer/installed.json";

/// Strips a gem and a PHP package with a file that says something of them, and looks for what stays and what goes.
fn check(cases: &[(&str, &str, &str, &str)]) {
    for &(path, text, kept, goes) in cases {
        let folder = app(&[
            ("Gemfile", ""),
            (TEST, "x"),
            (PAGE, "x"),
            (
                INSTALLED,
                r#"{"packages":[{"name":"o/p","install-path":"../o/p"}]}"#,
            ),
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
fn test_folders_of_gems_and_of_php_packages_stay_where_something_names_them() {
    let specification = "vendor/bundle/ruby/3.3.0/specifications/g-1.gemspec";
    let library = &format!("{GEM}/lib/g.rb");
    let program = &format!("{GEM}/exe/g");
    check(&[
        ("x.rb", "", PAGE, ""),
        (
            specification,
            "s.require_paths = [\"lib\".freeze, \"spec\".freeze]",
            TEST,
            PAGE,
        ),
        (
            "main.rb",
            "File.read(File.join(Gem.loaded_specs['g'].full_gem_path, 'spec', 'a.yml'))",
            TEST,
            PAGE,
        ),
        (
            library,
            "Dir[File.join(ROOT, '{test,spec}', '*')]",
            TEST,
            PAGE,
        ),
        (
            program,
            "load File.join(__dir__, '..', 'spec', 'a.rb')",
            TEST,
            PAGE,
        ),
        ("index.php", "<?php echo P::list('tests');", PAGE, TEST),
        (
            "vendor/o/p/src/A.php",
            "<?php scandir(base() . '/tests');",
            PAGE,
            TEST,
        ),
        (
            "vendor/o/q/src/A.php",
            "<?php scandir(base() . '/own', 'tests');",
            INSTALLED,
            PAGE,
        ),
        (
            "main.rb",
            "%w[lib spec].each { |d| load G.at(d) }",
            TEST,
            PAGE,
        ),
        ("main.rb", "load G.at(:spec)", TEST, PAGE),
        (
            "main.rb",
            "Dir[File.join(Gem.loaded_specs['g'].gem_dir, '**', '*.yml')]",
            TEST,
            PAGE,
        ),
    ]);
}

#[test]
fn tests_of_php_packages_stay_where_the_autoloader_or_configuration_leads_there() {
    check(&[
        (
            "vendor/o/q/src/A.php",
            "<?php scandir(InstalledVersions::getInstallPath('o/p') . '/tests');",
            PAGE,
            TEST,
        ),
        (
            "vendor/composer/autoload_static.php",
            "<?php return [__DIR__ . '/..' . '/o/p/tests/a.html'];",
            PAGE,
            TEST,
        ),
        (
            "vendor/composer/autoload_psr4.php",
            "<?php return ['O\\\\P\\\\' => array($vendorDir . '/o/p')];",
            PAGE,
            TEST,
        ),
        ("app.ini", "dir = tests\n", PAGE, TEST),
        ("config/a.yml", "test:\n  adapter: spec\n", INSTALLED, TEST),
        (
            "vendor/o/q/src/B.php",
            "<?php readfile(P::root() . '/tests/a.html');",
            PAGE,
            TEST,
        ),
        (
            "vendor/composer/InstalledVersions.php",
            "<?php class I { function getInstallPath($p) {} } ?> '/..'",
            INSTALLED,
            PAGE,
        ),
        (
            "vendor/composer/installed.php",
            "<?php return ['install_path' => __DIR__ . '/../o/p'];",
            INSTALLED,
            PAGE,
        ),
        (
            "vendor/composer/autoload_real.php",
            "<?php require __DIR__ . '/autoload_static.php'; return [__DIR__ . '/..' . '/o/p/src'];",
            INSTALLED,
            PAGE,
        ),
    ]);
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
