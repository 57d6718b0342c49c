//! The evaluator of shell scripts against bash itself.
//!
//! Every form of `bash_forms.txt` alone and behind another one, with three environments around
//! it. What the evaluator says is known has to be what bash gives to a program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use slugsmith::facts::bash;
use slugsmith::facts::shell::{Shell, Trouble, Value};

type Variables = BTreeMap<String, String>;

/// What a program would get behind these scripts; `None` if the shell has ended.
fn of_bash(folder: &Path, base: &Variables, scripts: &[String]) -> Option<Variables> {
    let run = "for f in s0.sh s1.sh; do if [ -e $f ]; then . ./$f >/dev/null 2>&1 </dev/null; fi; done; \
               exec /usr/bin/env -0";
    for (index, script) in scripts.iter().enumerate() {
        fs_err::write(folder.join(format!("s{index}.sh")), script).unwrap();
    }
    let output = Command::new("/bin/bash")
        .args(["--norc", "--noprofile", "-c", run])
        .current_dir(folder)
        .env_clear()
        .envs(base)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found: Variables = text
        .split('\0')
        .filter_map(|record| record.split_once('='))
        .filter(|(name, _)| !["PWD", "OLDPWD", "SHLVL", "_", "f"].contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    (!found.is_empty()).then_some(found)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    known: Variables,
    unknown: Vec<String>,
    ended: bool,
    /// It may have ended, or run code that can't be followed.
    open: bool,
}

fn of_model(base: &Variables, scripts: &[String]) -> Told {
    let sourced = |path: &str| (path == "./sourced.sh").then(|| "export SOURCED=1\n".to_owned());
    let mut shell = Shell::new(base.clone(), &sourced);
    let mut told = Told::default();
    for (index, script) in scripts.iter().enumerate() {
        if !shell.source(&format!("s{index}.sh"), &bash::parse(script)) {
            told.ended = true;
            break;
        }
    }
    let (variables, _, notes) = shell.into_history();
    for (name, variable) in variables {
        match (variable.exported, variable.value) {
            (Some(false), _) | (Some(true), Value::Unset | Value::List(_)) => {}
            (Some(true), Value::Text(text)) if !text.open => {
                told.known.insert(name, text.text);
            }
            _ => told.unknown.push(name),
        }
    }
    told.open = notes.iter().any(|note| {
        matches!(
            note.trouble,
            Trouble::MayExit | Trouble::RunsCode(_) | Trouble::TooLong
        )
    });
    told
}

fn bases() -> Vec<Variables> {
    let plain = [
        ("HOME", "/app"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("DYNO", "web.1"),
    ];
    let more = [
        ("LD_LIBRARY_PATH", "/u/lib"),
        ("JAVA_OPTS", "-Xmx1g"),
        ("WEB_CONCURRENCY", "7"),
        ("LANG", "C"),
        ("GEM_PATH", "/g"),
        ("FOO", "set"),
        ("JEMALLOC_ENABLED", "true"),
        ("LD_PRELOAD", ""),
        ("A", "1"),
    ];
    let of = |pairs: &[(&str, &str)]| -> Variables {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    vec![
        of(&plain),
        of(&[plain.as_slice(), more.as_slice()].concat()),
    ]
}

fn forms() -> Vec<String> {
    include_str!("bash_forms.txt")
        .split("%%\n")
        .map(str::to_owned)
        .collect()
}

#[test]
fn scripts_mean_what_they_mean_to_bash() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("sourced.sh"), "export SOURCED=1\n").unwrap();
    let forms = forms();
    let count = forms.len();
    let mut cases: Vec<Vec<String>> = forms.iter().map(|form| vec![form.clone()]).collect();
    cases.extend(
        forms
            .iter()
            .map(|form| vec![form.replace('\n', "\r\n")])
            .filter(|form| form[0].lines().count() == 1),
    );
    for (index, form) in forms.iter().enumerate() {
        let other = forms[(index * 7 + 13) % count].clone();
        // A missing line end glues two texts of one file; two files stay apart.
        cases.push(vec![other.clone(), form.clone()]);
        cases.push(vec![format!("{other}{form}")]);
    }
    let (mut wrong, mut unknown, mut values, mut run) = (Vec::new(), 0, 0, 0);
    for case in &cases {
        let _ = fs_err::remove_file(folder.path().join("s1.sh"));
        for base in bases() {
            run += 1;
            let (told, real) = (of_model(&base, case), of_bash(folder.path(), &base, case));
            unknown += told.unknown.len();
            let Some(real) = real else {
                if !told.ended && !told.open {
                    wrong.push(format!("{case:?}: bash has ended"));
                }
                continue;
            };
            if told.ended && !told.open {
                wrong.push(format!("{case:?}: bash goes on"));
                continue;
            }
            if told.open {
                continue;
            }
            values += told.known.len();
            for name in told.known.keys().chain(real.keys()) {
                let same = told.known.get(name) == real.get(name) || told.unknown.contains(name);
                if !same {
                    wrong.push(format!(
                        "{case:?}: {name} {:?}, bash {:?}",
                        told.known.get(name),
                        real.get(name)
                    ));
                }
            }
        }
    }
    wrong.dedup();
    assert!(
        run >= 800 && wrong.is_empty(),
        "{} of {run} runs:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // Nothing is gained by calling everything unknown.
    assert!(
        unknown * 15 < values,
        "{unknown} unknown beside {values} values"
    );
}
