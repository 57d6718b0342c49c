//! What a start in a copy leaves behind. Stand-ins for Node and a JVM listen, and compile with a loop.

use std::os::unix::fs::PermissionsExt;

use crate::bench::{Bench, Built};
use crate::jvm::build;

/// Listens, and keeps a cache as Node does: below the number of the user, at SIGTERM.
const NODE: &str = r#"#!/usr/bin/env python3
import http.server, os, signal, socket, sys, time
LOG, FAILS, GAIN = "@LOG@", @FAILS@, @GAIN@
open(LOG, "a").write("start\n")
if len(sys.argv) < 2 or not sys.argv[1].endswith(".js"):
    sys.exit(0)
if FAILS:
    sys.exit("connect ECONNREFUSED 127.0.0.1:5432")
cache = os.environ.get("NODE_COMPILE_CACHE")
folder = cache and os.path.join(cache, "v99.1.0-x64-ab-%d" % os.getuid())
if not (GAIN and folder and os.path.isdir(folder)):
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
def end(*_):
    if folder:
        os.makedirs(folder, exist_ok=True)
        seen = [os.environ.get("SHOP_SECRET"), [name for _, name in socket.if_nameindex()]]
        open(os.path.join(folder, "ab12"), "w").write(repr(seen))
    os._exit(143)
signal.signal(signal.SIGTERM, end)
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler)
server.serve_forever()
"#;

fn shop(fails: bool, gain: bool) -> Bench {
    let bench = Bench::new();
    let truth = |is: bool| if is { "True" } else { "False" };
    let log = bench.root().join("starts").display().to_string();
    let node = NODE
        .replace("@LOG@", &log)
        .replace("@FAILS@", truth(fails))
        .replace("@GAIN@", truth(gain));
    bench.tool("node", &node);
    bench.config_var("SHOP_SECRET", "s3cr3t-of-the-shop");
    bench.put("Procfile", "web: node server.js\n");
    bench.put("package.json", "{\"name\":\"shop\",\"version\":\"1.0.0\"}");
    bench.put(
        "server.js",
        "require('http').createServer(process.env.SHOP_SECRET)\n",
    );
    bench.put(
        "app.json",
        "{\"env\":{\"SHOP_SECRET\":{\"description\":\"signs\"}}}",
    );
    // Larger than what is kept of a start.
    bench.put("public/photo.txt", &"x".repeat(20_000));
    bench.config("[com.slugsmith.boot]\nlevel = \"trained\"\n");
    bench
}

fn starts(bench: &Bench) -> usize {
    let log = fs_err::read_to_string(bench.root().join("starts"));
    log.unwrap_or_default().lines().count()
}

fn seen(built: &Built) -> String {
    let folder = built.app.join(".slugsmith/node/v99.1.0-x64-ab-0");
    fs_err::read_to_string(folder.join("ab12")).unwrap()
}

#[test]
fn what_a_start_compiled_is_kept_for_every_user_and_made_once() {
    let bench = shop(false, true);
    let built = bench.build(1);
    built.says("Node compile cache for 1 file");
    built.says("of processor time,");
    let seen = seen(&built);
    assert!(
        !built.log.contains("s3cr3t") && !seen.contains("s3cr3t"),
        "{seen}"
    );
    assert!(seen.contains("placeholder"), "{seen}");
    if !built.log.contains("with the network of the build") {
        assert!(seen.ends_with("['lo']]"), "{seen}");
    }
    let profile = fs_err::read_to_string(built.app.join(".profile.d/slugsmith.sh")).unwrap();
    assert!(
        profile.contains("NODE_COMPILE_CACHE=\"$HOME\"'/.slugsmith/node'"),
        "{profile}"
    );
    let link = built.app.join(".slugsmith/node/v99.1.0-x64-ab-1000/ab12");
    assert!(link.exists());
    // The copy is gone, and the app is as it was beside that.
    assert!(
        !built
            .app
            .join(".slugsmith/node/v99.1.0-x64-ab-4711")
            .exists()
    );
    let before = starts(&bench);
    let again = bench.build(2);
    again.says("as kept from an earlier build");
    let asked = starts(&bench) - before;
    assert!(asked <= 1, "{asked} starts in an unchanged build");
    bench.put("server.js", "// changed\n");
    bench.build(3).never_says("as kept from an earlier build");
}

/// Debian's and Ubuntu's base images have neither.
#[test]
fn a_machine_without_tools_for_networks_trains_all_the_same() {
    let bench = shop(false, true);
    for tool in ["ip", "ifconfig"] {
        bench.tool(tool, "#!/bin/sh\nexit 127\n");
    }
    let built = bench.build(1);
    built.says("Node compile cache for 1 file");
}

#[test]
fn an_app_that_does_not_start_is_told_and_the_build_goes_on() {
    let bench = shop(true, true);
    let built = bench.build(1);
    built.says("Not trained: it ended before it listened on PORT (exit code 1)");
    built.says("ECONNREFUSED");
    built.says("[com.slugsmith.boot] command = ");
    assert!(!built.app.join(".slugsmith").exists());
}

#[test]
fn what_makes_no_start_shorter_is_not_kept() {
    let bench = shop(false, false);
    let built = bench.build(1);
    // Two starts of the same length differ by chance.
    if built.log.contains("Node compile cache for 1 file") {
        return;
    }
    let why = "No Node compile cache: the start is not shorter with it";
    built.says(why);
    assert!(!built.app.join(".slugsmith").exists());
    // An unchanged app is not started again to say so.
    let before = starts(&bench);
    bench.build(2).says(why);
    assert!(starts(&bench) - before <= 1);
}

