//! Each conflict of a slug with a slug that has it and one that hasn't.

mod libraries;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use slugsmith::facts::layers::surroundings;
use slugsmith::facts::{app, classic};
use slugsmith::finding::Finding;
use slugsmith::stack::classic::{Inputs, dyno_base, env_report, inspect, starts};
use tempfile::TempDir;

use crate::printed;

/// What is found in a slug of these files, where the app has these config vars; of one rule and its kin.
fn of_rule(rule: &str, files: &[(&str, &str)], config: &[(&str, &str)]) -> Vec<String> {
    let folder = printed::folder();
    let put = |path: &Path, text: &str| {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    for (name, text) in files {
        put(&folder.path().join("app").join(name), text);
    }
    fs_err::create_dir_all(folder.path().join("app")).unwrap();
    fs_err::create_dir_all(folder.path().join("env")).unwrap();
    for (name, value) in config {
        put(&folder.path().join("env").join(name), value);
    }
    findings(&folder, rule)
}

/// What is found by rules whose names begin so, each as `level rule location: message`; its printed text is compared.
fn findings(folder: &TempDir, rule: &str) -> Vec<String> {
    let app = app::read(&folder.path().join("app"));
    let slug = classic::read(&app, None);
    let surroundings = surroundings::of_slug(&folder.path().join("env"));
    let inputs = Inputs {
        slug: &slug,
        app: &app,
        surroundings: &surroundings,
        audit: None,
        released: &[],
        is_build: true,
    };
    let mut found = inspect(&inputs).findings;
    found.extend(starts(&inputs));
    found.retain(|one| one.rule.starts_with(rule));
    printed::review(folder.path(), &found);
    let line = |one: &Finding| {
        let location = one.location.as_ref();
        let location = location.map_or_else(String::new, |location| format!(" {location}"));
        format!(
            "{} {}{location}: {}",
            one.level.word(),
            one.rule,
            one.message
        )
    };
    found.iter().map(line).collect()
}

const NODE: (&str, &str) = (".heroku/node/bin/node", "#!/bin/sh\n");
const NODE_SH: (&str, &str) = (
    ".profile.d/nodejs.sh",
    "export PATH=\"$HOME/.heroku/node/bin:$PATH\"\n",
);

#[test]
fn a_program_of_the_app_can_be_executed() {
    let found = |procfile: &str, profile: &str| {
        let folder = printed::folder();
        let app = folder.path().join("app");
        let files = [
            ("bin/plain", "#!/bin/sh\n", 0o644),
            ("bin/windows", "#!/bin/bash\r\n", 0o755),
            ("bin/lang", "#!/usr/bin/env nosuchlang\n", 0o755),
            ("bin/fine", "#!/usr/bin/env sh\n", 0o755),
            ("bin/old", "echo no first line\n", 0o755),
            (NODE.0, NODE.1, 0o755),
            (NODE_SH.0, NODE_SH.1, 0o644),
            (".profile", profile, 0o644),
            ("Procfile", procfile, 0o644),
        ];
        for (name, text, mode) in files {
            let path = app.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        fs_err::create_dir_all(folder.path().join("env")).unwrap();
        let mut all = findings(&folder, "start-");
        all.retain(|line| line.contains("start-command-missing") || line.contains("start-program"));
        all
    };
    let bad = "web: bin/plain --port $PORT\nworker: exec ./bin/windows\nclock: cd bin && ./lang\n";
    assert_eq!(
        found(bad, ""),
        [
            "error start-command-missing Procfile:1: `web`: `bin/plain --port $PORT` starts bin/plain, which is not \
             executable.",
            "error start-command-missing Procfile:2: `worker`: `exec ./bin/windows` starts ./bin/windows, whose lines \
             end with CR LF: no program is named `/bin/bash\\r`.",
            "error start-program-missing Procfile:3: `clock`: the first line of ./lang names `nosuchlang`: no folder \
             of PATH at launch has `nosuchlang`.",
        ]
    );
    let fine = "web: sh bin/plain\nworker: chmod +x bin/plain && bin/plain\nclock: bin/fine\na: . bin/windows\n\
                b: bin/old\nc: if [ -x bin/plain ]; then bin/plain; fi\n";
    assert_eq!(found(fine, ""), [""; 0]);
    assert_eq!(found("web: bin/plain\n", "chmod +x bin/*\n"), [""; 0]);
}

#[test]
fn what_a_process_starts_is_there_after_the_build() {
    let rule = "start-command-missing";
    let procfile = "web: bin/start-pgbouncer bin/start-nginx node index.js\nworker: node dist/worker.js\n\
                    clock: vendor/foo/bin/clock\nrelease: .heroku/python/bin/python manage.py migrate\n\
                    job: nosuchprogram --x\n";
    let found = of_rule(
        rule,
        &[NODE, NODE_SH, ("index.js", ""), ("Procfile", procfile)],
        &[],
    );
    assert_eq!(
        found,
        [
            "error start-command-missing Procfile:3: `clock`: `vendor/foo/bin/clock` does not exist.",
            "error start-command-missing Procfile:4: `release`: `.heroku/python/bin/python manage.py migrate` needs \
                the \
             file manage.py, which does not exist.",
            "error start-command-missing Procfile:4: `release`: `.heroku/python/bin/python manage.py migrate` starts \
             .heroku/python/bin/python, which does not exist.",
            "error start-command-missing Procfile:1: `web`: `bin/start-pgbouncer bin/start-nginx node index.js` starts \
             bin/start-nginx, which does not exist.",
            "error start-command-missing Procfile:1: `web`: `bin/start-pgbouncer bin/start-nginx node index.js` starts \
             bin/start-pgbouncer, which does not exist.",
            "error start-command-missing Procfile:2: `worker`: `node dist/worker.js` needs the file dist/worker.js, \
             which does not exist.",
        ]
    );
    let programs = of_rule(
        "start-program-missing",
        &[NODE, NODE_SH, ("Procfile", procfile)],
        &[],
    );
    assert_eq!(programs.len(), 1, "{programs:?}");
    assert!(
        programs[0].contains("Procfile:5: `job`: no folder of PATH at launch has `nosuchprogram`")
    );
    let fine = "web: cd backend && node index\na: (cd backend; exec node ./index.js)\nb: bash -c 'cd backend && npm \
        start'\n\
                c: if [ -f x.js ]; then node x.js; fi\nd: $RUNNER index.js\ne: cd $WHERE && node index.js\n\
                f: env A=b node -r ./backend/index backend/index.js\ng: bin/run node backend/index.js\n\
                h: cd backend && echo ok && sh -c \"exec node index.js\"\n";
    let files = [
        NODE,
        NODE_SH,
        (".heroku/node/bin/npm", "#!/bin/sh\n"),
        ("backend/index.js", ""),
        (
            "backend/package.json",
            r#"{"scripts":{"start":"node index.js"}}"#,
        ),
        ("bin/run", "#!/bin/sh\nexec \"$@\"\n"),
        ("Procfile", fine),
    ];
    assert_eq!(of_rule(rule, &files, &[]), [""; 0]);
}

#[test]
fn scripts_that_end_the_shell_are_named() {
    let rule = "profile-script-ends-shell";
    let strict = of_rule(
        rule,
        &[
            (".profile.d/a.sh", "set -eu\n"),
            (".profile.d/b.sh", "export X=\"$NOT_SET_ANYWHERE\"\n"),
        ],
        &[],
    );
    assert_eq!(strict.len(), 2, "{strict:?}");
    assert!(
        strict[0].starts_with("error profile-script-ends-shell .profile.d/b.sh:1"),
        "{strict:?}"
    );
    assert!(
        strict[1].starts_with("warn profile-script-ends-shell .profile.d/a.sh:1"),
        "{strict:?}"
    );
    let exits = of_rule(
        rule,
        &[(".profile.d/a.sh", "[ -n \"$REGION\" ] || exit 1\n")],
        &[],
    );
    assert_eq!(exits.len(), 1, "{exits:?}");
    // One line is one finding, which names what ends the shell.
    let one = [(".profile.d/a.sh", "set -eEu -o pipefail\n")];
    let one = of_rule(rule, &one, &[]);
    assert_eq!(one.len(), 1, "{one:?}");
    assert!(one[0].contains(": `set -eEu` of "), "{one:?}");
    // `set -e` does not hold in what is tested, and some patterns need no option.
    let tested = [(
        ".profile.d/a.sh",
        "set -e; f() { false; return 0; }; f || true; if f; then :; fi; set +e; export LAST=1\n\
         [[ ${DYNO%%.*} == @(web|worker) ]] && export A=1\n[[ $DYNO =~ ^(web|worker) ]] && export B=1\n\
         shopt -s extglob\ncase $X in *.@(tar|gz)) export C=1;; esac\n",
    )];
    assert_eq!(of_rule(rule, &tested, &[]), [""; 0]);
    let fine = [(
        ".profile.d/a.sh",
        "set -u\nexport A=${B:-}\nset +u\n( set -e; false )\n[ -n \"$C\" ] || return 0\nexport D=1\n",
    )];
    assert_eq!(of_rule(rule, &fine, &[]), [""; 0]);
}

#[test]
fn values_that_swallow_a_line_are_named() {
    let rule = "line-end-missing";
    let glued =
        "export PATH=\"$HOME/.heroku/ruby/bin:$PATH:$HOME/bin\"export GEM_PATH=\"$HOME/gems\"\n";
    let found = of_rule(
        rule,
        &[(".heroku/ruby/bin/ruby", ""), (".profile.d/ruby.sh", glued)],
        &[],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("heroku/ruby: the value of PATH") && found[0].contains("/app/binexport"),
        "{found:?}"
    );
    assert_eq!(
        of_rule(
            rule,
            &[(".profile.d/a.sh", "export A=\"x\"\nexport B=\"y\"z\n")],
            &[]
        ),
        [""; 0]
    );
}

#[test]
fn defaults_of_lists_yield() {
    let rule = "list-default-yields";
    let yields = "export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-/app/.heroku/vendor/lib}\n";
    let first = (
        ".profile.d/ffmpeg.sh",
        "export LD_LIBRARY_PATH=\"$LD_LIBRARY_PATH:/app/vendor/ffmpeg/lib\"\n",
    );
    let found = of_rule(rule, &[first, (".profile.d/python.sh", yields)], &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .contains("/app/.heroku/vendor/lib is not in LD_LIBRARY_PATH at launch: heroku/python"),
        "{found:?}"
    );
    assert_eq!(
        of_rule(rule, &[(".profile.d/python.sh", yields)], &[]),
        [""; 0]
    );
}

#[test]
fn preloads_have_to_be_there() {
    let rule = "preload-missing";
    let there = ("vendor/jemalloc/lib/libjemalloc.so.2", "");
    let found = of_rule(
        rule,
        &[there, NODE_SH],
        &[("LD_PRELOAD", "/app/vendor/jemalloc/lib/libjemalloc.so.1")],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("/app/vendor/jemalloc/lib/libjemalloc.so.1"),
        "{found:?}"
    );
    let fine = [
        (
            "LD_PRELOAD",
            "/app/vendor/jemalloc/lib/libjemalloc.so.2:libfoo.so:/usr/lib/x.so",
        ),
        ("NODE_OPTIONS", "--require dotenv/config"),
    ];
    assert_eq!(of_rule(rule, &[there, NODE_SH], &fine), [""; 0]);
    let node = of_rule(
        rule,
        &[NODE_SH],
        &[(
            "NODE_OPTIONS",
            "--max-old-space-size=1 --require /app/apm.js",
        )],
    );
    assert!(node[0].starts_with("error"), "{node:?}");
}

#[test]
fn files_without_the_ending_are_not_read() {
    let found = of_rule(
        "profile-script-not-read",
        &[
            (".profile.d/nodejs", "export A=1\n"),
            (".profile.d/a.bash", ""),
        ],
        &[],
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        of_rule(
            "profile-script-not-read",
            &[NODE_SH, (".profile.d/.keep", "")],
            &[]
        ),
        [""; 0]
    );
}

#[test]
fn workers_of_another_language_are_named() {
    let rule = "concurrency-of-another";
    let files = [
        NODE,
        NODE_SH,
        ("vendor/ruby-3.3.5/bin/ruby", ""),
        (
            ".profile.d/ruby.sh",
            "export GEM_PATH=\"$HOME/vendor/bundle:$GEM_PATH\"\n",
        ),
        (
            ".profile.d/WEB_CONCURRENCY.sh",
            "if [ -z \"$WEB_CONCURRENCY\" ]; then\n  export WEB_CONCURRENCY=$(( $(nproc) * 2 ))\nfi\n",
        ),
        ("Procfile", "web: bundle exec puma -C config/puma.rb\n"),
        ("config/puma.rb", ""),
    ];
    let found = of_rule(rule, &files, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("puma's workers in `web` is computed by heroku/nodejs"),
        "{found:?}"
    );
    assert_eq!(of_rule(rule, &files, &[("WEB_CONCURRENCY", "2")]), [""; 0]);
}

#[test]
fn config_vars_that_are_kept_are_not_called_lost() {
    let rule = "config-var-has-no-effect";
    let jvm = "defaults=\"-Xmx300m -Xss512k\"\nexport JAVA_OPTS=\"${defaults}${JAVA_OPTS:+\" \"}${JAVA_OPTS:-}\"\n";
    assert_eq!(
        of_rule(
            rule,
            &[(".profile.d/jvmcommon.sh", jvm)],
            &[("JAVA_OPTS", "-Xmx256m")]
        ),
        [""; 0]
    );
    let guard = "if [ -n \"$WEB_CONCURRENCY\" ]; then\n  return 0\nfi\nexport WEB_CONCURRENCY=4\n";
    assert_eq!(
        of_rule(
            rule,
            &[(".profile.d/WEB_CONCURRENCY.sh", guard)],
            &[("WEB_CONCURRENCY", "3")]
        ),
        [""; 0]
    );
    let found = of_rule(
        rule,
        &[(".profile.d/a.sh", "export MODE=x\n")],
        &[("MODE", "y")],
    );
    assert!(
        found.len() == 1 && found[0].starts_with("warn"),
        "{found:?}"
    );
}

#[test]
fn paths_of_the_build_are_named_at_launch() {
    let baked = "export PATH=\"/app/.heroku/vips/bin:/usr/local/bin:/usr/bin:/bin:/tmp/codon/vendor/bin:$PATH\"\n\
                 export VIPS_HOME=/tmp/build_1f2e3d/vendor/vips\n";
    let files = [
        (".heroku/python/bin/sh", "#!/bin/sh\n"),
        (".heroku/vips/bin/vips", ""),
        (
            ".profile.d/python.sh",
            "export PATH=\"$HOME/.heroku/python/bin:$PATH\"\n",
        ),
        (".profile.d/vips.sh", baked),
    ];
    let found = of_rule("not-shipped", &files, &[]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(of_rule("not-shipped", &files[..3], &[]), [""; 0]);
}

#[test]
fn a_runtime_of_a_slug_with_the_home_of_another_is_told() {
    let python = (".heroku/python/bin/python3", "#!/bin/sh\n");
    let other = (".apt/usr/bin/python3", "#!/bin/sh\n# other\n");
    let script = (
        ".profile.d/python.sh",
        "export PATH=\"$HOME/.heroku/python/bin:$PATH\"\nexport PYTHONHOME=\"$HOME/.heroku/python\"\n",
    );
    let later = (
        ".profile.d/z.sh",
        "export PATH=\"$HOME/.apt/usr/bin:$PATH\"\n",
    );
    let rule = "runtime-variable-of-another";
    let found = of_rule(rule, &[python, other, script, later], &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("(/app/.apt/usr/bin), and PYTHONHOME is heroku/python's"),
        "{found:?}"
    );
    assert!(of_rule(rule, &[python, script], &[]).is_empty());
}

#[test]
fn a_quoted_dollar_of_a_script_is_told() {
    let quoted = (
        ".profile.d/a.sh",
        "export NODE_PATH='$HOME/lib'\nexport MANPATH=\"\\$HOME/man\"\nexport PRICE='5 $HOME'\n",
    );
    let found = of_rule("text-not-expanded", &[quoted], &[]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("the `$` is quoted there"), "{found:?}");
    let plain = (".profile.d/a.sh", "export NODE_PATH=\"$HOME/lib\"\n");
    assert!(of_rule("text-not-expanded", &[plain], &[]).is_empty());
}

#[test]
fn a_default_yields_in_whatever_words_it_is_written() {
    let rule = "list-default-yields";
    let first = (
        ".profile.d/000_apt.sh",
        "export LD_LIBRARY_PATH=\"$HOME/.apt/usr/lib:$LD_LIBRARY_PATH\"\n",
    );
    for guarded in [
        "if [ -z \"$LD_LIBRARY_PATH\" ]; then\n  export LD_LIBRARY_PATH=$HOME/vendor/geo/lib\nfi\n",
        "[ -n \"${LD_LIBRARY_PATH:-}\" ] || export LD_LIBRARY_PATH=/app/vendor/geo/lib\n",
        "[[ -z $LD_LIBRARY_PATH ]] && export LD_LIBRARY_PATH=\"$HOME/vendor/geo/lib\"\n",
        "test -z \"$LD_LIBRARY_PATH\" && { export LD_LIBRARY_PATH=\"$HOME/vendor/geo/lib\"; }\n",
        ": \"${LD_LIBRARY_PATH:=$HOME/vendor/geo/lib}\"\nexport LD_LIBRARY_PATH\n",
    ] {
        let geo = (".profile.d/geo.sh", guarded);
        let found = of_rule(rule, &[first, geo], &[]);
        assert_eq!(found.len(), 1, "{guarded}: {found:?}");
        assert!(
            found[0].contains("/app/vendor/geo/lib is not in LD_LIBRARY_PATH at launch"),
            "{found:?}"
        );
        // Nobody else has set it.
        assert_eq!(of_rule(rule, &[geo], &[]), [""; 0], "{guarded}");
    }
    for fine in [
        "if [ -z \"$OTHER\" ]; then export LD_LIBRARY_PATH=$HOME/vendor/geo/lib:$LD_LIBRARY_PATH; fi\n",
        "[ -z \"$LD_LIBRARY_PATH\" ] || export LD_LIBRARY_PATH=\"$HOME/b:$LD_LIBRARY_PATH\"\n",
        "if [ -z \"$NODE_OPTIONS\" ]; then export NODE_OPTIONS=--x; fi\n",
    ] {
        let found = of_rule(rule, &[first, (".profile.d/geo.sh", fine)], &[]);
        assert_eq!(found, [""; 0], "{fine}");
    }
}

#[test]
fn line_ends_of_windows_are_in_the_values() {
    let rule = "line-end-missing";
    let script = "export A=1\r\nexport PATH=\"$HOME/bin:$PATH\"\r\n";
    assert_eq!(
        of_rule(rule, &[(".profile.d/a.sh", script)], &[]),
        [
            "warn line-end-missing .profile.d/a.sh:1: .profile.d/a.sh has the line ends of Windows: A, PATH of an \
             earlier buildpack (a.sh) end in a carriage return at launch."
        ]
    );
    let script = script.replace('\r', "");
    assert_eq!(of_rule(rule, &[(".profile.d/a.sh", &script)], &[]), [""; 0]);
}

#[test]
fn what_a_process_builds_before_it_starts_is_not_asked_for() {
    let package = r#"{"scripts":{"build":"tsc","prestart":"tsc","start":"node dist/main.js"}}"#;
    let procfile = "a: npm run build && node dist/index.js\nb: mkdir -p work && cd work && node run.js\n\
                    c: cp index.js run.js; node run.js\nd: echo 1 > gen.js && node gen.js\n\
                    e: [ -f dist/a.js ] || npm run build; node dist/a.js\nf: npm start\n\
                    g: tar xzf all.tgz && ./all/run\nh: bash -c \"true; wget $URL && node x.js\"\n";
    let files = [
        NODE,
        NODE_SH,
        (".heroku/node/bin/npm", "#!/bin/sh\n"),
        ("index.js", ""),
        ("package.json", package),
        ("Procfile", procfile),
    ];
    assert_eq!(of_rule("start-command", &files, &[]), [""; 0]);
    // Commands that make no files change nothing, and neither does what runs beside them.
    let procfile = "a: export A=1 && sleep 1 && cd . && node gone.js\nb: node index.js & node gone.js\n\
                    c: cd nowhere && node index.js\nd: echo 1 >&2; sh bin/gone.sh\n\
                    e: python manage.py migrate > /dev/null; node gone.js\n";
    let files = [
        NODE,
        NODE_SH,
        ("index.js", ""),
        ("manage.py", ""),
        ("Procfile", procfile),
    ];
    let found = of_rule("start-command", &files, &[]);
    let wanted = [
        "`a`, `b`, `e`: `node gone.js` needs the file gone.js, which does not exist.",
        "`c`: `node index.js` starts in the folder nowhere, which does not exist.",
        "`d`: `sh bin/gone.sh` needs the file bin/gone.sh, which does not exist.",
    ];
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for text in wanted {
        assert!(
            found.iter().any(|line| line.ends_with(text)),
            "{text}\n{found:#?}"
        );
    }
}

/// The findings about start commands of one process after another, without level and place.
fn of_commands(files: &[(&str, &str)], commands: &[&str]) -> Vec<String> {
    let lines: Vec<String> = commands
        .iter()
        .enumerate()
        .map(|(at, command)| format!("p{at}: {command}\n"))
        .collect();
    let procfile = lines.concat();
    let mut files = files.to_vec();
    files.push(("Procfile", &procfile));
    let found = of_rule("start-", &files, &[]);
    found
        .iter()
        .map(|line| {
            line.split_once("`: ")
                .map_or(line.as_str(), |(_, rest)| rest)
                .to_owned()
        })
        .collect()
}

#[test]
fn a_path_without_an_ending_is_found_as_node_finds_it() {
    let files = [
        NODE,
        NODE_SH,
        ("front/dist/server.cjs", ""),
        ("front/dist/other.mjs", ""),
        ("cjs/index.cjs", ""),
        ("js/index.js", ""),
        ("named/package.json", "{\"main\":\"a.js\"}"),
        ("named/a.js", ""),
        ("bad/package.json", "{\"main\":\"a.js\"}"),
        ("plain.js", ""),
        ("package.json", "{\"main\":\"plain\"}"),
    ];
    let fine = [
        "node js",
        "node .",
        "cd js && node \"$PWD/index.js\"",
        "node named",
        "node plain",
        "node front/dist/server.cjs",
        "node -r ./plain.js front/dist/server",
        "NODE_OPTIONS=--import=tsx node front/dist/other",
    ];
    assert_eq!(of_commands(&files, &fine), [""; 0]);
    let broken = [
        "node front/dist/server",
        "exec node front/dist/other",
        "node cjs",
        "node bad",
    ];
    assert_eq!(
        of_commands(&files, &broken),
        [
            "`node front/dist/server` needs the file front/dist/server, which does not exist.",
            "`exec node front/dist/other` needs the file front/dist/other, which does not exist.",
            "`node cjs` needs the file cjs, which does not exist.",
            "`node bad` needs the file bad, which does not exist.",
        ]
    );
}

#[test]
fn a_module_is_looked_for_where_python_looks() {
    let python = [
        (".heroku/python/bin/python3.13", "#!/bin/sh\n"),
        (".heroku/python/bin/gunicorn", "#!/bin/sh\n"),
        (".heroku/python/lib/python3.13/os.py", ""),
        (".heroku/python/lib/python3.13/http/server.py", ""),
        (
            ".heroku/python/lib/python3.13/site-packages/flask/__init__.py",
            "",
        ),
        (
            ".profile.d/python.sh",
            "export PATH=\"$HOME/.heroku/python/bin:$PATH\"\nexport PYTHONPATH=${PYTHONPATH:-$HOME}\n",
        ),
        ("shop/__main__.py", ""),
        ("site/local/tool.py", "app = 1\n"),
    ];
    let fine = [
        "python3.13 -m flask run",
        "python3.13 -m http.server $PORT",
        "python3.13 -m shop",
        "cd site && python3.13 -m local.tool",
        "PYTHONPATH=site python3.13 -m local.tool",
        "gunicorn --chdir site local.tool:app",
        "poetry run python3.13 -m nosuch",
    ];
    let poetry = (".heroku/python/bin/poetry", "#!/bin/sh\n");
    assert_eq!(
        of_commands(&[&python[..], &[poetry]].concat(), &fine),
        [""; 0]
    );
    assert_eq!(
        of_commands(&python, &["exec python3.13 -m nosuch.part"]),
        [
            "`exec python3.13 -m nosuch.part` needs the module nosuch.part, which neither the app nor its Python has."
        ]
    );
    // A list of more places, as an editable installation leaves it.
    let list = (
        ".heroku/python/lib/python3.13/site-packages/e.pth",
        "/app/x\n",
    );
    let open = [&python[..], &[list]].concat();
    assert_eq!(of_commands(&open, &["python3.13 -m nosuch"]), [""; 0]);
}

#[test]
fn a_target_that_no_rule_makes_is_missing() {
    let makefile =
        "URL = http://h\n.PHONY: web ready\nweb worker: dep\n\tnode index.js\ndep:\n\ttrue\n";
    let files = [
        NODE,
        NODE_SH,
        (".heroku/node/bin/make", "#!/bin/sh\n"),
        ("Makefile", makefile),
        ("index.js", ""),
        ("tool.sh", ""),
    ];
    let fine = [
        "make",
        "make web PORT=$PORT",
        "make -j 4 -C . worker",
        "make ready",
        "make tool",
        "make $TARGET",
    ];
    assert_eq!(of_commands(&files, &fine), [""; 0]);
    assert_eq!(
        of_commands(&files, &["make -j4 nope", "make -f other.mk web"]),
        [
            "`make -j4 nope` needs the target `nope`, which Makefile does not have.",
            "`make -f other.mk web` needs the target `web`, which other.mk does not have.",
        ]
    );
    for more in [
        "include more.mk\n",
        "run-%:\n\ttrue\n",
        "$(NAMES):\n\ttrue\n",
        ".DEFAULT:\n\ttrue\n",
    ] {
        let makefile = format!("{makefile}{more}");
        let files = [&files[..3], &[("Makefile", makefile.as_str())]].concat();
        assert_eq!(of_commands(&files, &["make nope"]), [""; 0], "{more}");
    }
}

#[test]
fn a_file_that_is_sourced_has_to_be_there_where_all_depends_on_it() {
    let files = [NODE, NODE_SH, ("index.js", ""), ("env.sh", "export A=1\n")];
    let fine = [
        "source env.sh && node index.js",
        ". scripts/nope.sh; node index.js",
        "[ -f ./.env ] && . ./.env; node index.js",
        "source ./.env || true; node index.js",
        "echo A=1 > .env && . ./.env && node index.js",
        "source $HOME/$NAME/env.sh && node index.js",
    ];
    assert_eq!(of_commands(&files, &fine), [""; 0]);
    let broken = [
        "source scripts/nope.sh && node index.js",
        "cd . && . ./.env && exec node index.js",
    ];
    assert_eq!(
        of_commands(&files, &broken),
        [
            "`source scripts/nope.sh` needs the file scripts/nope.sh, which does not exist.",
            "`. ./.env` needs the file ./.env, which does not exist.",
        ]
    );
}

#[test]
fn what_the_platform_sets_is_set() {
    let folder = printed::folder();
    let app = folder.path().join("app");
    fs_err::create_dir_all(app.join(".profile.d")).unwrap();
    let script = "[ -n \"$DYNO\" ] && export ON=dyno\nexport PORT=${PORT:-5000}\nexport KIND=${DYNO%%.*}\n\
                  if [ -z \"$PORT\" ]; then export LOST=1; fi\n";
    fs_err::write(app.join(".profile.d/a.sh"), script).unwrap();
    let app = app::read(&app);
    let slug = classic::read(&app, None);
    let report = env_report(&slug, &app, &dyno_base(), None);
    let environment = &report.processes[0].environment;
    assert_eq!(environment.get("ON"), "dyno");
    assert_eq!(environment.get("PORT"), "…");
    assert!(!environment.is_set("LOST"));
    assert!(
        report.unknown.iter().any(|line| line.starts_with("KIND")),
        "{:?}",
        report.unknown
    );
}

#[test]
fn what_the_shell_goes_on_behind_is_no_error() {
    let files = [
        NODE,
        NODE_SH,
        (".heroku/node/bin/java", "#!/bin/sh\n"),
        (".heroku/node/bin/flock", "#!/bin/sh\n"),
        ("build/libs/app-1.0.jar", ""),
        ("index.js", ""),
    ];
    let fine = [
        "cd gone; node index.js",
        "if node gone.js; then echo yes; fi; node index.js",
        "java -jar build/libs/*.jar",
        "node --env-file-if-exists=.env index.js",
    ];
    assert_eq!(of_commands(&files, &fine), [""; 0]);
    let broken = [
        "cd gone && node index.js",
        "java -jar build/libs/shop-*.jar",
        "node --env-file=.env index.js",
        "node --env-file .env index.js",
        "flock /tmp/lock node gone.js",
        "node \"$PWD/gone.js\"",
    ];
    let found = of_commands(&files, &broken);
    assert_eq!(found.len(), broken.len(), "{found:#?}");
}

#[test]
fn what_the_shell_survives_is_a_warning() {
    let procfile = "a: ! node gone.js\nb: node gone.js; node server.js\nc: node gone.js & node server.js\n\
                    d: set -e; node gone.js; node server.js\ne: set -e; cd gone; node server.js\n";
    let files = [NODE, NODE_SH, ("server.js", ""), ("Procfile", procfile)];
    let found = of_rule("start-command-missing", &files, &[]);
    assert_eq!(
        found,
        [
            "error start-command-missing Procfile:4: `d`: `node gone.js` needs the file gone.js, which does not exist.",
            "error start-command-missing Procfile:5: `e`: `node server.js` starts in the folder gone, which does not \
             exist.",
            "warn start-command-missing Procfile:2: `b`, `c`: `node gone.js` needs the file gone.js, which does not \
             exist.",
        ]
    );
}

#[test]
fn what_a_program_takes_out_of_a_module_is_in_it() {
    let procfile = "a: gunicorn web:app\nb: gunicorn web:gone\nc: gunicorn web\nd: uvicorn --app-dir src api:app\n\
                    e: uvicorn --app-dir src api:gone\nf: gunicorn computed:anything\ng: python -m pkg\n\
                    h: sh -c 'node \"$0\"' gone.js\ni: java -cp classes com.x.Main\nj: java -cp classes com.x.Gone\n\
                    k: gunicorn 'web:app()'\nl: gunicorn 'web:made(\"a/b=c\")'\n";
    let program = ("bin/x", "");
    let files = [
        NODE,
        NODE_SH,
        program,
        (".heroku/python/bin/gunicorn", "#!/bin/sh\n"),
        (".heroku/python/bin/uvicorn", "#!/bin/sh\n"),
        (".heroku/python/bin/python", "#!/bin/sh\n"),
        (
            ".profile.d/python.sh",
            "export PATH=\"$HOME/.heroku/python/bin:$PATH\"\n",
        ),
        ("web.py", "def app(environ, start):\n    pass\n"),
        ("src/api.py", "app = 1\n"),
        ("computed.py", "from web import *\n"),
        ("pkg/__init__.py", ""),
        ("classes/com/x/Main.class", ""),
        ("Procfile", procfile),
    ];
    let found = of_rule("start-command-missing", &files, &[]);
    let lacks = |line: &str| found.iter().any(|one| one.contains(line));
    for wanted in [
        "Procfile:2: `b`: `gunicorn web:gone` needs `gone` in the module web, which does not have it.",
        "Procfile:3: `c`: `gunicorn web` needs `application` in the module web, which does not have it.",
        "Procfile:5: `e`: `uvicorn --app-dir src api:gone` needs `gone` in the module api, which does not have it.",
        "Procfile:7: `g`: `python -m pkg` needs the file pkg/__main__.py, which does not exist.",
        "Procfile:8: `h`: `node \"$0\"` needs the file gone.js, which does not exist.",
        "Procfile:10: `j`: `java -cp classes com.x.Gone` needs the class com.x.Gone, which its class path does not \
         have.",
        "Procfile:12: `l`: `gunicorn 'web:made(\"a/b=c\")'` needs `made` in the module web, which does not have it.",
    ] {
        assert!(lacks(wanted), "{wanted}\n{found:#?}");
    }
    assert_eq!(found.len(), 7, "{found:#?}");
}

#[test]
fn bundler_needs_its_file() {
    let procfile = "a: bundle exec ruby run.rb\nb: cd api && bundle exec ruby run.rb\nc: BUNDLE_GEMFILE=api/Gemfile \
                    bundle exec ruby run.rb\nd: BUNDLE_GEMFILE=gone/Gemfile bundle exec ruby run.rb\n";
    let files = [
        (".heroku/ruby/bin/bundle", "#!/bin/sh\n"),
        (".heroku/ruby/bin/ruby", "#!/bin/sh\n"),
        (
            ".profile.d/ruby.sh",
            "export PATH=\"$HOME/.heroku/ruby/bin:$PATH\"\n",
        ),
        ("run.rb", ""),
        ("api/run.rb", ""),
        ("api/Gemfile", ""),
        ("Procfile", procfile),
    ];
    let found = of_rule("start-command-missing", &files, &[]);
    assert_eq!(
        found,
        [
            "error start-command-missing Procfile:1: `a`: `bundle exec ruby run.rb` needs a Gemfile, and there is \
             none.",
            "error start-command-missing Procfile:4: `d`: `BUNDLE_GEMFILE=gone/Gemfile bundle exec ruby run.rb` needs \
             gone/Gemfile, which does not exist.",
        ]
    );
}

#[test]
fn npx_brings_nothing_where_it_is_told_not_to() {
    let procfile = "a: npx --no-install tool\nb: npx --no-install gone\nc: npx gone\nd: npm run bad\ne: npm run good\n";
    let files = [
        NODE,
        (".heroku/node/bin/npx", "#!/bin/sh\n"),
        (".heroku/node/bin/npm", "#!/bin/sh\n"),
        NODE_SH,
        ("node_modules/.bin/tool", "#!/bin/sh\n"),
        (
            "package.json",
            r#"{"scripts":{"bad":"nobodys x","good":"tool x"}}"#,
        ),
        ("Procfile", procfile),
    ];
    let found = of_rule("start-", &files, &[]);
    let processes = |letter: &str| {
        found
            .iter()
            .filter(|one| one.contains(&format!("`{letter}`:")))
            .count()
    };
    assert_eq!(
        ["a", "b", "c", "d", "e"].map(processes),
        [0, 1, 0, 1, 0],
        "{found:#?}"
    );
}
