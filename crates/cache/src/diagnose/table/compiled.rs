//! What Go, Cargo, Maven and Gradle print where a build fails for a reason of the app.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &["go"],
        says: &[
            &["requires go >="],
            &["invalid go version"],
            &["unknown directive: toolchain"],
        ],
        answers: &[],
        means: "go.mod wants a newer Go than the one that is here.",
        step: "Let the Go buildpack install it: `// +heroku goVersion go1.25` in go.mod, or lower \
              the go line.",
    },
    Failure {
        tools: &["go"],
        says: &[
            &["missing go.sum entry"],
            &["updates to go.mod needed"],
            &["checksum mismatch"],
        ],
        answers: &[],
        means: "go.sum is out of step with go.mod.",
        step: "`go mod tidy`, and commit both files.",
    },
    Failure {
        tools: &["go"],
        says: &[&["no matching files found"]],
        answers: &[],
        means: "An embedded path does not exist when the program is compiled.",
        step: "Make it before: a build script of package.json runs before compilers; or commit the \
              files.",
    },
    Failure {
        tools: &["go"],
        says: &[
            &["cannot find module providing package"],
            &["no required module provides package"],
        ],
        answers: &[],
        means: "A package is imported that no module of go.mod has.",
        step: "`go mod tidy`, and commit go.mod and go.sum.",
    },
    Failure {
        tools: &["cargo"],
        says: &[
            &["the lock file", "needs to be updated but --locked"],
            &["because --locked was passed"],
        ],
        answers: &[],
        means: "Cargo.lock is out of step with Cargo.toml.",
        step: "`cargo update --workspace`, and commit Cargo.lock.",
    },
    Failure {
        tools: &["cargo"],
        says: &[
            &["requires rustc"],
            &["is not supported by the following package"],
        ],
        answers: &[],
        means: "A crate wants a newer Rust than the one that is here.",
        step: "Name the version in rust-toolchain.toml, which the Rust buildpack follows.",
    },
    Failure {
        tools: &["mvn", "mvnw", "gradle", "gradlew"],
        says: &[
            &["invalid target release"],
            &["Unsupported class file major version"],
            &["release version", "not supported"],
        ],
        answers: &[],
        means: "The project wants another Java than the one that is here.",
        step: "Write java.runtime.version=25 (or the version of the project) to system.properties.",
    },
];
