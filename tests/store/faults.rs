//! Faults between builds and a store: no build fails, and no tree is a wrong one.

use std::collections::BTreeMap;

use crate::proxy::{Dice, Proxy};
use crate::servers;
use crate::support::Ran;
use crate::team::Team;

/// Builds with faults in CI; `SLUGSMITH_LONG=1` makes more.
const SHORT: u64 = 40;
const LONG: u64 = 500;

#[test]
#[ignore = "real servers, made with Go"]
fn no_fault_of_a_store_fails_a_build_or_gives_a_wrong_tree() {
    let runs = match std::env::var_os("SLUGSMITH_LONG") {
        Some(_) => LONG,
        None => SHORT,
    };
    let (s3, registry) = (servers::s3(), servers::registry());
    let (to_s3, to_registry) = (Proxy::before(s3.port), Proxy::before(registry.port));
    let versions = ["2.0.0", "2.0.1", "2.0.2"];
    let mut clean = BTreeMap::new();
    for version in versions {
        let alone = Team::with("", s3.port);
        alone.lock(version);
        clean.insert(version, alone.build("clean").well().tree);
    }
    let teams = [
        Team::with("s3://caches/team", to_s3.port).set("SLUGSMITH_STORE_WAIT", "2"),
        Team::with(
            &format!("oci+http://127.0.0.1:{}/team", to_registry.port),
            s3.port,
        )
        .set("SLUGSMITH_STORE_WAIT", "2"),
    ];
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut hits = 0;
    for run in 0..runs {
        let version = versions[dice.roll(versions.len())];
        let team = &teams[dice.roll(teams.len())];
        team.lock(version);
        for proxy in [&to_s3, &to_registry] {
            proxy.seed(run + 1);
        }
        // A machine of its own, or one of two that keep their cache; at times two at once.
        let name = match dice.roll(4) {
            0 => "kept-1".to_owned(),
            1 => "kept-2".to_owned(),
            _ => format!("new-{run}"),
        };
        let mut machines = vec![name];
        if dice.roll(4) == 0 {
            machines.push(format!("also-{run}"));
        }
        let started: Vec<_> = machines
            .iter()
            .map(|machine| {
                let mut command = team.command(machine);
                command
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        for (machine, child) in machines.iter().zip(started) {
            let ran = Ran::from(child.wait_with_output().unwrap());
            let built = team.built(machine, ran);
            let seed = run + 1;
            assert_eq!(
                built.ran.code, 0,
                "seed {seed}: {}{}",
                built.ran.stdout, built.ran.stderr
            );
            assert!(
                built.tree == clean[version],
                "seed {seed}: {}",
                built.ran.stdout
            );
            hits += usize::from(built.ran.stdout.contains("taken from"));
            if !machine.starts_with("kept") {
                let _ = fs_err::remove_dir_all(team.sandbox.path(machine));
            }
        }
    }
    println!("{runs} runs, {hits} caches taken from a store");
    assert!(hits > 0, "the store was never of use");
}