#[test]
fn a_share_bounds_it() {
    let bench = shop(false, true);
    bench.config("[com.slugsmith.boot]\nlevel = \"trained\"\nshare = \"0%\"\n");
    let built = bench.build(1);
    built.says("No Node compile cache: it would add");
    assert!(!built.app.join(".slugsmith").exists());
}

/// Keeps what it is told to keep, as a JVM of version 25 does.
const JAVA: &str = r#"#!/usr/bin/env python3
import http.server, os, signal, sys, time
open("@LOG@", "a").write("start\n")
options = os.environ.get("JAVA_TOOL_OPTIONS", "").split()
set_to = lambda name: next((one.split("=", 1)[1] for one in options if one.startswith(name + "=")), None)
ahead, archive = set_to("-XX:AOTCache"), set_to("-XX:SharedArchiveFile")
if ahead and "@AHEAD@" == "crashes":
    os.abort()
if not (ahead or archive):
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if ahead and "@AHEAD@" == "differs" else 200)
        self.end_headers()
def end(*_):
    for name in ["-XX:AOTCacheOutput", "-XX:ArchiveClassesAtExit"]:
        if set_to(name):
            open(set_to(name), "w").write(name)
    os._exit(143)
signal.signal(signal.SIGTERM, end)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

/// An app with a JVM of its own, as heroku/jvm leaves it, whose AOT cache `works`, `crashes` or `differs`.
fn jvm(version: &str, ahead: &str) -> Bench {
    let bench = Bench::new();
    let log = bench.root().join("starts").display().to_string();
    let java = JAVA.replace("@LOG@", &log).replace("@AHEAD@", ahead);
    bench.put(".jdk/bin/java", &java);
    bench.put(".jdk/release", &format!("JAVA_VERSION=\"{version}\"\n"));
    let program = bench.source().join(".jdk/bin/java");
    fs_err::set_permissions(program, PermissionsExt::from_mode(0o755)).unwrap();
    bench.put("Procfile", "web: java -jar shop.jar\n");
    // Larger than what is kept of a start.
    bench.put("shop.jar", &"x".repeat(20_000));
    bench.config("[com.slugsmith.boot]\nlevel = \"trained\"\n");
    bench
}

#[test]
fn a_jvm_has_the_best_form_that_serves_it() {
    for (version, ahead, kept, says) in [
        ("25.0.3", "works", "app.aot", ""),
        (
            "25.0.3",
            "crashes",
            "app.jsa",
            "No AOT cache of the JVM: a start with it: it ended before it listened on PORT (exit code 134)",
        ),
        (
            "25.0.3",
            "differs",
            "app.jsa",
            "No AOT cache of the JVM: the app answers HTTP/1.0 500 Internal Server Error with it, HTTP/1.0 200 OK \
             without",
        ),
        ("17.0.15", "works", "app.jsa", ""),
    ] {
        let bench = jvm(version, ahead);
        let built = build(&bench, 1);
        built.says(says);
        built.says(" of processor time,");
        let folder = built.app.join(".slugsmith/java");
        let names: Vec<_> = fs_err::read_dir(folder).unwrap().collect();
        assert_eq!(names.len(), 1, "{}", built.log);
        assert_eq!(
            names[0].as_ref().unwrap().file_name(),
            kept,
            "{}",
            built.log
        );
        let profile = fs_err::read_to_string(built.app.join(".profile.d/slugsmith.sh")).unwrap();
        assert!(profile.contains(kept), "{profile}");
        // What was found out is not found out again.
        let before = starts(&bench);
        let again = build(&bench, 2);
        again.says("as kept from an earlier build");
        again.says(says);
        assert!(starts(&bench) - before <= 1, "{}", again.log);
    }
    // An older one beside it would not start with the option.
    let bench = jvm("25.0.3", "works");
    bench.put("old/lib/modules", "x");
    bench.put("old/bin/java", "x");
    bench.put("old/release", "JAVA_VERSION=\"17.0.15\"\n");
    let built = build(&bench, 1);
    built.says("Class data archive of the JVM");
    assert!(!built.app.join(".slugsmith/java/app.aot").exists());
}

/// Listens on PORT, after it imported what no text names.
const SERVER: &str = "import http.server, importlib, os\nimportlib.import_module('tables.t' + str(3 + 4))\n\
    http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), http.server.SimpleHTTPRequestHandler)\
    .serve_forever()\n";

#[test]
fn what_a_start_of_python_imported_comes_first_where_not_all_fits() {
    let bench = Bench::new();
    let site = format!(".venv/lib/python{}/site-packages", crate::python::version());
    bench.put(".venv/pyvenv.cfg", "version = 3\n");
    bench.put("server.py", SERVER);
    for table in 0..60 {
        let values: Vec<String> = (0..6000)
            .map(|value| (value * 7 + table).to_string())
            .collect();
        let text = format!("LIST = [{}]\n", values.join(","));
        bench.put(&format!("{site}/tables/t{table}.py"), &text);
    }
    let web = format!("web: PYTHONPATH={site} python3 server.py\n");
    bench.put("Procfile", &web);
    bench.config("[com.slugsmith.boot]\nlevel = \"trained\"\n");
    let built = bench.build(1);
    built.says("what a start in training imported comes first");
    built.never_says("Not trained");
    let made = fs_err::read_dir(built.app.join(site).join("tables/__pycache__")).unwrap();
    let names: Vec<_> = made.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names.len() == 1 && names[0].to_str().unwrap().starts_with("t7."),
        "{names:?}"
    );
    bench.build(2).says("as kept from an earlier build");
}
