//! `slugsmith boot`: where a start goes, with the runtimes of this machine.

use std::process::Command;

use serde_json::Value;

use crate::bench::{Bench, run};

/// Listens on PORT, after what comes before it.
const PYTHON: &str = "import http.server, os\nfrom pricing import tax\n\
    http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), http.server.SimpleHTTPRequestHandler)\
    .serve_forever()\n";
const NODE: &str = "import http from 'node:http';\nimport { rate } from 'pricing';\nimport old from 'legacy';\n\
    http.createServer((_, answer) => answer.end(String(rate + old))).listen(process.env.PORT);\n";
/// Takes a while, so that samples find it at work.
const BUSY: &str = "let rate = 0;\nfor (let at = 0; at < 4e7; at++) rate += at % 7;\n";
const RUBY: &str = "require 'socket'\n$LOAD_PATH.unshift(*Dir[File.join(__dir__, 'vendor/bundle/ruby/*/gems/*/lib')])\n\
    require 'pricing'\nrequire_relative 'lib/shop'\nserver = TCPServer.new('127.0.0.1', ENV['PORT'].to_i)\n\
    loop do\n  client = server.accept\n  client.puts \"HTTP/1.1 200 OK\\r\\n\\r\\n#{Pricing::RATE}\"\n  \
    client.close\nend\n";

fn observed(bench: &Bench, success: bool) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slugsmith"));
    command
        .args(["boot", "--format", "json"])
        .arg(bench.source());
    let output = run(&mut command);
    let said = String::from_utf8([output.stdout.clone(), output.stderr].concat()).unwrap();
    assert_eq!(output.status.success(), success, "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["boot"].clone()
}

#[track_caller]
fn row<'a>(observed: &'a Value, name: &str) -> &'a Value {
    let mut rows = observed["rows"].as_array().unwrap().iter();
    let found = rows.find(|row| row["name"] == name);
    found.unwrap_or_else(|| panic!("no row {name}: {observed:#}"))
}

/// Whether one of what would help says this.
fn helps(observed: &Value, text: &str) -> bool {
    let mut helps = observed["helps"].as_array().unwrap().iter();
    helps.any(|help| help.as_str().unwrap().contains(text))
}

#[test]
fn packages_of_python_have_time_and_bytes() {
    let bench = Bench::new();
    let tax = "RATE = sum(range(200_000))\n";
    bench.put("Procfile", "web: python3 server.py\n");
    bench.put("server.py", PYTHON);
    bench.put("pricing/__init__.py", "");
    bench.put("pricing/tax.py", tax);
    let observed = observed(&bench, true);
    let row = row(&observed, "pricing");
    assert_eq!(
        (&row["parts"], &row["bytes"]),
        (&2.into(), &tax.len().into())
    );
    assert!(row["seconds"].as_f64().unwrap() > 0.0, "{row}");
    assert!(!helps(&observed, "trained"), "{observed:#}");
}

#[test]
fn packages_of_node_have_time_and_bytes_whatever_kind_of_module_they_are() {
    let bench = Bench::new();
    bench.put("Procfile", "web: node server.js\n");
    bench.put("package.json", r#"{"name":"shop","type":"module"}"#);
    bench.put("server.js", NODE);
    let pricing = format!("{BUSY}export {{ rate }};\n");
    bench.put(
        "node_modules/pricing/package.json",
        r#"{"name":"pricing","type":"module"}"#,
    );
    bench.put("node_modules/pricing/index.js", &pricing);
    bench.put("node_modules/legacy/package.json", r#"{"name":"legacy"}"#);
    bench.put("node_modules/legacy/index.js", "module.exports = 1;\n");
    let observed = observed(&bench, true);
    let of = |name: &str| row(&observed, name);
    assert_eq!(of("pricing")["bytes"], pricing.len());
    assert!(
        of("pricing")["seconds"].as_f64().unwrap() > 0.0,
        "{observed:#}"
    );
    assert_eq!(of("legacy")["parts"], 1);
    assert_eq!(of("the app")["bytes"], NODE.len());
    assert!(helps(&observed, "level = \"trained\""), "{observed:#}");
}

#[test]
#[ignore = "Ruby of tests/bed/ecosystems"]
fn gems_have_time_and_bytes() {
    let bench = Bench::new();
    let gem = format!(
        "vendor/bundle/ruby/{}/gems/pricing-1.2.0/lib",
        crate::ruby::abi()
    );
    let (rate, shop) = (
        "module Pricing\n  RATE = (1..200_000).sum\nend\n",
        "SHOP = 1\n",
    );
    bench.put("Procfile", "web: ruby server.rb\n");
    bench.put("server.rb", RUBY);
    bench.put("lib/shop.rb", shop);
    bench.put(
        &format!("{gem}/pricing.rb"),
        "require 'pricing/rate'\nrequire_relative 'pricing/more'\n",
    );
    bench.put(&format!("{gem}/pricing/rate.rb"), rate);
    bench.put(&format!("{gem}/pricing/more.rb"), "require 'set'\n");
    let observed = observed(&bench, true);
    let row = row(&observed, "pricing");
    assert_eq!(row["parts"], 3, "{observed:#}");
    assert!(row["bytes"].as_u64().unwrap() > rate.len() as u64, "{row}");
    assert!(row["seconds"].as_f64().unwrap() > 0.0, "{row}");
    // A small app is told of no gem, and none of a level that keeps nothing of Ruby.
    assert_eq!(observed["helps"], Value::Array(Vec::new()));
}

#[test]
fn a_start_that_fails_says_why_and_what_was_loaded_until_then() {
    let bench = Bench::new();
    bench.put("Procfile", "web: node server.js\n");
    bench.put("package.json", r#"{"name":"shop"}"#);
    bench.put(
        "server.js",
        "require('pricing');\nthrow new Error('connect ECONNREFUSED 127.0.0.1:5432');\n",
    );
    bench.put("node_modules/pricing/index.js", "exports.rate = 19;\n");
    let observed = observed(&bench, false);
    let why = observed["failed"].as_str().unwrap();
    assert!(why.contains("ECONNREFUSED"), "{why}");
    assert_eq!(row(&observed, "pricing")["parts"], 1);
}
