//! Real servers on loopback, each with a folder and a port of its own.

#![allow(dead_code)] // container tests use some of them

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::bed_folder;

pub(crate) const USER: &str = "KEYID-of-the-test";
pub(crate) const SECRET: &str = "a-secret-of-the-test";

fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| bed_folder("stores"))
}

/// A server; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn started(mut command: Command, folder: tempfile::TempDir, port: u16) -> Server {
    let command = command
        .env_clear()
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let server = Server {
        child: command.spawn().unwrap(),
        folder,
        port,
    };
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "the server does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

/// An S3 server with a bucket `caches`.
pub(crate) fn s3() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let bucket = folder.path().join("data/caches");
    fs_err::create_dir_all(&bucket).unwrap();
    let port = free_port();
    let mut command = Command::new(programs().join("bin/rclone"));
    command
        .args(["serve", "s3", "--auth-key", &format!("{USER},{SECRET}")])
        .args(["--addr", &format!("127.0.0.1:{port}")])
        .arg(folder.path().join("data"));
    started(command, folder, port)
}

/// A registry that anybody may use.
pub(crate) fn registry() -> Server {
    registry_with(tempfile::tempdir().unwrap(), "")
}

/// A registry with settings for its logins, whose files lie in `folder`.
pub(crate) fn registry_with(folder: tempfile::TempDir, auth: &str) -> Server {
    let port = free_port();
    let root = folder.path().display();
    let settings = format!(
        "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {root}/data}}, \
         delete: {{enabled: true}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n{auth}"
    );
    let file = folder.path().join("settings.yml");
    fs_err::write(&file, settings).unwrap();
    let mut command = Command::new(programs().join("bin/docker-registry"));
    command.arg("serve").arg(file);
    started(command, folder, port)
}
