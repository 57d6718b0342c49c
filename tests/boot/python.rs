//! Byte code of Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, Built, run};

/// The interpreter's answer to a program, run where the app is.
fn python(folder: &Path, program: &str) -> String {
    let output = run(Command::new("python3")
        .args(["-c", program])
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", folder.join(site(folder))));
    let answer = [output.stdout, output.stderr].concat();
    String::from_utf8(answer).unwrap().trim().to_owned()
}

pub(crate) fn version() -> String {
    let question = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = run(Command::new("python3").args(["-c", question]));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn tag() -> String {
    format!("cpython-{}", version().replace('.', ""))
}

/// Where packages of the app are, seen from it.
fn site(app: &Path) -> PathBuf {
    let classic = app.join(".heroku/python");
    let folder = if classic.exists() {
        ".heroku/python"
    } else {
        ".venv"
    };
    Path::new(folder).join(format!("lib/python{}/site-packages", version()))
}

/// An app with an environment that another tool installed, without byte code.
fn shop(environment: &str) -> Bench {
    let bench = Bench::new();
    let site = format!("{environment}/lib/python{}/site-packages", version());
    bench.put("Procfile", "web: gunicorn shop:app\n");
    bench.put("shop.py", "import pricing.tax\nANSWER = pricing.tax.RATE\n");
    bench.put("lib/prices.py", "LIST = [1, 2]\n");
    bench.put(&format!("{environment}/pyvenv.cfg"), "version = 3\n");
    bench.put(&format!("{site}/pricing/__init__.py"), "");
    bench.put(&format!("{site}/pricing/tax.py"), "RATE = 19\n");
    // A template: no Python, and no reason to fail.
    bench.put(&format!("{site}/pricing/model.py"), "class {{ name }}:\n");
    bench
}

fn byte_code(built: &Built, source: &str) -> PathBuf {
    let source = built.app.join(source);
    let stem = source.file_stem().unwrap().to_str().unwrap();
    let name = format!("{stem}.{}.pyc", tag());
    source.parent().unwrap().join("__pycache__").join(name)
}

fn flags(path: &Path) -> u8 {
    fs_err::read(path).unwrap()[4]
}

#[test]
fn modules_without_byte_code_get_it_once() {
    for environment in [".venv", ".heroku/python"] {
        let bench = shop(environment);
        let built = bench.build(1);
        built.says("Python byte code for 4 modules");
        let tax = format!("{}/pricing/tax.py", site(&built.app).display());
        // What is installed does not change, what is the app's own may.
        assert_eq!(flags(&byte_code(&built, &tax)), 1, "{environment}");
        assert_eq!(flags(&byte_code(&built, "shop.py")), 3);
        assert_eq!(python(&built.app, "import shop; print(shop.ANSWER)"), "19");
        // Python reads it, and names the files of the dyno where something fails.
        fs_err::write(built.app.join(&tax), "raise ValueError\n").unwrap();
        assert_eq!(python(&built.app, "import shop; print(shop.ANSWER)"), "19");
        let again = bench.build(2);
        again.says("Python byte code for 4 modules");
        again.says("as kept from an earlier build");
        assert_eq!(flags(&byte_code(&again, &tax)), 1);
    }
}

#[test]
fn a_source_that_a_start_changes_is_read_anew() {
    let bench = shop(".venv");
    bench.put(
        "Procfile",
        "web: sed -i s/19/7/ .venv/lib/*/site-packages/pricing/tax.py; gunicorn shop:app\n",
    );
    let built = bench.build(1);
    let tax = built.app.join(site(&built.app)).join("pricing/tax.py");
    assert_eq!(python(&built.app, "import shop; print(shop.ANSWER)"), "19");
    fs_err::write(tax, "RATE = 7\n").unwrap();
    fs_err::write(built.app.join("lib/prices.py"), "LIST = [3]\n").unwrap();
    assert_eq!(python(&built.app, "import shop; print(shop.ANSWER)"), "7");
    let list = "import sys; sys.path.insert(0, 'lib'); import prices; print(prices.LIST)";
    assert_eq!(python(&built.app, list), "[3]");
}

#[test]
fn what_python_can_not_use_is_replaced_and_what_nobody_reads_is_told() {
    let bench = shop(".venv");
    // As a repository has it: compiled from another file, and by another Python.
    bench.put(
        &format!("__pycache__/shop.{}.pyc", tag()),
        "0123456789abcdef-stale",
    );
    bench.put("__pycache__/shop.cpython-27.pyc", "0123456789abcdef-old");
    let built = bench.build(1);
    built.says("1 of them had some that Python can't use");
    built.says("1 file of byte code for another Python (cpython-27)");
    assert_eq!(flags(&byte_code(&built, "shop.py")), 3);
    assert_eq!(python(&built.app, "import shop; print(shop.ANSWER)"), "19");
}

#[test]
fn a_link_leads_nothing_out_of_the_app() {
    let bench = shop(".venv");
    let outside = bench.root().join("outside");
    fs_err::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, bench.source().join("lib/__pycache__")).unwrap();
    let built = bench.build(1);
    built.says("Python byte code for 3 modules");
    assert_eq!(fs_err::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn it_can_be_switched_off_and_bounded() {
    let bench = shop(".venv");
    bench.config("[com.slugsmith.boot]\nlevel = \"off\"\n");
    let built = bench.build(1);
    built.never_says("byte code");
    assert!(!built.app.join("__pycache__").exists());
    bench.config("[com.slugsmith.boot]\nshare = \"1%\"\n");
    let built = bench.build(2);
    built.says("No Python byte code: it would add");
    built.says("(share, project.toml line 4)");
    assert!(!built.app.join("__pycache__").exists());
}

/// 15 % is the default: what a start imports is in it, and the rest is told.
#[test]
fn more_than_its_share_is_not_made_and_imports_come_first() {
    let bench = shop(".venv");
    let site = format!(".venv/lib/python{}/site-packages", version());
    for number in 0..60 {
        let values: Vec<String> = (0..6000)
            .map(|value| format!("{}", value * 7 + number))
            .collect();
        bench.put(
            &format!("{site}/tables/t{number}.py"),
            &format!("LIST = [{}]\n", values.join(",")),
        );
    }
    let built = bench.build(1);
    assert!(byte_code(&built, "shop.py").exists());
    assert!(byte_code(&built, &format!("{site}/pricing/tax.py")).exists());
    built.says("get no byte code: with them it would add");
    built.says("(share, default)");
    let made =
        (0..60).filter(|number| byte_code(&built, &format!("{site}/tables/t{number}.py")).exists());
    assert_eq!(made.count(), 0);
}

#[test]
fn no_budget_is_broken_by_it() {
    let bench = shop(".venv");
    // Without byte code the app has less, with it more.
    bench.config("[com.slugsmith.budget]\nunpacked = \"600 B\"\n");
    let built = bench.build(1);
    built.says("Removed again");
    assert!(!byte_code(&built, "shop.py").exists());
}

#[test]
fn a_damaged_store_costs_its_own_time() {
    let bench = shop(".venv");
    bench.build(1).says("4 modules");
    let stored = bench.root().join("cache/slugsmith/boot/code.zst");
    let mut content = fs_err::read(&stored).unwrap();
    content[40] ^= 0xff;
    fs_err::write(&stored, content).unwrap();
    let built = bench.build(2);
    built.says("4 modules");
    built.never_says("as kept from");
    assert_eq!(python(&built.app, "import shop; print(shop.ANSWER)"), "19");
}

#[test]
fn an_app_of_another_language_is_left_alone() {
    let bench = Bench::new();
    bench.put("Procfile", "web: node server.js\n");
    bench.put("server.js", "");
    bench.put("scripts/release.py", "print(1)\n");
    let built = bench.build(1);
    built.never_says("byte code");
    assert!(!built.app.join("scripts/__pycache__").exists());
}

/// An environment of a layer, prepared beside an app of one file and so many bytes of other layers.
fn prepared_in_a_layer(folder: &Path, own: &str, bytes: u64) -> slugsmith::boot::Prepared {
    use slugsmith::facts::environment::{Environment, World, own_variables, this_machine};
    use slugsmith::facts::tree::Tree;
    let app = tempfile::tempdir().unwrap();
    fs_err::write(app.path().join("shop.py"), own).unwrap();
    let environment = Environment {
        world: World::CloudNative,
        target: this_machine(None),
        variables: own_variables(),
    };
    let config = slugsmith::config::parse("", &environment).unwrap();
    let around = || slugsmith::boot::Around {
        app: Tree::read(app.path()),
        commands: vec!["gunicorn shop:app".to_owned()],
        bytes,
    };
    slugsmith::boot::layer(folder, around, &config.boot, &environment)
}

/// An empty environment, with the folder of its packages.
fn environment_in_a_layer() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let site = folder
        .path()
        .join(format!("venv/lib/python{}/site-packages", version()));
    fs_err::create_dir_all(&site).unwrap();
    fs_err::write(folder.path().join("venv/pyvenv.cfg"), "").unwrap();
    (folder, site)
}

#[test]
fn an_environment_in_a_layer_is_prepared_before_it_is_kept() {
    let (folder, site) = environment_in_a_layer();
    fs_err::write(site.join("tax.py"), "RATE = 19\n").unwrap();
    // By time: an image gives the source another one.
    let compile = [
        "-m",
        "compileall",
        "-q",
        "--invalidation-mode",
        "timestamp",
        ".",
    ];
    run(Command::new("python3").args(compile).current_dir(&site));
    let prepare = || prepared_in_a_layer(folder.path(), "", 0);
    let made = prepare().made.unwrap();
    assert_eq!((made.files, made.replaced), (1, 1));
    let name = format!("__pycache__/tax.{}.pyc", tag());
    assert_eq!(flags(&site.join(name)), 1);
    assert_eq!(prepare().made, None);
}

/// An interpreter in a layer of another buildpack ships as well, so that the share is one of it, too.
#[test]
fn the_share_of_a_layer_is_one_of_all_that_ships_and_the_app_says_what_comes_first() {
    let (folder, site) = environment_in_a_layer();
    fs_err::write(site.join("tax.py"), "RATE = 19\n").unwrap();
    for number in 0..60 {
        let values: Vec<String> = (0..6000)
            .map(|value| format!("{}", value * 7 + number))
            .collect();
        let text = format!("LIST = [{}]\n", values.join(","));
        fs_err::write(site.join(format!("t{number}.py")), text).unwrap();
    }
    let few = prepared_in_a_layer(folder.path(), "import tax\n", 0);
    assert_eq!(few.made.unwrap().files, 1);
    assert!(
        few.notes[0].contains("60 modules get no byte code"),
        "{:?}",
        few.notes
    );
    let all = prepared_in_a_layer(folder.path(), "import tax\n", 70_000_000);
    assert_eq!((all.made.unwrap().files, all.notes), (60, Vec::new()));
}
