//! What any tool prints where the machine or another version of the tool is the reason.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &["bun", "uv", "poetry", "cargo", "bundle"],
        says: &[
            &["Unknown lockfile version"],
            &["uses an unsupported schema version"],
            &["lock file is not compatible with the current version of Poetry"],
            &["does not understand this lock file"],
            &["You must use Bundler", "with this lockfile"],
        ],
        answers: &[],
        means: "The lockfile was written by a newer version of the tool than the one that is here.",
        step: "Name the tool's newer version where its buildpack looks for it, or write the lockfile \
              anew with the one that is here.",
    },
    Failure {
        tools: &[],
        says: &[&["ENOSPC"], &["No space left on device"]],
        answers: &[],
        means: "The disk is full.",
        step: "Free space, or give the builder a larger disk.",
    },
    Failure {
        tools: &[],
        says: &[
            &["Killed"],
            &["ENOMEM"],
            &["Cannot allocate memory"],
            &["OutOfMemoryError"],
        ],
        answers: &[],
        means: "The build ran out of memory.",
        step: "Lower what runs at once (npm: --maxsockets 4; Gradle: org.gradle.workers.max=1), or \
              build on a larger machine.",
    },
    Failure {
        tools: &[],
        says: &[
            &["CERT_"],
            &["SELF_SIGNED_CERT"],
            &["self signed certificate"],
            &["self-signed certificate"],
            &["certificate verify failed"],
            &["UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
            &["UNABLE_TO_GET_ISSUER_CERT"],
            &["x509: certificate signed by unknown authority"],
        ],
        answers: &[],
        means: "The certificate of the registry is not trusted here.",
        step: "Behind a proxy of your own give its certificate: NODE_EXTRA_CA_CERTS, SSL_CERT_FILE \
              or PIP_CERT as a config var.",
    },
];
