//! Problems of the programs themselves, for the registry of all problems.

use crate::error::{Kind, Problem};

/// Wrong use of a program.
pub static USAGE: Kind = Kind {
    id: "usage",
    header: "The program was called in a way it doesn't understand",
    why: "Guessing could do something else than what you meant.",
    steps: &["Run `slugsmith --help`."],
    example: || {
        Problem::new(&USAGE).saw("compile takes BUILD_DIR CACHE_DIR ENV_DIR, got 1 operand")
    },
};

/// A path of the command line leads to nothing, or to something else than what is needed.
pub static NO_SUCH_PATH: Kind = Kind {
    id: "path-not-found",
    header: "The path that was given doesn't lead to what is needed",
    why: "There was nothing to read there, so nothing was done and nothing was changed.",
    steps: &[
        "Check the spelling, and the folder that you are in: `pwd`.",
        "`slugsmith --help` says what each verb takes.",
    ],
    example: || Problem::new(&NO_SUCH_PATH).saw("apps/shop: No such file or directory"),
};

/// Nothing starts: no Procfile, and no buildpack whose `release` gives process types.
pub static NO_PROCESS_TYPES: Kind = Kind {
    id: "no-process-types",
    header: "The app has no Procfile, so it will have no process types",
    why: "On Cedar a process type comes from the Procfile, or from the `bin/release` of the list's last buildpack \
        that has \
          one; slugsmith passes that of the earlier ones on.",
    steps: &[
        "Say what to start, in a file named Procfile: a line such as `web: npm start`, `web: bin/server` or `web: \
         gunicorn app:app`.",
        "Commit the file and deploy again; `heroku ps:scale web=1` if the dyno was never started.",
    ],
    example: || Problem::new(&NO_PROCESS_TYPES).saw(NO_PROCFILE),
};

pub(super) const NO_PROCFILE: &str = "The root of the app holds no file of that name, or none with a line such as \
     `web: COMMAND`, \
     and no buildpack of the list gives default process types.";

/// A `.gitignore` of the app that means nothing, since it is longer than any that a person writes.
pub static LIST_TOO_LONG: Kind = Kind {
    id: "list-too-long",
    header: "A .gitignore is too long to be read",
    why: "Nothing counts as ignored by it: a part of a list could mean the opposite. What it leaves out of a push is \
          in the copy that is built here, so that this build can have more files than the one of a push.",
    steps: &[
        "Name folders rather than the files in them: one line `logs/` instead of one for each file.",
        "Or commit what is to be built, and build from a clean checkout.",
    ],
    example: || Problem::new(&LIST_TOO_LONG).saw("data/.gitignore"),
};

/// libcnb or the lifecycle gave us something we can't use.
pub static FRAMEWORK: Kind = Kind {
    id: "framework",
    header: "The buildpack framework failed",
    why: "The files that the lifecycle and this buildpack exchange could not be read or written.",
    steps: &[
        "Build again with `pack build --clear-cache`.",
        "If it happens again, report it with this log and the versions of pack and the lifecycle.",
    ],
    example: || Problem::new(&FRAMEWORK).saw("couldn't write launch.toml: read-only file system"),
};

/// A store that several builds share can't be used, where a command was asked to use it.
pub static STORE: Kind = Kind {
    id: "store-unusable",
    header: "The shared store can't be used",
    why: "What was asked for is in it. A build goes on without it; a command about it can't.",
    steps: &[
        "Check its address and its credentials: docs/tasks/review-apps.md names the variables.",
        "Ask it with another client: `aws s3 ls s3://bucket/prefix`, `oras repo tags registry/repository`.",
    ],
    example: || {
        Problem::new(&STORE).saw(
            "s3.example answers 403 to LIST: the credentials do not allow it, or there is no such bucket",
        )
    },
};

/// Findings stop the build because the app's configuration says so.
pub static FINDINGS: Kind = Kind {
    id: "findings",
    header: "Findings stop this build, as the configuration asks",
    why: "The app's own configuration says that findings of this level must not be deployed.",
    steps: &[
        "Mend what the log above lists; `slugsmith explain ID` tells more about each.",
        "To accept one, set its level with a reason: [com.slugsmith.audit.rules] ID = \
         { level = \"off\", reason = \"…\" }.",
        "To let findings pass, set [com.slugsmith.audit] fail_build_on = \"never\".",
    ],
    example: || {
        Problem::new(&FINDINGS)
            .saw("uploads-on-local-disk")
            .saw("fail_build_on is set in project.toml line 12")
    },
};

/// A report could not be written, so that whoever waits for it must not take silence for success.
pub static NOT_WRITTEN: Kind = Kind {
    id: "not-written",
    header: "The report could not be written",
    why: "The work was done, and what it found is lost: silence would look like success.",
    steps: &[
        "Check that the folder exists and can be written to, and whether the disk is full (`df -h`).",
        "Then run the same command again; it changes nothing.",
    ],
    example: || {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        not_written("reports/slugsmith.json", &error)
    },
};

/// The problem of a report that was not written to `place`.
#[must_use]
pub fn not_written(place: &str, error: &std::io::Error) -> Problem {
    let mut problem = crate::error::io("writing", place, error);
    problem.kind = &NOT_WRITTEN;
    problem
}
