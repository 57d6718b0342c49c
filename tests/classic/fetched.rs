//! The repository itself as a classic buildpack: its `bin/compile` fetches the binary of
//! the pinned release from a web server, and runs it only if it is the one that was pinned.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shop::shop;
use crate::support::{BINARY, Ran, Sandbox, listing, repository};

/// A web server on the loopback address that has these files and ends with the test run.
fn serve(files: HashMap<String, Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            for header in lines {
                if header.unwrap().is_empty() {
                    break;
                }
            }
            let path = request.split(' ').nth(1).unwrap_or_default();
            let (status, body) = match files.get(path) {
                Some(body) => ("200 OK", body.as_slice()),
                None => ("404 Not Found", &b"no such asset"[..]),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            // curl hangs up on a 404, which is no fault of the test.
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
        }
    });
    format!("http://127.0.0.1:{}", address.port())
}

/// A release with one asset, and what pins it.
struct Release {
    asset: String,
    archive: Vec<u8>,
    sum: String,
}

impl Release {
    /// `./bin/build` in a tarball, as `scripts/package` makes it.
    fn of(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir(folder.path().join("bin")).unwrap();
        fs_err::copy(program, folder.path().join("bin/build")).unwrap();
        let archive = folder.path().join("asset.tgz");
        let mut tar = Command::new("tar");
        tar.arg("-cf").arg(&archive).arg("-C").arg(folder.path());
        let tar = tar.args(["--use-compress-program", "gzip -1", "./bin"]);
        Ran::from(tar.output().unwrap()).expect(0);
        let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
        Self {
            asset: format!("slugsmith-9.9.9-{}.tgz", std::env::consts::ARCH),
            archive: fs_err::read(archive).unwrap(),
            sum: String::from_utf8(sum.stdout).unwrap()[..64].to_owned(),
        }
    }

    /// A program that tells how it was called.
    fn of_script() -> Self {
        let sandbox = Sandbox::new().program("build", "#!/bin/sh\necho \"called: $*\"\n");
        Self::of(&sandbox.path("bin/build"))
    }

    fn served(&self) -> String {
        serve(HashMap::from([(
            format!("/v9.9.9/{}", self.asset),
            self.archive.clone(),
        )]))
    }

    fn pin(&self, url: &str) -> String {
        let arch = std::env::consts::ARCH;
        format!(
            "version=9.9.9\nurl={url}/v9.9.9\nsha256_{arch}={}\n",
            self.sum
        )
    }
}

/// A clone of this repository, as far as the platform runs it.
fn clone(sandbox: &Sandbox, pinned: &str) -> PathBuf {
    let clone = sandbox.path("clone");
    let options = fs_extra::dir::CopyOptions::new();
    fs_err::create_dir(&clone).unwrap();
    fs_extra::dir::copy(repository("bin"), &clone, &options).unwrap();
    fs_err::copy(repository("buildpack.toml"), clone.join("buildpack.toml")).unwrap();
    fs_err::write(clone.join("bin/pinned"), pinned).unwrap();
    clone
}

fn step(sandbox: &Sandbox, clone: &Path, name: &str) -> Ran {
    let mut command = sandbox.command(clone.join("bin").join(name));
    command.env("STACK", "heroku-24").arg(sandbox.app());
    if name != "detect" && name != "release" {
        command.args([sandbox.path("cache"), sandbox.path("env")]);
    }
    Ran::from(command.output().unwrap())
}

