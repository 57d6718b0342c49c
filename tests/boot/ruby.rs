//! bootsnap's cache. The gem is a stand-in with the form of the real one's entries; `bootsnap.rs` has the real one.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, Built, run};

const GEM: &str = "vendor/bundle/ruby/ABI/gems/bootsnap-1.18.6/lib";
/// What bootsnap's native part does, in Ruby.
const NATIVE: &str = r#"
module Bootsnap
  VERSION = "1.18.6"
  module CompileCache
    UNCOMPILABLE = Object.new
    module Native
      def self.precompile(folder, path, handler)
        binary = handler.input_to_storage(File.binread(path), path)
        return if binary.equal?(UNCOMPILABLE)
        hash = path.b.each_byte.inject(0xcbf29ce484222325) { |all, b| ((all ^ b) * 0x100000001b3) % (1 << 64) }
        made = File.join(folder, format("%02x", hash >> 56), format("%014x", hash & 0xffffffffffffff))
        Dir.mkdir(folder) unless File.directory?(folder)
        Dir.mkdir(File.dirname(made)) unless File.directory?(File.dirname(made))
        stat = File.stat(path)
        head = [6, 1, 2, 3, stat.size, stat.mtime.to_i, binary.bytesize].pack("L<4Q<3").ljust(64, "\0")
        File.binwrite(made, head + binary)
      end
    end
    module ISeq
      class << self
        attr_reader :cache_dir
        def cache_dir=(path)
          @cache_dir = path + "-iseq"
        end
        def input_to_storage(_, path) = RubyVM::InstructionSequence.compile_file(path).to_binary
      end
    end
  end
end
"#;

/// What Ruby answers.
pub(crate) fn ruby(arguments: &[&str]) -> String {
    let output = run(Command::new("ruby").args(arguments));
    let answer = [output.stdout, output.stderr].concat();
    String::from_utf8(answer).unwrap().trim().to_owned()
}

/// The version of Ruby's interface.
pub(crate) fn abi() -> String {
    ruby(&["-e", "print RbConfig::CONFIG['ruby_version']"])
}

fn shop(abi: &str) -> Bench {
    let bench = Bench::new();
    let gem = GEM.replace("ABI", abi);
    bench.put("Gemfile", "source 'https://rubygems.org'\ngem 'bootsnap'\n");
    bench.put("Procfile", "web: bin/rails server\n");
    bench.put(
        "config/boot.rb",
        "require 'bundler/setup'\nrequire 'bootsnap/setup'\n",
    );
    bench.put(
        "lib/tax.rb",
        "RATE = [1].map { |_| begin; raise 'x'; rescue => e; e; end }\nWHERE = __FILE__\n",
    );
    bench.put("lib/broken.rb", "def (\n");
    bench.put(&format!("{gem}/bootsnap/version.rb"), "");
    bench.put(&format!("{gem}/bootsnap/compile_cache.rb"), NATIVE);
    bench.put(&format!("{gem}/bootsnap/compile_cache/iseq.rb"), "");
    bench.put(&format!("{gem}/bootsnap/bootsnap.so"), "");
    bench
}

/// The entry of a source that a dyno has at this path.
pub(crate) fn entry(built: &Built, path: &str) -> PathBuf {
    let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let name = format!("{:02x}/{:014x}", hash >> 56, hash & 0x00ff_ffff_ffff_ffff);
    built
        .app
        .join("tmp/cache/bootsnap/compile-cache-iseq")
        .join(name)
}

/// What the code of an entry says of itself.
fn loaded(entry: &Path) -> String {
    let program = "code = RubyVM::InstructionSequence.load_from_binary(File.binread(ARGV[0])[64..]); \
        code.eval; puts [code.path, code.absolute_path, code.label, WHERE, RATE[0].backtrace].flatten";
    ruby(&["-W0", "-e", program, entry.to_str().unwrap()])
}

#[test]
#[ignore = "Ruby of tests/bed/ecosystems"]
fn an_entry_is_for_the_path_and_the_time_that_a_dyno_sees() {
    let bench = shop(&abi());
    let first = bench.build(1);
    first.says("bootsnap cache for ");
    let made = entry(&first, "/app/lib/tax.rb");
    let says = loaded(&made);
    let lines: Vec<&str> = says.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "/app/lib/tax.rb",
            "/app/lib/tax.rb",
            "<main>",
            "/app/lib/tax.rb"
        ]
    );
    assert!(
        !says.contains("compiled") && says.contains("<main>'"),
        "{says}"
    );
    let content = fs_err::read(&made).unwrap();
    let source = fs_err::metadata(first.app.join("lib/tax.rb")).unwrap();
    let time = source
        .modified()
        .unwrap()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert_eq!(content[24..32], time.as_secs().to_le_bytes());
    assert!(!entry(&first, "/app/lib/broken.rb").exists());
    // Unchanged, but for the time of the source: made of what is kept.
    let set = run(Command::new("touch")
        .args(["-d", "2020-01-01"])
        .arg(bench.source().join("lib/tax.rb")));
    assert!(set.status.success());
    let second = bench.build(2);
    second.says(", as kept from an earlier build");
    let again = fs_err::read(entry(&second, "/app/lib/tax.rb")).unwrap();
    assert!(again[24..32] != content[24..32] && again[32..] == content[32..]);
}

#[test]
fn a_cache_that_bootsnap_would_not_read_is_not_made() {
    let bench = shop("3.1.0");
    bench.config_var("BOOTSNAP_CACHE_DIR", "/tmp/elsewhere");
    let built = bench.build(1);
    built.says("No bootsnap cache: BOOTSNAP_CACHE_DIR is set");
    assert!(!built.app.join("tmp/cache/bootsnap").exists());
}

#[test]
#[ignore = "Ruby of tests/bed/ecosystems"]
fn entries_of_an_unknown_form_are_not_kept() {
    let abi = abi();
    let bench = shop(&abi);
    let gem = GEM.replace("ABI", &abi);
    let other = NATIVE.replace("stat.size, stat.mtime.to_i", "stat.mtime.to_i, stat.size");
    bench.put(&format!("{gem}/bootsnap/compile_cache.rb"), &other);
    let built = bench.build(1);
    built.says("makes none that could be moved");
    assert!(!built.app.join("tmp/cache/bootsnap").exists());
}

#[test]
fn an_app_that_does_not_load_bootsnap_gets_nothing() {
    let bench = shop("3.1.0");
    bench.put(
        "config/boot.rb",
        "require 'bundler/setup'\n# require 'bootsnap/setup'\n",
    );
    let built = bench.build(1);
    built.never_says("bootsnap cache");
}
