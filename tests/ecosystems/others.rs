//! Bundler and Composer, with packages that the test makes itself: their own registries are
//! not needed.

use crate::lab::{Case, Lab, prove};

/// A gem server in a folder.
fn gems(lab: &Lab) -> String {
    let gems = lab.beside("gems");
    for version in ["1.0.0", "1.1.0"] {
        lab.put(
            "gem/acme.gemspec",
            &format!("Gem::Specification.new {{ |s| s.name = 'acme'; s.version = '{version}'; s.summary = 'x'; \
                s.authors = ['x']; s.files = ['lib/acme.rb'] }}\n"),
        );
        lab.put("gem/lib/acme.rb", &format!("ACME = '{version}'\n"));
        let folder = gems.join("gems");
        fs_err::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("acme-{version}.gem"));
        let build = format!(
            "cd gem && gem build acme.gemspec --output {}",
            file.display()
        );
        lab.run_words(&["sh", "-c", &build]);
    }
    lab.run("rm -rf gem");
    lab.run_words(&[
        "gem",
        "generate_index",
        "--directory",
        gems.to_str().unwrap(),
    ]);
    gems.display().to_string()
}

#[test]
#[ignore = "real package managers"]
fn bundler() {
    let lab = Lab::new(&["ruby", "bundle"]);
    let server = gems(&lab);
    lab.put(
        "Gemfile",
        &format!("source 'file://{server}'\ngem 'acme', '1.0.0'\n"),
    );
    lab.run("bundle lock");
    prove(
        &lab,
        &Case {
            name: "bundler",
            trees: &["vendor/bundle"],
            left_out: &[],
            change: &|lab| {
                lab.edit("Gemfile", "1.0.0", "1.1.0");
                lab.run("bundle lock");
            },
            reason: "Gemfile.lock: acme 1.0.0 → 1.1.0",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn composer() {
    let lab = Lab::new(&["php", "composer"]);
    let library = |version: &str| {
        let folder = lab.beside("acme");
        fs_err::create_dir_all(folder.join("src")).unwrap();
        fs_err::write(
            folder.join("composer.json"),
            format!(r#"{{"name":"acme/lib","version":"{version}","autoload":{{"psr-4":{{"Acme\\":"src/"}}}}}}"#),
        )
        .unwrap();
        fs_err::write(
            folder.join("src/Lib.php"),
            format!("<?php namespace Acme; class Lib {{ const V = '{version}'; }}\n"),
        )
        .unwrap();
        folder
    };
    let folder = library("1.0.0");
    lab.put(
        "composer.json",
        &format!(
            r#"{{"name":"acme/shop","repositories":[{{"type":"path","url":"{}","options":{{"symlink":false}}}},{{
"packagist.org":false}}],"require":{{"acme/lib":"*"}},"autoload":{{"psr-4":{{"Shop\\":"app/"}}}}}}"#,
            folder.display()
        ),
    );
    lab.put("app/Shop.php", "<?php namespace Shop; class Shop {}\n");
    lab.run("composer update --no-install");
    let first = lab.build();
    first
        .says("MISS, first build")
        .says("Running `composer install");
    // The autoloader names the app's own classes, so it is made on each build.
    lab.put("app/Cart.php", "<?php namespace Shop; class Cart {}\n");
    let second = lab.build();
    second
        .says("HIT, restored")
        .says("Running `composer dump-autoload")
        .never_says("Running `composer install");
    let map = fs_err::read_to_string(second.app.join("vendor/composer/autoload_classmap.php"));
    assert!(map.unwrap().contains("Cart.php"));
    library("1.1.0");
    lab.run("composer update --no-install");
    let third = lab.build();
    third.says("composer.lock: acme/lib 1.0.0 → 1.1.0");
    let clean = lab.clean_build();
    // Composer gives the autoloader's class another name in each install.
    let left_out = ["autoload.php", "autoload_real.php", "autoload_static.php"];
    crate::lab::same(
        &third.tree(&["vendor"], &left_out),
        &clean.tree(&["vendor"], &left_out),
        &third.log,
    );
}
