//! Lists of classic buildpacks: `bin/compile BUILD_DIR CACHE_DIR ENV_DIR` one after the other,
//! each with the `export` files of those before it, then a dyno's shell.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::classic_list::{ROWS, Row, StandIn};
use crate::look::{self, Built, program, same, tools, write_app};
use crate::release;
use crate::support::{BINARY, repository};

/// A machine that builds one app again and again.
struct Platform {
    root: TempDir,
    buildpacks: Vec<PathBuf>,
}

impl Platform {
    fn new(list: &[&StandIn], with_slugsmith: bool) -> Self {
        let root = tempfile::tempdir().unwrap();
        for name in ["cache", "env", "tools"] {
            fs_err::create_dir(root.path().join(name)).unwrap();
        }
        tools(&root.path().join("tools"), &root.path().join("calls"));
        let mut buildpacks = Vec::new();
        // Folder names on the platform say nothing; the times at which they are made do.
        for (number, stand_in) in list.iter().enumerate() {
            let folder = root
                .path()
                .join(format!("buildpacks/{}", "fdab9"[number..=number].repeat(8)));
            program(
                &folder.join("bin/compile"),
                &format!(
                    "#!/usr/bin/env bash\nset -eu\ncd \"$1\"\n{}",
                    stand_in.compile
                ),
            );
            if let Some(release) = stand_in.release {
                program(
                    &folder.join("bin/release"),
                    &format!("#!/usr/bin/env bash\ncd \"$1\"\n{release}"),
                );
            }
            buildpacks.push(folder);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if with_slugsmith {
            let own = root.path().join("buildpacks/slugsmith");
            fs_err::create_dir_all(own.join("bin")).unwrap();
            fs_err::copy(repository("buildpack.toml"), own.join("buildpack.toml")).unwrap();
            for name in ["detect", "compile", "release", "report"] {
                std::os::unix::fs::symlink(BINARY, own.join("bin").join(name)).unwrap();
            }
            buildpacks.push(own);
        }
        Self { root, buildpacks }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn build(&self, files: &[(&str, &str)], number: usize) -> Built {
        // Each build has a folder of its own; both platforms name it alike.
        let app = self.path(&format!("build_{number}"));
        write_app(&app, files);
        let _ = fs_err::remove_file(self.path("calls"));
        let mut built = Built::default();
        for (at, buildpack) in self.buildpacks.iter().enumerate() {
            let exports = self
                .buildpacks
                .iter()
                .take(at)
                .map(|one| one.join("export"));
            let sourced: String = exports
                .filter(|file| file.exists())
                .map(|file| format!(". '{}'; ", file.display()))
                .collect();
            let line = format!("set -a; {sourced}set +a; exec \"$0\" \"$@\"");
            let ran = Command::new("/bin/bash")
                .args(["-c", &line])
                .arg(buildpack.join("bin/compile"))
                .args([&app, &self.path("cache"), &self.path("env")])
                .env_clear()
                .env(
                    "PATH",
                    format!("{}:/usr/bin:/bin", self.path("tools").display()),
                )
                .envs([("HOME", "/app"), ("STACK", "heroku-24")])
                .output()
                .unwrap();
            built.log = format!(
                "{}{}",
                String::from_utf8_lossy(&ran.stdout),
                String::from_utf8_lossy(&ran.stderr)
            );
            assert!(
                ran.status.success(),
                "{}: {}",
                buildpack.display(),
                built.log
            );
        }
        let calls = fs_err::read_to_string(self.path("calls")).unwrap_or_default();
        built.calls = calls.lines().map(str::to_owned).collect();
        built.processes = release::processes(&app, &self.buildpacks);
        for (name, command) in built.processes.clone() {
            let output =
                dyno(&app, &command).replace(&self.root.path().display().to_string(), "<root>");
            built.output.insert(name, output);
        }
        built.environment_of(&dyno(&app, "env"), self.root.path());
        built.ship(&app, self.root.path());
        built
    }
}

/// Runs a command as a dyno does: scripts of `.profile.d` first, `HOME` is the app.
fn dyno(app: &Path, command: &str) -> String {
    let line = format!(
        "for file in .profile.d/*.sh; do [ ! -f \"$file\" ] || . \"$file\"; done; {command}"
    );
    let mut shell = Command::new("/bin/bash");
    shell
        .args(["-c", &line])
        .current_dir(app)
        .env_clear()
        .envs([
            ("PATH", "/usr/bin:/bin"),
            ("PORT", "5000"),
            ("SLUGSMITH_LAUNCH_CHECK", "0"),
        ])
        .env("HOME", app);
    look::run(shell, command)
}

fn check(row: &Row) {
    let (without, with) = (
        Platform::new(row.list, false),
        Platform::new(row.list, true),
    );
    let mut changed = row.app.to_vec();
    changed.push(row.change);
    for (number, files) in [(1, row.app), (2, row.app), (3, changed.as_slice())] {
        let name = format!("{}, build {number}", row.name);
        let (plain, ours) = (without.build(files, number), with.build(files, number));
        assert!(
            plain.output.values().all(|output| output.ends_with("rc=0")),
            "{name}: {:?}",
            plain.output
        );
        same(&name, &plain, &ours);
    }
}

#[test]
fn behind_classic_buildpacks_an_app_is_what_it_is_without() {
    let broken: Vec<_> = ROWS
        .iter()
        .filter(|row| std::panic::catch_unwind(|| check(row)).is_err())
        .map(|row| row.name)
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn the_platform_merges_the_same_process_types() {
    const NODE: &StandIn = &StandIn {
        compile: "",
        release: Some("printf -- '---\\ndefault_process_types:\\n  web: npm start\\n'"),
    };
    const NONE: &StandIn = &StandIn {
        compile: "",
        release: None,
    };
    const EMPTY: &StandIn = &StandIn {
        compile: "",
        release: Some("echo '--- {}'"),
    };
    const RAILS: &StandIn = &StandIn {
        compile: "mkdir -p tmp; printf -- '---\\naddons: []\\ndefault_process_types:\\n  web: bin/rails server\\n  \
            rake: bundle exec rake\\n' > tmp/heroku-buildpack-release-step.yml",
        release: Some("cat tmp/heroku-buildpack-release-step.yml"),
    };
    let lists: &[&[&StandIn]] = &[
        &[NODE],
        &[NONE],
        &[EMPTY],
        &[RAILS],
        &[NODE, NONE],
        &[NONE, NODE],
        &[NODE, RAILS],
        &[RAILS, NODE],
        &[NODE, EMPTY],
        &[EMPTY, RAILS],
        &[NODE, RAILS, NONE],
        &[NONE, NONE, NODE],
        &[RAILS, EMPTY, NODE],
        &[RAILS, NODE, EMPTY],
        &[NONE, NODE, NONE, RAILS],
        &[RAILS, NODE, NONE, NONE],
        &[EMPTY, RAILS, NODE, NONE],
    ];
    for list in lists {
        for procfile in [None, Some("worker: bin/work\n"), Some("web: bin/serve\n")] {
            let mut app = vec![("index.html", "hi")];
            app.extend(procfile.map(|text| ("Procfile", text)));
            let build = |with| {
                let platform = Platform::new(list, with);
                let path = platform.path("build_1");
                write_app(&path, &app);
                for buildpack in &platform.buildpacks {
                    let ran = Command::new(buildpack.join("bin/compile"))
                        .args([&path, &platform.path("cache"), &platform.path("env")])
                        .output()
                        .unwrap();
                    assert!(
                        ran.status.success(),
                        "{}",
                        String::from_utf8_lossy(&ran.stderr)
                    );
                }
                release::processes(&path, &platform.buildpacks)
            };
            let number = lists.iter().position(|one| std::ptr::eq(*one, *list));
            assert_eq!(
                build(false),
                build(true),
                "list {number:?}, Procfile {procfile:?}"
            );
        }
    }
}

#[test]
fn contradictory_evidence_installs_nothing_and_the_log_says_why() {
    const ODD: &StandIn = &StandIn {
        compile: "ln -s /nonexistent/elsewhere node_modules",
        release: None,
    };
    let platform = Platform::new(&[ODD], true);
    let built = platform.build(
        &[
            (
                "package.json",
                "{\"name\":\"a\",\"dependencies\":{\"ms\":\"2.1.3\"}}",
            ),
            (
                "package-lock.json",
                "{\"lockfileVersion\":3,\"packages\":{\"\":{},\
                \"node_modules/ms\":{\"version\":\"2.1.3\"}}}",
            ),
        ],
        1,
    );
    assert!(built.calls.is_empty(), "{:?}", built.calls);
    assert!(
        built.log.contains(
            "not installed, node_modules is a link out of the app that leads nowhere in this build"
        ),
        "{}",
        built.log
    );
}

#[test]
fn every_row_has_a_name_of_its_own() {
    let mut names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
    names.extend(crate::cloud_native_list::ROWS.iter().map(|row| row.name));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 40, "{count}");
    assert!(look::TOOLS.len() > 20);
}
