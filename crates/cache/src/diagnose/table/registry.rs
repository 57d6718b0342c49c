//! What any tool prints where a registry refuses, has a fault or can't be reached; told of
//! installs only, since a script of the app asks other servers.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &[],
        says: &[
            &["could not read Username for"],
            &["terminal prompts disabled"],
            &["Permission denied (publickey)"],
            &["Host key verification failed"],
        ],
        answers: &[],
        means: "A dependency comes from a private git repository, and the build has no key or token for it.",
        step: "Give the build a token as a config var: `git+https://${TOKEN}@HOST/…` in a requirement, \
              GO_GIT_CRED__HTTPS__GITHUB__COM for modules, or publish the package in a registry that takes one.",
    },
    Failure {
        tools: &["npm", "pnpm", "yarn", "bun"],
        says: &[&["E401"], &["YN0041"], &["Unable to authenticate"]],
        answers: &[401],
        means: "The registry asks who is there: a token is missing or not valid.",
        step: "Set the token as a config var and name it in .npmrc: \
              `//HOST/:_authToken=${NPM_TOKEN}`; heroku config:set NPM_TOKEN=…",
    },
    Failure {
        tools: &["npm", "pnpm", "yarn", "bun"],
        says: &[&["E403"]],
        answers: &[403],
        means: "The registry refuses this package to the token that was given.",
        step: "Check that the token may read the package, and that a private package's registry is \
              set for its scope.",
    },
    Failure {
        tools: &["npm", "pnpm", "yarn", "bun"],
        says: &[&["E404"]],
        answers: &[404],
        means: "A package is not in this registry: misspelt, private, or removed.",
        step: "Check the name below; a private scope needs its registry in .npmrc: \
              `@scope:registry=https://…`.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Bad username or password for"],
            &["Authentication is required for"],
            &["supply credentials for this source"],
        ],
        answers: &[401, 403],
        means: "The registry asks who is there: a gem server wants a user and a password.",
        step: "heroku config:set BUNDLE_GEMS__EXAMPLE__COM=USER:PASSWORD, the server's host with __ \
              for each dot.",
    },
    Failure {
        tools: &["composer"],
        says: &[&["Could not authenticate against"]],
        answers: &[401, 403],
        means: "The registry asks who is there: a repository wants a user and a password.",
        step: "heroku config:set \
              COMPOSER_AUTH='{\"http-basic\":{\"HOST\":{\"username\":\"…\",\"password\":\"…\"}}}'",
    },
    Failure {
        tools: &["mvn", "mvnw", "gradle", "gradlew"],
        says: &[
            &["authentication failed for"],
            &["authorization failed for"],
        ],
        answers: &[401, 403],
        means: "The registry asks who is there: a repository wants a user and a password.",
        step: "Name them in the settings that the build reads (Maven: <server> with ${env.REPO_TOKEN}, \
              MAVEN_SETTINGS_PATH; Gradle: credentials with System.getenv), and set them as config vars.",
    },
    Failure {
        tools: &[],
        says: &[
            &["_prompt_for_password"],
            &["Authorization error accessing"],
            &["authenticated registries require a credential-provider"],
        ],
        answers: &[401, 403],
        means: "The registry asks who is there: a user or a token is missing or not valid.",
        step: "Give it as a config var where the tool looks: PIP_EXTRA_INDEX_URL with user and token, \
              UV_INDEX_NAME_PASSWORD, POETRY_HTTP_BASIC_NAME_PASSWORD, CARGO_REGISTRIES_NAME_TOKEN.",
    },
    Failure {
        tools: &[],
        says: &[&["config.json not found in registry"]],
        answers: &[404],
        means: "The registry does not have what the lockfile names: misspelt, private, or removed.",
        step: "Open the address below. If it is right, the version was withdrawn or the registry wants a token: \
              lock another version, or give the token as a config var.",
    },
    Failure {
        tools: &[],
        says: &[
            &["Cannot connect to proxy"],
            &["ERR_PROXY"],
            &["proxy connection failed"],
        ],
        answers: &[407],
        means: "The proxy between here and the registry refuses, so the network is not reached.",
        step: "Check HTTPS_PROXY and NO_PROXY among the config vars.",
    },
    Failure {
        tools: &[],
        says: &[&["E429"], &["E500"], &["E502"], &["E503"], &["E504"]],
        answers: &[429, 500, 502, 503, 504],
        means: "The registry had a fault or sent too many requests away.",
        step: "Build again in some minutes; the registry's status page says how long.",
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
            &["ConnectionRefused"],
            &["ConnectionClosed"],
            &["ConnectionReset"],
            &["onnection refused"],
            &["onnection reset"],
            &["onnection timed out"],
            &["connection resets"],
            &["Temporary failure in name resolution"],
            &["Could not resolve host"],
            &["Could not connect to server"],
            &["failed to lookup address"],
            &["error sending request for url"],
            &["Failed to open TCP connection"],
            &["HTTP request failed!"],
            &["Read timed out"],
            &["All attempts to connect to"],
            &["TLS handshake timeout"],
            &["dial tcp"],
            &["i/o timeout"],
            &["Network is unreachable"],
        ],
        answers: &[],
        means: "The registry could not be reached: the network failed.",
        step: "Build again; if it stays, look at the registry's status page.",
    },
    Failure {
        tools: &[],
        says: &[
            &["unexpected end of file"],
            &["unexpected EOF"],
            &["Failed to extract archive"],
        ],
        answers: &[],
        means: "A downloaded package is damaged: the network or the registry cut it or changed it.",
        step: "Build again; if it stays, look at who answers as the registry.",
    },
    Failure {
        tools: &["yarn"],
        says: &[&["YN0035"]],
        answers: &[],
        means: "A package is not in this registry: misspelt, private, or removed.",
        step: "Check the name below; a private scope needs its registry: npmScopes in .yarnrc.yml.",
    },
    Failure {
        tools: &["mvn", "mvnw", "gradle", "gradlew"],
        says: &[
            &["Could not resolve dependencies"],
            &["Could not resolve all"],
            &["Could not find artifact"],
        ],
        answers: &[],
        means: "A library is not in the repositories that the project names.",
        step: "Look at its coordinates below; a private repository needs its settings and \
              credentials in the build.",
    },
    Failure {
        tools: &[],
        says: &[&["Unable to find installation candidates for"]],
        answers: &[],
        means: "The index has no file of the locked version that fits here: withdrawn, or none for this Python \
                and Linux.",
        step: "`poetry update PACKAGE`, and commit poetry.lock; a private index needs \
              POETRY_HTTP_BASIC_NAME_USERNAME and _PASSWORD as config vars.",
    },
];
