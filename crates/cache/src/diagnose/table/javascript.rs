//! What npm, yarn, pnpm and Bun print where an install fails for a reason of the app.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &["npm"],
        says: &[
            &["code EBADENGINE"],
            &["npm error engine Unsupported engine"],
        ],
        answers: &[],
        means: "The app or a package wants another version of Node.js or npm.",
        step: "Look at the name below. The app's own: let its buildpack install what engines.node asks \
              for. A package's: set engines.node in package.json to a version that it accepts.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["ERESOLVE"]],
        answers: &[],
        means: "Peer dependencies contradict each other.",
        step: "Raise or lower the packages named below until they agree (`npm explain PACKAGE` \
              shows who asks); `npm install --legacy-peer-deps` only postpones it.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["ETARGET"], &["No matching version found for"]],
        answers: &[],
        means: "A version that the manifest or the lockfile wants is not in the registry.",
        step: "Look at the name and version below: `npm view PACKAGE versions`; then `npm install` \
              and commit the lockfile.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["EINTEGRITY"]],
        answers: &[],
        means: "A downloaded package differs from the digest in the lockfile.",
        step: "If the package was published anew, write the lockfile anew: `rm package-lock.json && \
              npm install`; otherwise look at who answers as the registry.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["EUSAGE"]],
        answers: &[],
        means: "npm was called with options that this version does not take, or without a lockfile \
              that it needs.",
        step: "Commit package-lock.json (`npm install --package-lock-only`), and look at the first \
              line below.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["EJSONPARSE"], &["Failed to parse package.json"]],
        answers: &[],
        means: "package.json or the lockfile is not valid JSON.",
        step: "Mend the place that is named below; merge conflict marks are the usual cause: `git \
              grep -n '<<<<<<<'`.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["ENOTSUP"], &["EBADPLATFORM"]],
        answers: &[],
        means: "A package is for another operating system or processor.",
        step: "Move it to optionalDependencies, or write the lockfile anew on Linux: `npm install`.",
    },
    Failure {
        tools: &["npm", "yarn", "pnpm", "bun"],
        says: &[
            &["gyp ERR!", "not found: make"],
            &["gyp ERR!", "stack Error: not found"],
            &["gyp ERR! find Python"],
            &["gyp ERR!", "g++: not found"],
        ],
        answers: &[],
        means: "A native package is compiled here, and the compiler or Python is not on the build \
              image.",
        step: "Use a version with a prebuilt binary for this Node.js, or add heroku-community/apt \
              with build-essential and python3 before the language's buildpack.",
    },
    Failure {
        tools: &["npm", "yarn", "pnpm", "bun"],
        says: &[
            &["gyp ERR!", "fatal error:", "No such file or directory"],
            &["fatal error:", ".h: No such file"],
        ],
        answers: &[],
        means: "A native package is compiled here, and a header of a system library is missing.",
        step: "Add the library's -dev package with heroku-community/apt (Aptfile), before the \
              language's buildpack.",
    },
    Failure {
        tools: &["npm", "yarn", "pnpm", "bun"],
        says: &[&["gyp ERR!"]],
        answers: &[],
        means: "A native package could not be compiled.",
        step: "Read the compiler's first error below; mostly the package is too old for this \
              Node.js: raise it, or lower engines.node.",
    },
    Failure {
        tools: &["npm", "yarn", "pnpm", "bun"],
        says: &[&["JavaScript heap out of memory"], &["Reached heap limit"]],
        answers: &[],
        means: "Node.js ran out of memory.",
        step: "heroku config:set NODE_OPTIONS=--max-old-space-size=2560 for the build, or make the \
              build smaller.",
    },
    Failure {
        tools: &["yarn"],
        says: &[
            &["YN0028"],
            &["The lockfile would have been modified"],
            &["Your lockfile needs to be updated"],
        ],
        answers: &[],
        means: "The lockfile is out of step with the manifests.",
        step: "`yarn install`, and commit yarn.lock.",
    },
    Failure {
        tools: &["yarn"],
        says: &[
            &["YN0018"],
            &["integrity check failed"],
            &["Integrity check failed"],
        ],
        answers: &[],
        means: "A downloaded package differs from the checksum in yarn.lock.",
        step: "`yarn cache clean`, then `yarn install`, and commit yarn.lock; otherwise look at who \
              answers as the registry.",
    },
    Failure {
        tools: &["yarn"],
        says: &[
            &["YN0082"],
            &["YN0016"],
            &["Couldn't find any versions for"],
            &["No candidates found"],
        ],
        answers: &[],
        means: "A version that a manifest wants is not in the registry.",
        step: "Look at the name below: `yarn npm info PACKAGE`; then `yarn install` and commit \
              yarn.lock.",
    },
    Failure {
        tools: &["yarn"],
        says: &[&["The engine \"node\" is incompatible"]],
        answers: &[],
        means: "The app or a package wants another version of Node.js.",
        step: "Look at the name below. The app's own: let its buildpack install what engines.node asks \
              for. A package's: set engines.node in package.json to a version that it accepts.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_NO_MATCHING_VERSION"]],
        answers: &[],
        means: "A version that a manifest wants is not in the registry.",
        step: "Look at the name below: `pnpm view PACKAGE versions`; then `pnpm install` and commit \
              pnpm-lock.yaml.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[
            &["ERR_PNPM_UNSUPPORTED_ENGINE"],
            &["ERR_PNPM_BAD_PM_VERSION"],
        ],
        answers: &[],
        means: "This version of Node.js or pnpm is not the one that the manifest asks for.",
        step: "Set engines.node and packageManager in package.json to the versions that the app is \
              developed with.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_NO_LOCKFILE"]],
        answers: &[],
        means: "There is no lockfile that pnpm accepts.",
        step: "`pnpm install`, and commit pnpm-lock.yaml; its version must fit this pnpm's major \
              version.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_IGNORED_BUILDS"]],
        answers: &[],
        means: "pnpm left install scripts out that were not approved.",
        step: "`pnpm approve-builds`, and commit what it writes.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_PEER_DEP_ISSUES"]],
        answers: &[],
        means: "Peer dependencies contradict each other.",
        step: "Raise or lower the packages named below until they agree.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_TARBALL_INTEGRITY"]],
        answers: &[],
        means: "A downloaded package differs from the digest in the lockfile.",
        step: "`pnpm store prune`, then `pnpm install`, and commit pnpm-lock.yaml.",
    },
    Failure {
        tools: &["bun"],
        says: &[&["Integrity check failed"]],
        answers: &[],
        means: "A downloaded package differs from the digest in the lockfile.",
        step: "If the package was published anew, write the lockfile anew with `bun install`; otherwise look at \
              who answers as the registry.",
    },
    Failure {
        tools: &["bun"],
        says: &[&["lockfile had changes, but lockfile is frozen"]],
        answers: &[],
        means: "The lockfile is out of step with package.json.",
        step: "`bun install --lockfile-only`, and commit it.",
    },
    Failure {
        tools: &["bun"],
        says: &[&["No version matching"], &["failed to resolve"]],
        answers: &[],
        means: "A version that the manifest wants is not in the registry.",
        step: "Look at the name below; then `bun install`, and commit the lockfile.",
    },
];
