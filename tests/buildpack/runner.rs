//! How a test calls `pack build`: the packaged directory and the fixture buildpacks on
//! the bed's builder.

use std::path::{Path, PathBuf};

use libcnb_test::{BuildConfig, BuildpackReference, TestContext};

use crate::support::repository;

/// The packaged buildpack, as it is shipped.
pub(crate) const SLUGSMITH: &str = "slugsmith";
/// The companion, packaged beside it.
pub(crate) const RESTORE: &str = "slugsmith-restore";

pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `scripts/test pack`"))
}

/// A build of `app` with the fixtures of these names, in order; [`SLUGSMITH`] is ours.
pub(crate) fn config(app: &Path, buildpacks: &[&str]) -> BuildConfig {
    let references: Vec<_> = buildpacks.iter().map(|name| reference(name)).collect();
    let mut config = BuildConfig::new(variable("SLUGSMITH_BED_BUILDER"), app);
    config.buildpacks(references);
    config
}

fn reference(name: &str) -> BuildpackReference {
    BuildpackReference::Other(path_of(name).display().to_string())
}

/// The folder of a buildpack: ours as packaged, or a fixture.
pub(crate) fn path_of(name: &str) -> PathBuf {
    let packaged = || PathBuf::from(variable("SLUGSMITH_PACKAGED"));
    match name {
        SLUGSMITH => packaged(),
        RESTORE => packaged().with_file_name(RESTORE),
        _ => repository("tests/fixtures/buildpacks").join(name),
    }
}

/// A file of the release, made with the packaged directory: `slugsmith-*.tgz`.
pub(crate) fn released(stem: &str, ending: &str) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
    let arch = std::env::consts::ARCH;
    let packaged = PathBuf::from(variable("SLUGSMITH_PACKAGED"));
    packaged.join(format!("../../dist/{stem}-{version}-{arch}.{ending}"))
}

/// The part of pack's output that is our log, without pack's own prefixes.
pub(crate) fn log(context: &TestContext) -> String {
    let all = format!("{}{}", context.pack_stdout, context.pack_stderr);
    all.lines()
        .map(|line| line.strip_prefix("[builder] ").unwrap_or(line))
        .skip_while(|line| !line.starts_with("## slugsmith"))
        .take_while(|line| !line.starts_with("===> ") && !line.contains("EXPORTING"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The body of an HTTP GET, retried while the server starts.
pub(crate) fn get(address: std::net::SocketAddr, path: &str) -> String {
    use std::io::{Read, Write};
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let answer = std::net::TcpStream::connect(address).and_then(|mut stream| {
            write!(stream, "GET {path} HTTP/1.0\r\nHost: shop\r\n\r\n")?;
            let mut text = String::new();
            stream.read_to_string(&mut text)?;
            Ok(text)
        });
        match answer {
            Ok(text) if !text.is_empty() => return text,
            other => {
                assert!(std::time::Instant::now() < deadline, "{other:?}");
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        }
    }
}
