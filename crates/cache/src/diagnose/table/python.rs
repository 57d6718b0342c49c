//! What pip, uv, Poetry and Pipenv print where an install fails for a reason of the app.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &[],
        says: &[&["from versions: none", "connection broken by"]],
        answers: &[],
        means: "The index of packages could not be reached: the network failed.",
        step: "Build again; if it stays, look at the index's status page.",
    },
    Failure {
        tools: &[],
        says: &[&["from versions: none"]],
        answers: &[],
        means: "The index shows no version at all of a package: misspelt, private, withdrawn, none for this \
                Python, or the index refused.",
        step: "Open the package's page in the index; a private one needs PIP_EXTRA_INDEX_URL with its user and \
              token as a config var. `pip download -v PACKAGE` tells what the index answers (401, 403, 503).",
    },
    Failure {
        tools: &["uv"],
        says: &[&["unexpected argument '--no-default-groups'"]],
        answers: &[],
        means: "This uv is older than the options that it is called with.",
        step: "Name a newer one where its buildpack looks for it: uv 0.8 knows them all.",
    },
    Failure {
        tools: &[],
        says: &[
            &["ERROR: Invalid requirement:"],
            &["Couldn't parse requirement in"],
        ],
        answers: &[],
        means: "A line of the requirements can't be read.",
        step: "Mend the line that is named below: a version is pinned with two signs, `six==1.16.0`.",
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
        answers: &[],
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
        answers: &[],
        means: "A package or the app wants another version of Python.",
        step: "Write the version that it wants to .python-version (`echo 3.13 > .python-version`), \
              or choose a release that takes this one.",
    },
    Failure {
        tools: &[],
        says: &[
            &["THESE PACKAGES DO NOT MATCH THE HASHES"],
            &["Hash mismatch for"],
            &["not found in known hashes"],
            &["hash mismatch"],
        ],
        answers: &[],
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
        answers: &[],
        means: "Requirements contradict each other.",
        step: "Read who wants what below, and loosen one of them; a lockfile (`uv lock`) finds this \
              before a deploy.",
    },
    Failure {
        tools: &[],
        says: &[&["pg_config executable not found"]],
        answers: &[],
        means: "psycopg2 is compiled here, and PostgreSQL's development files are missing.",
        step: "Use psycopg2-binary or psycopg[binary] in the requirements.",
    },
    Failure {
        tools: &[],
        says: &[
            &["mysql_config: not found"],
            &["Can not find valid pkg-config name", "mysqlclient"],
        ],
        answers: &[],
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
        answers: &[],
        means: "A package has no wheel for this Python and could not be compiled.",
        step: "Choose a release with a wheel for this Python (or an older Python in \
              .python-version); otherwise add its system library with heroku-community/apt.",
    },
    Failure {
        tools: &[],
        says: &[
            &["needs to be updated, but `--locked`"],
            &["pyproject.toml changed significantly since poetry.lock"],
            &["Aborting deploy"],
            &["The lockfile at `uv.lock` needs to be updated"],
        ],
        answers: &[],
        means: "The lockfile is out of step with the manifest.",
        step: "Write it anew (`uv lock`, `poetry lock` or `pipenv lock`), and commit it.",
    },
];
