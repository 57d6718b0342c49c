//! bootsnap itself, as Debian has it (`ruby-bootsnap`), in starts at /app with what a build made for them.

use std::path::Path;
use std::process::Command;

use crate::bench::{Bench, run};
use crate::ruby::{abi, entry, ruby};

/// A start as a dyno's: the app at /app, in a file system of its own view. bootsnap says what it compiles itself.
const START: &str = "mount --bind \"$1\" /app && cd /app && RAILS_ENV=production BOOTSNAP_LOG=1 exec ruby server.rb";
/// What bootsnap says of a source whose entry it can't use.
const COMPILED: [&str; 2] = ["[Bootsnap] miss /", "[Bootsnap] stale /"];

/// Copies Debian's bootsnap to where `bundle install` puts a gem.
fn install(bench: &Bench) {
    let folders = ruby(&[
        "-e",
        "print [RbConfig::CONFIG['vendordir'], RbConfig::CONFIG['vendorarchdir']].join(' ')",
    ]);
    let gem = bench.source().join(format!(
        "vendor/bundle/ruby/{}/gems/bootsnap-1.13.0/lib",
        abi()
    ));
    fs_err::create_dir_all(&gem).unwrap();
    for folder in folders.split(' ') {
        for name in ["bootsnap.rb", "bootsnap"] {
            let from = Path::new(folder).join(name);
            if from.exists() {
                let copied = run(Command::new("cp").arg("-aL").arg(&from).arg(&gem));
                assert!(copied.status.success(), "{}", from.display());
            }
        }
    }
    for name in [
        "bootsnap.rb",
        "bootsnap/compile_cache.rb",
        "bootsnap/bootsnap.so",
    ] {
        assert!(
            gem.join(name).exists(),
            "no {name}: tests/bed/ecosystems installs ruby-bootsnap"
        );
    }
}

fn shop() -> Bench {
    let bench = Bench::new();
    install(&bench);
    bench.put("Procfile", "web: ruby server.rb\n");
    bench.put(
        "config/boot.rb",
        "$LOAD_PATH.unshift(*Dir[File.expand_path('../vendor/bundle/ruby/*/gems/*/lib', __dir__)])\n\
         $LOAD_PATH.unshift(File.expand_path('../lib', __dir__))\ngem 'msgpack'\n\
         require 'bootsnap/setup'\n",
    );
    bench.put(
        "lib/tax.rb",
        "# frozen_string_literal: true\n\nmodule Tax\n  RATE = 19\n  def self.of(price)\n    \
         raise ArgumentError, 'no price' unless price\n\n    price * RATE / 100\n  end\nend\n",
    );
    bench.put("lib/broken.rb", "def (\n");
    bench.put(
        "server.rb",
        "require_relative 'config/boot'\nrequire 'erb'\nrequire 'tax'\nputs Tax.of(300), __FILE__, \
         Tax.method(:of).source_location\nputs ERB.new('<%= 1 + 1 %>').result\n\
         begin\n  Tax.of(nil)\nrescue ArgumentError => error\n  puts error.message, error.backtrace\nend\n\
         begin\n  require 'broken'\nrescue SyntaxError\n  puts 'broken'\nend\n",
    );
    bench
}

/// What a start prints, and the sources that bootsnap compiled.
fn start(app: &Path) -> (String, Vec<String>) {
    fs_err::create_dir_all("/app").unwrap();
    let mut command = Command::new("unshare");
    command.args(["-m", "bash", "-c", START, "start"]);
    let output = run(command.arg(app));
    let (said, log) = [output.stdout, output.stderr]
        .map(|text| String::from_utf8(text).unwrap())
        .into();
    assert!(output.status.success(), "{said}{log}");
    let compiled = log
        .lines()
        .filter(|line| COMPILED.iter().any(|start| line.starts_with(start)))
        .filter(|line| line.ends_with(".rb"));
    (said, compiled.map(str::to_owned).collect())
}

#[test]
#[ignore = "bootsnap of tests/bed/ecosystems"]
fn a_start_finds_every_entry_and_says_the_same() {
    let bench = shop();
    let built = bench.build(1);
    built.says("bootsnap cache for ");
    assert!(entry(&built, "/app/lib/tax.rb").exists());
    let (with, compiled) = start(&built.app);
    assert!(with.contains("57\nserver.rb\n/app/lib/tax.rb\n"), "{with}");
    assert!(with.contains("/app/lib/tax.rb:6:in "), "{with}");
    assert!(with.ends_with("broken\n"), "{with}");
    // The one that does not compile has none.
    let others: Vec<_> = compiled
        .iter()
        .filter(|line| !line.contains("/lib/broken.rb"))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
    let (without, compiled) = start(&bench.source());
    assert_eq!(with, without);
    assert!(
        compiled
            .iter()
            .any(|line| line.ends_with("/app/lib/tax.rb")),
        "{compiled:#?}"
    );
    // An unchanged app has the same again.
    let again = bench.build(2);
    again.says(", as kept from an earlier build");
    assert_eq!(start(&again.app).0, with);
}

#[test]
#[ignore = "bootsnap of tests/bed/ecosystems"]
fn an_entry_that_does_not_fit_costs_its_time_only() {
    let bench = shop();
    let built = bench.build(1);
    let (wanted, _) = start(&built.app);
    // Another time of a source, as an image or a copy gives it, and an entry that is cut.
    let tax = built.app.join("lib/tax.rb");
    let set = run(Command::new("touch").args(["-d", "2020-01-01"]).arg(&tax));
    assert!(set.status.success());
    let (stale, compiled) = start(&built.app);
    assert_eq!(stale, wanted);
    assert!(
        compiled
            .iter()
            .any(|line| line.ends_with("/app/lib/tax.rb")),
        "{compiled:#?}"
    );
    let made = entry(&built, "/app/lib/tax.rb");
    let content = fs_err::read(&made).unwrap();
    fs_err::write(&made, &content[..content.len() / 2]).unwrap();
    assert_eq!(start(&built.app).0, wanted);
    // Another source at the same path.
    let text = fs_err::read_to_string(&tax).unwrap();
    fs_err::write(&tax, text.replace("RATE = 19", "RATE = 7")).unwrap();
    assert_eq!(start(&built.app).0, wanted.replace("57\n", "21\n"));
}
