//! The failures of package managers and compilers, the most certain first.

use super::Failure;

/// The first row that fits is told, so that what is special stands before what is general.
pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &["uv"],
        says: &[&["unexpected argument '--no-default-groups'"]],
        means: "This uv is older than the options that it is called with.",
        step: "Name a newer one where its buildpack looks for it: uv 0.8 knows them all.",
    },
    Failure {
        tools: &[],
        says: &[
            &["ERROR: Invalid requirement:"],
            &["Couldn't parse requirement in"],
        ],
        means: "A line of the requirements can't be read.",
        step: "Mend the line that is named below: a version is pinned with two signs, `six==1.16.0`.",
    },
    Failure {
        tools: &["bun", "uv", "poetry", "cargo", "bundle"],
        says: &[
            &["Unknown lockfile version"],
            &["uses an unsupported schema version"],
            &["lock file is not compatible with the current version of Poetry"],
            &["does not understand this lock file"],
            &["You must use Bundler", "with this lockfile"],
        ],
        means: "The lockfile was written by a newer version of the tool than the one that is here.",
        step: "Name the tool's newer version where its buildpack looks for it, or write the lockfile \
              anew with the one that is here.",
    },
    Failure {
        tools: &["npm"],
        says: &[
            &["code EBADENGINE"],
            &["npm error engine Unsupported engine"],
        ],
        means: "The app or a package wants another version of Node.js or npm.",
        step: "Look at the name below. The app's own: let its buildpack install what engines.node asks \
              for. A package's: set engines.node in package.json to a version that it accepts.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["ERESOLVE"]],
        means: "Peer dependencies contradict each other.",
        step: "Raise or lower the packages named below until they agree (`npm explain PACKAGE` \
              shows who asks); `npm install --legacy-peer-deps` only postpones it.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["ETARGET"], &["No matching version found for"]],
        means: "A version that the manifest or the lockfile wants is not in the registry.",
        step: "Look at the name and version below: `npm view PACKAGE versions`; then `npm install` \
              and commit the lockfile.",
    },
    Failure {
        tools: &["npm", "pnpm", "yarn", "bun"],
        says: &[
            &["E401"],
            &["ERR_PNPM_FETCH_401"],
            &["YN0041"],
            &["401 Unauthorized"],
            &["Unable to authenticate"],
        ],
        means: "The registry asks who is there: a token is missing or not valid.",
        step: "Set the token as a config var and name it in .npmrc: \
              `//HOST/:_authToken=${NPM_TOKEN}`; heroku config:set NPM_TOKEN=…",
    },
    Failure {
        tools: &["npm", "pnpm", "yarn", "bun"],
        says: &[&["E403"], &["ERR_PNPM_FETCH_403"], &["403 Forbidden"]],
        means: "The registry refuses this package to the token that was given.",
        step: "Check that the token may read the package, and that a private package's registry is \
              set for its scope.",
    },
    Failure {
        tools: &["npm", "pnpm", "yarn", "bun"],
        says: &[
            &["E404"],
            &["ERR_PNPM_FETCH_404"],
            &["YN0035"],
            &["404 Not Found"],
            &["GET http", "404"],
        ],
        means: "A package is not in this registry: misspelt, private, or removed.",
        step: "Check the name below; a private scope needs its registry in .npmrc: \
              `@scope:registry=https://…`.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["EINTEGRITY"]],
        means: "A downloaded package differs from the digest in the lockfile.",
        step: "If the package was published anew, write the lockfile anew: `rm package-lock.json && \
              npm install`; otherwise look at who answers as the registry.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["EUSAGE"]],
        means: "npm was called with options that this version does not take, or without a lockfile \
              that it needs.",
        step: "Commit package-lock.json (`npm install --package-lock-only`), and look at the first \
              line below.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["EJSONPARSE"], &["Failed to parse package.json"]],
        means: "package.json or the lockfile is not valid JSON.",
        step: "Mend the place that is named below; merge conflict marks are the usual cause: `git \
              grep -n '<<<<<<<'`.",
    },
    Failure {
        tools: &["npm"],
        says: &[&["ENOTSUP"], &["EBADPLATFORM"]],
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
        means: "A native package is compiled here, and a header of a system library is missing.",
        step: "Add the library's -dev package with heroku-community/apt (Aptfile), before the \
              language's buildpack.",
    },
    Failure {
        tools: &["npm", "yarn", "pnpm", "bun"],
        says: &[&["gyp ERR!"]],
        means: "A native package could not be compiled.",
        step: "Read the compiler's first error below; mostly the package is too old for this \
              Node.js: raise it, or lower engines.node.",
    },
    Failure {
        tools: &["npm", "yarn", "pnpm", "bun"],
        says: &[&["JavaScript heap out of memory"], &["Reached heap limit"]],
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
        means: "A version that a manifest wants is not in the registry.",
        step: "Look at the name below: `yarn npm info PACKAGE`; then `yarn install` and commit \
              yarn.lock.",
    },
    Failure {
        tools: &["yarn"],
        says: &[&["The engine \"node\" is incompatible"]],
        means: "The app or a package wants another version of Node.js.",
        step: "Look at the name below. The app's own: let its buildpack install what engines.node asks \
              for. A package's: set engines.node in package.json to a version that it accepts.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_NO_MATCHING_VERSION"]],
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
        means: "This version of Node.js or pnpm is not the one that the manifest asks for.",
        step: "Set engines.node and packageManager in package.json to the versions that the app is \
              developed with.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_NO_LOCKFILE"]],
        means: "There is no lockfile that pnpm accepts.",
        step: "`pnpm install`, and commit pnpm-lock.yaml; its version must fit this pnpm's major \
              version.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_IGNORED_BUILDS"]],
        means: "pnpm left install scripts out that were not approved.",
        step: "`pnpm approve-builds`, and commit what it writes.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_PEER_DEP_ISSUES"]],
        means: "Peer dependencies contradict each other.",
        step: "Raise or lower the packages named below until they agree.",
    },
    Failure {
        tools: &["pnpm"],
        says: &[&["ERR_PNPM_TARBALL_INTEGRITY"]],
        means: "A downloaded package differs from the digest in the lockfile.",
        step: "`pnpm store prune`, then `pnpm install`, and commit pnpm-lock.yaml.",
    },
    Failure {
        tools: &["bun"],
        says: &[&["lockfile had changes, but lockfile is frozen"]],
        means: "The lockfile is out of step with package.json.",
        step: "`bun install --lockfile-only`, and commit it.",
    },
    Failure {
        tools: &["bun"],
        says: &[&["No version matching"], &["failed to resolve"]],
        means: "A version that the manifest wants is not in the registry.",
        step: "Look at the name below; then `bun install`, and commit the lockfile.",
    },
    Failure {
        tools: &[],
        says: &[
            &["No matching distribution found for"],
            &["Could not find a version that satisfies the requirement"],
            &["because there are no versions of"],
            &["because there is no version of"],
            &["Because there is no version of"],
        ],
        means: "A version that the requirements want does not exist for this Python.",
        step: "Look at the name below: it may be misspelt, withdrawn, or want another Python \
              (.python-version).",
    },
    Failure {
        tools: &[],
        says: &[
            &["requires a different Python"],
            &["Requires-Python"],
            &["The current project's supported Python range"],
            &["requires-python"],
            &["Current Python version", "is not allowed by the project"],
        ],
        means: "A package or the app wants another version of Python.",
        step: "Write the version that it wants to .python-version (`echo 3.13 > .python-version`), \
              or choose a release that takes this one.",
    },
    Failure {
        tools: &[],
        says: &[
            &["THESE PACKAGES DO NOT MATCH THE HASHES"],
            &["Hash mismatch for"],
            &["hash mismatch"],
        ],
        means: "A downloaded package differs from the digest in the lockfile.",
        step: "If the package was published anew, lock again (`pip-compile`, `uv lock`, `poetry \
              lock`); otherwise look at who answers as the index.",
    },
    Failure {
        tools: &[],
        says: &[
            &["ResolutionImpossible"],
            &["conflicting dependencies"],
            &["No solution found when resolving"],
            &["version solving failed"],
        ],
        means: "Requirements contradict each other.",
        step: "Read who wants what below, and loosen one of them; a lockfile (`uv lock`) finds this \
              before a deploy.",
    },
    Failure {
        tools: &[],
        says: &[&["pg_config executable not found"]],
        means: "psycopg2 is compiled here, and PostgreSQL's development files are missing.",
        step: "Use psycopg2-binary or psycopg[binary] in the requirements.",
    },
    Failure {
        tools: &[],
        says: &[
            &["mysql_config: not found"],
            &["Can not find valid pkg-config name", "mysqlclient"],
        ],
        means: "mysqlclient is compiled here, and MySQL's development files are missing.",
        step: "Add default-libmysqlclient-dev with heroku-community/apt, or use PyMySQL.",
    },
    Failure {
        tools: &[],
        says: &[
            &["Failed building wheel for"],
            &["Failed to build", "wheel"],
            &["error: command 'gcc' failed"],
            &["error: command '/usr/bin/gcc' failed"],
            &["Building wheel for", "error: subprocess-exited-with-error"],
        ],
        means: "A package has no wheel for this Python and could not be compiled.",
        step: "Choose a release with a wheel for this Python (or an older Python in \
              .python-version); otherwise add its system library with heroku-community/apt.",
    },
    Failure {
        tools: &[],
        says: &[
            &["needs to be updated, but `--locked`"],
            &["pyproject.toml changed significantly since poetry.lock"],
            &["Pipfile.lock is out of date"],
            &["The lockfile at `uv.lock` needs to be updated"],
        ],
        means: "The lockfile is out of step with the manifest.",
        step: "Write it anew (`uv lock`, `poetry lock` or `pipenv lock`), and commit it.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Your bundle only supports platforms"],
            &["but your local platform is"],
        ],
        means: "Gemfile.lock lacks this platform.",
        step: "`bundle lock --add-platform x86_64-linux`, and commit Gemfile.lock.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[&["Your Ruby version is"]],
        means: "The Gemfile wants another Ruby than the one that is here.",
        step: "Let the Ruby buildpack install it: `ruby \"3.4.7\"` in the Gemfile, then `bundle \
              update --ruby`, and commit Gemfile.lock.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Could not find gem"],
            &["Could not find compatible versions"],
        ],
        means: "A gem or a version of it is not where the Gemfile looks, or gems contradict each \
              other.",
        step: "`bundle lock` on your machine says which; commit Gemfile.lock.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Gem::Ext::BuildError"],
            &["Failed to build gem native extension"],
        ],
        means: "A gem could not be compiled.",
        step: "Read the first error of extconf below; a missing header comes with \
              heroku-community/apt and an Aptfile.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Bad username or password for"],
            &["Authentication is required for"],
        ],
        means: "A gem server asks who is there.",
        step: "heroku config:set BUNDLE_GEMS__EXAMPLE__COM=USER:PASSWORD, the server's host with __ \
              for each dot.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[&["frozen"]],
        means: "The lockfile is out of step with the Gemfile.",
        step: "`bundle lock`, and commit Gemfile.lock.",
    },
    Failure {
        tools: &["composer"],
        says: &[
            &["Your requirements could not be resolved"],
            &["Your lock file does not contain a compatible set"],
        ],
        means: "Packages contradict each other, or this PHP or an extension of it is not the one \
              they want.",
        step: "Read the problem below; an extension is named by \"ext-NAME\": \"*\" in \
              composer.json's require, PHP by \"php\".",
    },
    Failure {
        tools: &["composer"],
        says: &[&["lock file is not up to date"]],
        means: "The lockfile is out of step with composer.json.",
        step: "`composer update --lock`, and commit composer.lock.",
    },
    Failure {
        tools: &["composer"],
        says: &[
            &["Could not authenticate against"],
            &["HTTP 401"],
            &["could not be downloaded (HTTP/2 401"],
        ],
        means: "A repository asks who is there.",
        step: "heroku config:set \
              COMPOSER_AUTH='{\"http-basic\":{\"HOST\":{\"username\":\"…\",\"password\":\"…\"}}}'",
    },
    Failure {
        tools: &["go"],
        says: &[
            &["requires go >="],
            &["invalid go version"],
            &["unknown directive: toolchain"],
        ],
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
        means: "go.sum is out of step with go.mod.",
        step: "`go mod tidy`, and commit both files.",
    },
    Failure {
        tools: &["go"],
        says: &[&["no matching files found"]],
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
        means: "A package is imported that no module of go.mod has.",
        step: "`go mod tidy`, and commit go.mod and go.sum.",
    },
    Failure {
        tools: &["cargo"],
        says: &[
            &["the lock file", "needs to be updated but --locked"],
            &["because --locked was passed"],
        ],
        means: "Cargo.lock is out of step with Cargo.toml.",
        step: "`cargo update --workspace`, and commit Cargo.lock.",
    },
    Failure {
        tools: &["cargo"],
        says: &[
            &["requires rustc"],
            &["is not supported by the following package"],
        ],
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
        means: "The project wants another Java than the one that is here.",
        step: "Write java.runtime.version=25 (or the version of the project) to system.properties.",
    },
    Failure {
        tools: &["mvn", "mvnw", "gradle", "gradlew"],
        says: &[
            &["Could not resolve dependencies"],
            &["Could not resolve all"],
            &["Could not find artifact"],
        ],
        means: "A library is not in the repositories that the project names.",
        step: "Look at its coordinates below; a private repository needs its settings and \
              credentials in the build.",
    },
    Failure {
        tools: &[],
        says: &[&["ENOSPC"], &["No space left on device"]],
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
        means: "The certificate of the registry is not trusted here.",
        step: "Behind a proxy of your own give its certificate: NODE_EXTRA_CA_CERTS, SSL_CERT_FILE \
              or PIP_CERT as a config var.",
    },
    Failure {
        tools: &[],
        says: &[
            &["407 Proxy Authentication"],
            &["ERR_PROXY"],
            &["proxy connection failed"],
            &["Cannot connect to proxy"],
        ],
        means: "The proxy between here and the registry refuses, so the network is not reached.",
        step: "Check HTTPS_PROXY and NO_PROXY among the config vars.",
    },
    Failure {
        tools: &[],
        says: &[
            &["ETIMEDOUT"],
            &["ECONNRESET"],
            &["ECONNREFUSED"],
            &["ENOTFOUND"],
            &["EAI_AGAIN"],
            &["ERR_SOCKET_TIMEOUT"],
            &["Temporary failure in name resolution"],
            &["Could not resolve host"],
            &["Connection timed out"],
            &["Read timed out"],
            &["dial tcp"],
            &["Network is unreachable"],
        ],
        means: "The registry could not be reached: the network failed.",
        step: "Build again; if it stays, look at the registry's status page.",
    },
    Failure {
        tools: &[],
        says: &[
            &["502 Bad Gateway"],
            &["503 Service Unavailable"],
            &["504 Gateway"],
            &["429 Too Many Requests"],
            &["E503"],
            &["E502"],
            &["E429"],
        ],
        means: "The registry had a fault or sent too many requests away.",
        step: "Build again in some minutes; the registry's status page says how long.",
    },
];
