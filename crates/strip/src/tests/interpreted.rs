//! What of installed packages of Ruby and PHP stays, however their code names it?

use super::{app, left, strip_with};

const LEVELS: &[&str] = &["", "[com.slugsmith.strip]\nlevel = \"trace\"\n"];

fn stays(files: &[(&str, &str)], path: &str) -> bool {
    LEVELS.iter().all(|level| {
        let folder = app(files);
        strip_with(folder.path(), level);
        left(folder.path()).contains(&path.to_owned())
    })
}

const GEM: &str = "vendor/bundle/ruby/3.1.0/gems/g-1.0";

fn gem_keeps_its_specs(code: &str) -> bool {
    let file = |path: &str| format!("{GEM}/{path}");
    let (lib, spec) = (file("lib/g.rb"), file("spec/x.rb"));
    let files = [
        ("Gemfile", "gem 'g'"),
        ("Procfile", "web: bundle exec rackup\n"),
        ("config.ru", "require 'g'"),
        (lib.as_str(), code),
        (spec.as_str(), "X = 1"),
    ];
    stays(&files, &spec)
}

#[test]
fn every_form_of_a_computed_load_in_a_gem_keeps_what_it_can_mean() {
    for code in [
        "require_relative \"../spec/#{name}\"",
        "require_relative '../spec/x'",
        "Dir[File.join(__dir__, '..', 'spec', '*.rb')].each { |f| require f }",
        "Dir.glob(File.expand_path('../../spec/*.rb', __FILE__)).each { |f| load f }",
        "load File.expand_path('../../spec/x.rb', __FILE__)",
        "load File.join(File.dirname(__FILE__), '..', 'spec', name)",
        "autoload :X, File.join(__dir__, '../spec/' + name)",
        "$LOAD_PATH.unshift(File.expand_path('../spec', __dir__)); require name",
        "instance_eval(File.read(File.join(ROOT, 'spec', name)))",
        "Gem::Specification.find_by_name('g').gem_dir + '/spec/x.rb'",
        "eval(IO.read(\"#{dir}/spec/x.rb\"))",
    ] {
        assert!(gem_keeps_its_specs(code), "{code}");
    }
    assert!(!gem_keeps_its_specs("module G; end"));
}

fn composer_keeps_its_tests(code: &str) -> bool {
    let files = [
        ("composer.json", "{}"),
        ("Procfile", "web: php -S 0.0.0.0:$PORT index.php\n"),
        ("index.php", "<?php require 'vendor/autoload.php';"),
        ("vendor/composer/installed.json", "{}"),
        ("vendor/a/b/composer.json", "{}"),
        ("vendor/a/b/src/S.php", code),
        ("vendor/a/b/tests/x.php", "<?php"),
    ];
    stays(&files, "vendor/a/b/tests/x.php")
}

#[test]
fn every_form_of_a_computed_load_in_a_php_package_keeps_what_it_can_mean() {
    for code in [
        "<?php require __DIR__ . '/../tests/' . $name;",
        "<?php require __DIR__ . '/../tests/x.php';",
        "<?php include \"{$dir}/../tests/x.php\";",
        "<?php include __DIR__ . \"/../tests/$name.php\";",
        "<?php foreach (glob(__DIR__ . '/../tests/*.php') as $file) include $file;",
        "<?php require dirname(__DIR__) . '/tests/' . $name . '.php';",
        "<?php $loader->addPsr4('T\\\\', dirname(__DIR__) . '/tests');",
        "<?php new RecursiveDirectoryIterator(dirname(__DIR__) . DIRECTORY_SEPARATOR . 'tests');",
        "<?php eval(file_get_contents(__DIR__ . '/../tests/x.php'));",
        "<?php spl_autoload_register(fn ($c) => require __DIR__ . \"/../tests/{$c}.php\");",
    ] {
        assert!(composer_keeps_its_tests(code), "{code}");
    }
    assert!(!composer_keeps_its_tests("<?php class S {}"));
}
