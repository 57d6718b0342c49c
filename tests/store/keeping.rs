//! What looks after a store, with real ones: bounds by age and size, and the view of all reports.

use crate::servers;
use crate::support::Ran;
use crate::team::Team;

/// Each kind of store that has a server.
fn stores() -> Vec<(servers::Server, String)> {
    let (s3, registry) = (servers::s3(), servers::registry());
    let of_registry = format!("oci+http://127.0.0.1:{}/team/caches", registry.port);
    vec![(s3, "s3://caches/team".to_owned()), (registry, of_registry)]
}

impl Team {
    #[track_caller]
    fn slugsmith(&self, arguments: &[&str]) -> Ran {
        let mut command = self.sandbox.command(crate::support::BINARY);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ran::from(command.args(arguments).output().unwrap())
    }

    #[track_caller]
    fn collects(&self, url: &str, bounds: &[&str], wanted: &str) {
        let ran = self
            .slugsmith(&[&["store", "gc", url][..], bounds].concat())
            .expect(0);
        assert!(
            ran.stdout.starts_with(wanted),
            "{url} {bounds:?}: {}",
            ran.stdout
        );
        // A store whose objects weigh nothing could not be bounded.
        for weightless in ["9 objects (0 B)", "9 objects stay (0 B)"] {
            assert!(!ran.stdout.contains(weightless), "{url}: {}", ran.stdout);
        }
    }
}

/// An entry and its pack are three objects.
#[test]
#[ignore = "real servers, made with Go"]
fn a_store_is_bounded_by_age_and_by_size() {
    for (server, url) in stores() {
        let team = Team::with(&url, server.port);
        for version in ["2.0.0", "2.1.0", "2.2.0"] {
            team.lock(version);
            team.build("one").well().says("npm: written");
            // Entries are told apart by the second in which they were written.
            std::thread::sleep(std::time::Duration::from_millis(1100));
        }
        team.collects(&url, &[], "removed 0 objects");
        team.collects(
            &url,
            &["--days", "0", "--dry-run"],
            "would remove 9 objects",
        );
        // Each has about 2 kB.
        let ran = team
            .slugsmith(&["store", "gc", &url, "--dry-run"])
            .expect(0);
        assert!(ran.stdout.contains("9 objects stay"), "{}", ran.stdout);
        team.collects(&url, &["--size", "1 B"], "removed 9 objects");
        team.collects(&url, &["--size", "1 B"], "removed 0 objects");
        team.build("two")
            .well()
            .says("MISS, first build")
            .says("npm: written");
        team.build("three").well().says("taken from");
    }
}

#[test]
#[ignore = "real servers, made with Go"]
fn reports_of_builds_and_checks_become_one_view() {
    for (server, url) in stores() {
        let reporting = |app: &str| {
            let team = Team::with(&url, server.port).set("SLUGSMITH_STORE_REPORTS", "store");
            team.set("SLUGSMITH_STORE_APP", app)
        };
        reporting("shop").build("one").well();
        reporting("billing").build("one").well();
        let team = reporting("billing");
        team.slugsmith(&["check", "app", "--fail-on", "never"])
            .expect(0);
        let view = team
            .slugsmith(&["fleet", &url, "--format", "json"])
            .expect(0)
            .json();
        assert_eq!(view["reports"], 3, "{view:#}");
        let apps: Vec<_> = view["apps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|app| &app["app"])
            .collect();
        assert_eq!(apps.len(), 2, "{view:#}");
        // What the caches of the same store hold is no report.
        assert_eq!(
            view["refused"].as_array().map_or(0, Vec::len),
            0,
            "{view:#}"
        );
        let stranger = team.set(
            "SLUGSMITH_STORE_SECRET_ACCESS_KEY",
            "another-secret-of-a-test",
        );
        if url.starts_with("s3:") {
            let refused = stranger.slugsmith(&["fleet", &url]).expect(3);
            assert!(refused.stderr.contains("403"), "{}", refused.stderr);
            assert!(
                !refused.stderr.contains("another-secret"),
                "{}",
                refused.stderr
            );
        }
    }
}
