//! What a script of the app prints where it fails for want of something that a build does not have.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[Failure {
    tools: &[],
    says: &[
        &["ECONNREFUSED"],
        &["ENOTFOUND"],
        &["EAI_AGAIN"],
        &["ETIMEDOUT"],
        &["Connection refused"],
        &["connection refused"],
        &["could not translate host name"],
        &["Can't reach database server"],
    ],
    answers: &[],
    means: "The script asks a server that the build can't reach: its database, an API, or the app itself.",
    step: "Let the script do without it: databases are there at launch and in the release phase; pages that need \
          data are made when they are asked for. An API has to be reachable from the build.",
}];
