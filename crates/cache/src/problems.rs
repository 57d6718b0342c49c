//! What can go wrong with dependencies and their caches, and what is to be done then?

use slugsmith_finding::error::{Kind, Problem};

/// A stored cache can't be trusted.
pub static CACHE_DISCARDED: Kind = Kind {
    id: "cache-discarded",
    header: "A stored cache was discarded",
    why: "Doubt about a cache means a clean install: slower this once, never wrong.",
    steps: &[
        "Nothing to do: the next build has a fresh cache.",
        "If it happens on every build, run once with SLUGSMITH_CACHE_RESET=all and report it with both logs.",
    ],
    example: || Problem::new(&CACHE_DISCARDED).saw("npm: the archive ends early (12.1 of 38.4 MB)"),
};

/// `SLUGSMITH_CACHE_RESET` names nothing.
pub static CACHE_UNKNOWN: Kind = Kind {
    id: "cache-unknown",
    header: "SLUGSMITH_CACHE_RESET names no cache of this app",
    why: "Nothing was discarded for it, so a cache that you wanted emptied was used again.",
    steps: &[
        "Take a name as the log prints it, `npm` or `.next/cache`, or a part of it, `next`; `all` empties every cache.",
        "Or leave the variable out.",
    ],
    example: || {
        Problem::new(&CACHE_UNKNOWN)
            .saw("SLUGSMITH_CACHE_RESET=nmp")
            .saw("caches of this app: .next/cache, npm")
    },
};

/// A tree was installed but could not be kept.
pub static CACHE_NOT_STORED: Kind = Kind {
    id: "cache-not-stored",
    header: "Dependencies could not be kept for the next build",
    why: "This build has everything it needs; the next one installs again.",
    steps: &[
        "If a FIFO, device or link out of the app is named, find the package that makes it \
         and report it there.",
        "If the disk is full, give the builder more room.",
    ],
    example: || {
        Problem::new(&CACHE_NOT_STORED).saw("npm: node_modules/a/pipe is a FIFO, socket or device")
    },
};

/// A build script of the app failed.
pub static SCRIPT_FAILED: Kind = Kind {
    id: "build-script-failed",
    header: "A script of the app failed",
    why: "The app's own build did not finish, so there may be nothing to start.",
    steps: &[
        "Read the script's own last lines.",
        "Run the same command on your machine in a clean checkout, with the same versions of its tools.",
    ],
    example: || {
        Problem::new(&SCRIPT_FAILED)
            .saw("`npm run build` ended with exit code 2 after 3.2s")
            .details(["src/server.ts(3,7): error TS2322"])
    },
};

/// The package manager failed.
pub static INSTALL_FAILED: Kind = Kind {
    id: "install-failed",
    header: "Installing dependencies failed",
    why: "Without its dependencies the app can't start, so the build stops here. \
          Nothing was stored in the cache.",
    steps: &[
        "Read the package manager's own lines: they name the package that failed.",
        "Run the same command on your machine in a clean checkout, with the same version of the tool.",
    ],
    example: || {
        Problem::new(&INSTALL_FAILED)
            .saw("`npm ci` ended with exit code 1 after 3.2s")
            .details([
                "npm error code ETARGET",
                "npm error notarget No matching version found for left-pad@99.",
            ])
    },
};

/// Lockfile and manifest disagree.
pub static LOCKFILE_OUT_OF_STEP: Kind = Kind {
    id: "lockfile-out-of-step",
    header: "The lockfile is out of step with the manifest",
    why: "A clean install takes exactly what the lockfile says, so it refuses a lockfile \
          that lacks what the manifest asks for.",
    steps: &["Commit manifest and lockfile together."],
    example: || {
        Problem::new(&LOCKFILE_OUT_OF_STEP)
            .saw("package.json asks for express ^5.0.0, but package-lock.json has 4.19.2")
            .step("Write the lockfile anew: `npm install --package-lock-only`.")
    },
};

/// A lockfile that nobody installed, and a process that needs it.
pub static NOT_INSTALLED: Kind = Kind {
    id: "not-installed",
    header: "The app's dependencies were not installed, so it can't start",
    why: "No earlier buildpack left what this lockfile pins, and slugsmith could not install it. \
          Released like this, every dyno of the process would crash at its start.",
    steps: &[
        "If something that is not known here installs it, let the build pass: [com.slugsmith] uninstalled = \"warn\".",
    ],
    example: || {
        Problem::new(&NOT_INSTALLED)
            .saw("mix.lock, 12 packages: neither slugsmith nor an earlier buildpack installed it")
            .saw("process web runs `mix phx.server`")
            .step("Add the buildpack that installs it: heroku buildpacks:add --index 1 hashnuke/elixir")
    },
};

/// The package manager is not on PATH.
pub static TOOL_MISSING: Kind = Kind {
    id: "tool-missing",
    header: "The package manager isn't on PATH",
    why: "The app has a lockfile for it, but no earlier buildpack put it there. Dependencies \
          were not installed; everything else still ran.",
    steps: &[
        "Put the buildpack that brings it before slugsmith in the list.",
        "On your own machine install the tool and run again.",
    ],
    example: || {
        Problem::new(&TOOL_MISSING).saw("package-lock.json needs `npm`, which heroku/nodejs brings")
    },
};
