//! A broken budget fails the build and says what to do.

use libcnb_test::{PackResult, TestRunner, assert_contains};

use crate::runner::{SLUGSMITH, config, log};
use crate::support::{Sandbox, repository};

#[test]
#[ignore = "container test"]
fn over_budget_fails_and_names_the_largest_parts() {
    let shop = Sandbox::of(&repository("examples/storefront")).file(
        "project.toml",
        "[_]\nschema-version = \"0.2\"\n\n[com.slugsmith.budget]\nfail = \"1 MB\"\n",
    );
    let mut config = config(&shop.app(), &["runtime-node", "procfile", SLUGSMITH]);
    config.expected_pack_result(PackResult::Failure);
    TestRunner::default().build(config, |context| {
        let text = log(&context);
        assert_contains!(text, "ERROR: The slug is over its budget");
        assert_contains!(text, "over the budget of 1 MB");
        assert_contains!(text, "project.toml line 5");
        assert_contains!(text, "libvips");
        assert_contains!(text, "slugsmith explain budget-exceeded");
    });
}
