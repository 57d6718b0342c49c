//! How long a build waits for a store that is there and does not go on.
//!
//! The servers would hold each connection for longer than the test's bound: that a line says "did
//! not answer in time", and not that an answer was cut off, shows which of the two gave up.

use crate::proxy::{Fault, Proxy};
use crate::servers;
use crate::team::Team;

/// A bucket and a registry, filled, and their addresses behind this fault.
fn behind(fault: Fault, check: impl Fn(&dyn Fn() -> Team)) {
    let (s3, registry) = (servers::s3(), servers::registry());
    let to_s3 = Proxy::doing(fault, s3.port);
    let to_registry = Proxy::doing(fault, registry.port);
    let url = |port| format!("oci+http://127.0.0.1:{port}/team");
    for (well, ill) in [
        (
            ("s3://caches/team".to_owned(), s3.port),
            ("s3://caches/team".to_owned(), to_s3.port),
        ),
        (
            (url(registry.port), registry.port),
            (url(to_registry.port), to_registry.port),
        ),
    ] {
        if fault != Fault::Deaf {
            let (url, port) = well;
            Team::with(&url, port)
                .build("one")
                .well()
                .says("npm: written");
        }
        let (url, port) = ill;
        check(&|| Team::with(&url, port).set("SLUGSMITH_STORE_WAIT", "1"));
    }
}

#[test]
#[ignore = "real servers, made with Go"]
fn a_pack_that_does_not_come_to_its_end_is_a_miss() {
    for fault in [Fault::Stalled, Fault::Dripping] {
        behind(fault, |team| {
            let clean = team().set("SLUGSMITH_STORE_URL", "").build("clean").well();
            let reader = team().set("SLUGSMITH_STORE_WRITE", "never");
            let built = reader.build("two").well();
            built
                .says("did not answer in time")
                .says("MISS, first build");
            assert_eq!(built.tree, clean.tree);
            let lines = built.ran.stdout.lines();
            let told = lines.filter(|line| line.contains("did not answer in time"));
            assert_eq!(told.count(), 1, "{}", built.ran.stdout);
        });
    }
}

#[test]
#[ignore = "real servers, made with Go"]
fn an_upload_that_nobody_answers_is_given_up() {
    behind(Fault::Deaf, |team| {
        let built = team().build("one").well();
        built.says("given up").says("MISS, first build");
        assert!(
            !built.ran.stdout.contains("written"),
            "{}",
            built.ran.stdout
        );
    });
}

#[test]
#[ignore = "real servers, made with Go"]
fn a_store_that_never_answers_is_left_aside_once() {
    behind(Fault::Silent, |team| {
        let built = team().build("two").well();
        built
            .says("is left aside: 127.0.0.1")
            .says("it did not answer in time")
            .says("MISS, first build");
    });
}