#[test]
fn the_pinned_release_is_fetched_checked_and_run() {
    let release = Release::of(Path::new(BINARY));
    let sandbox = shop();
    let clone = clone(&sandbox, &release.pin(&release.served()));
    assert_eq!(
        step(&sandbox, &clone, "detect").expect(0).stdout,
        "slugsmith\n"
    );
    let ran = step(&sandbox, &clone, "compile").expect(0);
    assert!(ran.stdout.contains("MISS, first build"), "{}", ran.stdout);
    assert!(ran.stdout.contains("-----> Strip"), "{}", ran.stdout);
    assert_eq!(
        step(&sandbox, &clone, "release").expect(0).stdout,
        "--- {}\n"
    );
    let report = step(&sandbox, &clone, "report").expect(0);
    assert_eq!(report.json()["schema"], "slugsmith.report/1");
    let names = listing(&clone.join("bin"));
    assert!(
        names
            .iter()
            .all(|(path, _)| !path.display().to_string().contains("fetch.")),
        "{names:?}"
    );
    // Once fetched it is there, and the release may go.
    fs_err::write(clone.join("bin/pinned"), release.pin("http://127.0.0.1:1")).unwrap();
    step(&sandbox, &clone, "compile").expect(0);
}

#[test]
fn a_config_var_names_a_mirror_and_the_checksum_stays() {
    let release = Release::of_script();
    let sandbox = shop();
    let clone = clone(&sandbox, &release.pin("http://127.0.0.1:1"));
    let mirror = format!("{}/v9.9.9", release.served());
    fs_err::write(sandbox.path("env/SLUGSMITH_RELEASE_URL"), mirror).unwrap();
    let ran = step(&sandbox, &clone, "compile").expect(0);
    let mut wanted = String::from("called:");
    for name in ["app", "cache", "env"] {
        let _ = write!(wanted, " {}", sandbox.path(name).display());
    }
    assert_eq!(ran.stdout.trim_end(), wanted);
}

#[test]
fn another_file_than_the_pinned_one_is_not_run() {
    let mut release = Release::of_script();
    let sandbox = shop();
    let url = release.served();
    release.sum = "0".repeat(64);
    let clone = clone(&sandbox, &release.pin(&url));
    let ran = step(&sandbox, &clone, "compile").expect(1);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr
            .contains(" !     The slugsmith that was fetched is not the one that was released\n")
            && ran.stderr.contains("Nothing of it was run"),
        "{}",
        ran.stderr
    );
    assert!(!clone.join("bin/slugsmith-9.9.9-x86_64").exists());
}

#[test]
fn a_release_that_is_not_there_is_an_error_with_steps_and_without_secrets() {
    let release = Release::of_script();
    let sandbox = shop();
    let url = serve(HashMap::new()).replace("http://", "http://me:hunter2@");
    let clone = clone(&sandbox, &release.pin(&url));
    let ran = step(&sandbox, &clone, "compile").expect(1);
    for line in [
        " !     slugsmith 9.9.9 could not be fetched\n",
        "404",
        "/v9.9.9/slugsmith-9.9.9-",
        "heroku config:set SLUGSMITH_RELEASE_URL=",
    ] {
        assert!(ran.stderr.contains(line), "{line}\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn without_a_pinned_release_for_this_machine_the_error_says_so() {
    let sandbox = shop();
    let clone = clone(&sandbox, "");
    let ran = step(&sandbox, &clone, "compile").expect(1);
    assert!(
        ran.stderr.contains("names no release to fetch"),
        "{}",
        ran.stderr
    );
    fs_err::write(clone.join("bin/pinned"), "version=1.0.0\nsha256_m68k=00\n").unwrap();
    let ran = step(&sandbox, &clone, "compile").expect(1);
    assert!(
        ran.stderr.contains("checksums for: m68k."),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_needs_no_binary_fetches_none() {
    let sandbox = shop();
    let clone = clone(&sandbox, "version=9.9.9\nurl=http://127.0.0.1:1\n");
    let before = listing(&sandbox.app());
    step(&sandbox, &clone, "test-compile").expect(0);
    assert_eq!(step(&sandbox, &clone, "report").expect(0).stdout, "{}\n");
    assert_eq!(listing(&sandbox.app()), before);
    let empty = Sandbox::new();
    step(&empty, &clone, "detect").expect(1);
}
