//! Several buildpacks before ours: who set what, which executable wins, who owns what.

use libcnb_test::{ContainerConfig, TestRunner, assert_contains};

use crate::runner::{SLUGSMITH, config, log};
use crate::support::{Sandbox, repository};

#[test]
#[ignore = "container test"]
fn the_stack_is_explained() {
    let app = Sandbox::of(&repository("tests/bed/apps/tiny"));
    let group = [
        "runtime-node",
        "tools-acme",
        "agent-metrics",
        "procfile",
        SLUGSMITH,
    ];
    TestRunner::default().build(config(&app.app(), &group), |context| {
        let text = log(&context);
        assert_contains!(text, "- Stack (5 buildpacks, this one last)");
        assert_contains!(text, "`node` exists twice at launch");
        assert_contains!(text, "NODE_PATH");
        for process in ["web", "worker", "clock"] {
            assert_contains!(text, process);
        }
        // The real launcher agrees about the winner.
        let version = context.run_shell_command("command -v node");
        assert_contains!(version.stdout, "/tools/bin/node");
        let mut container = ContainerConfig::new();
        container.env("PORT", "8181").expose_port(8181);
        context.start_container(container, |container| {
            crate::runner::get(container.address_for_port(8181), "/");
        });
    });
}
