//! Programs that only start another program with the rest of their words.

use super::Need;
use super::files::join;

/// How a wrapper's own words end.
#[derive(Clone, Copy)]
struct Wrapper {
    /// Name of the program, then the words that must follow it.
    words: &'static [&'static str],
    /// Options that take the next word.
    values: &'static [&'static str],
    /// Operands of its own in front of the command.
    operands: usize,
    /// `NAME=value` words belong to it.
    assigns: bool,
    /// It needs `--` in front of the command.
    dashes: bool,
}

const fn wrapper(words: &'static [&'static str], values: &'static [&'static str]) -> Wrapper {
    Wrapper {
        words,
        values,
        operands: 0,
        assigns: false,
        dashes: false,
    }
}

const fn assigning(words: &'static [&'static str], values: &'static [&'static str]) -> Wrapper {
    Wrapper {
        assigns: true,
        ..wrapper(words, values)
    }
}

#[allow(clippy::needless_pass_by_value)] // built at compile time, where nothing is borrowed
const fn after(operands: usize, of: Wrapper) -> Wrapper {
    Wrapper { operands, ..of }
}

#[allow(clippy::needless_pass_by_value)] // as above
const fn dashed(of: Wrapper) -> Wrapper {
    Wrapper { dashes: true, ..of }
}

static WRAPPERS: &[Wrapper] = &[
    // The shell's own and the system's.
    wrapper(&["exec"], &["-a"]),
    wrapper(&["command"], &[]),
    wrapper(&["builtin"], &[]),
    wrapper(&["nohup"], &[]),
    wrapper(&["time"], &["-f", "-o"]),
    wrapper(&["nice"], &["-n", "--adjustment"]),
    wrapper(&["ionice"], &["-c", "-n"]),
    wrapper(&["stdbuf"], &["-i", "-o", "-e"]),
    wrapper(&["setsid"], &[]),
    wrapper(&["catchsegv"], &[]),
    wrapper(&["sudo"], &["-u", "-g"]),
    after(
        1,
        wrapper(&["timeout"], &["-k", "-s", "--signal", "--kill-after"]),
    ),
    after(
        1,
        wrapper(
            &["flock"],
            &["-w", "--timeout", "-E", "--conflict-exit-code"],
        ),
    ),
    after(1, wrapper(&["taskset"], &[])),
    after(1, wrapper(&["chrt"], &[])),
    wrapper(
        &["setpriv"],
        &[
            "--reuid",
            "--regid",
            "--groups",
            "--inh-caps",
            "--bounding-set",
            "--pdeathsig",
        ],
    ),
    wrapper(&["setarch"], &[]),
    wrapper(&["linux64"], &[]),
    wrapper(&["linux32"], &[]),
    wrapper(
        &["xargs"],
        &[
            "-n",
            "-I",
            "-L",
            "-P",
            "-d",
            "-s",
            "-a",
            "-E",
            "--max-args",
            "--replace",
            "--delimiter",
            "--arg-file",
        ],
    ),
    wrapper(&["prlimit"], &[]),
    wrapper(&["unbuffer"], &[]),
    after(1, wrapper(&["gosu"], &[])),
    after(1, wrapper(&["su-exec"], &[])),
    wrapper(&["tini"], &["-p", "-e"]),
    wrapper(&["dumb-init"], &["-r", "--rewrite"]),
    wrapper(&["catatonit"], &[]),
    assigning(
        &["env"],
        &["-u", "--unset", "-C", "--chdir", "--split-string"],
    ),
    // Variables from files and services.
    assigning(&["cross-env"], &[]),
    wrapper(
        &["env-cmd"],
        &["-f", "--file", "-e", "--environments", "-r", "--rc-file"],
    ),
    wrapper(&["dotenv"], &["-f", "-e", "-v", "-p", "--file"]),
    wrapper(&["dotenvx", "run"], &["-f", "--env-file", "-e", "--env"]),
    wrapper(
        &["doppler", "run"],
        &["-p", "--project", "-c", "--config", "-t", "--token"],
    ),
    dashed(wrapper(&["op", "run"], &["--env-file"])),
    wrapper(
        &["infisical", "run"],
        &["--env", "--path", "--projectId", "--token"],
    ),
    dashed(after(1, wrapper(&["aws-vault", "exec"], &[]))),
    dashed(after(1, wrapper(&["chamber", "exec"], &[]))),
    // Package managers.
    wrapper(&["bundle", "exec"], &[]),
    wrapper(&["rbenv", "exec"], &[]),
    wrapper(
        &["poetry", "run"],
        &["-C", "--directory", "-P", "--project"],
    ),
    wrapper(&["pipenv", "run"], &[]),
    wrapper(
        &["uv", "run"],
        &[
            "--with",
            "--project",
            "--directory",
            "--env-file",
            "-p",
            "--python",
            "--extra",
            "--group",
            "--package",
            "--only-group",
            "--index",
            "--config-file",
        ],
    ),
    wrapper(&["pdm", "run"], &["-p", "--project"]),
    wrapper(&["hatch", "run"], &["-e"]),
    wrapper(&["rye", "run"], &[]),
    wrapper(
        &["conda", "run"],
        &["-n", "-p", "--name", "--prefix", "--cwd"],
    ),
    wrapper(
        &["npx"],
        &["-p", "--package", "--prefix", "-w", "--workspace"],
    ),
    wrapper(&["bunx"], &["-p"]),
    wrapper(&["bun", "x"], &[]),
    wrapper(
        &["npm", "exec"],
        &["--package", "--prefix", "-w", "--workspace"],
    ),
    wrapper(&["pnpm", "exec"], &["-C", "--dir", "--filter", "-F"]),
    wrapper(&["pnpm", "dlx"], &["--package"]),
    wrapper(&["yarn", "exec"], &["--cwd"]),
    wrapper(&["yarn", "dlx"], &["-p"]),
    wrapper(&["corepack"], &[]),
    // Agents.
    wrapper(&["newrelic-admin", "run-program"], &[]),
    wrapper(&["newrelic-admin", "run-python"], &[]),
    wrapper(&["ddtrace-run"], &[]),
    wrapper(
        &["opentelemetry-instrument"],
        &["--traces_exporter", "--metrics_exporter", "--service_name"],
    ),
    wrapper(&["honeybadger", "exec"], &[]),
    wrapper(&["elastic-apm-run"], &[]),
    wrapper(&["foreman", "run"], &["-e", "-f", "-d"]),
    wrapper(&["honcho", "run"], &["-e", "-f", "-d"]),
    wrapper(&["nf", "run"], &["-e", "-j"]),
    wrapper(&["heroku", "local:run"], &["-e"]),
    // Waiters.
    dashed(after(1, wrapper(&["wait-for-it"], &["-t", "-h", "-p"]))),
    dashed(after(1, wrapper(&["wait-for-it.sh"], &["-t", "-h", "-p"]))),
    wrapper(
        &["dockerize"],
        &[
            "-wait",
            "-timeout",
            "-template",
            "-stdout",
            "-stderr",
            "-wait-retry-interval",
        ],
    ),
];

/// Programs that buildpacks put into `bin/` of the app and that start their operands.
const START_PROGRAMS: &[&str] = &[
    "start-nginx",
    "start-nginx-debug",
    "start-pgbouncer",
    "start-pgbouncer-stunnel",
    "start-stunnel",
    "start-pgpool",
    "start-haproxy",
    "start-varnish",
    "qgtunnel",
    "qgsocksify",
    "socksify",
    "proximo",
    "with_jemalloc",
    "jemalloc.sh",
    "xvfb-run",
    "start-nginx-with-app",
];

/// What is left of a command when one wrapper is taken off.
pub(super) struct Unwrapped {
    /// The wrapper's own words.
    pub(super) wrapper: Vec<String>,
    pub(super) words: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// The folder that it changes into.
    pub(super) folder: Option<String>,
    /// A file that it reads before it starts anything.
    pub(super) needs: Option<Need>,
}

/// Takes the outermost wrapper off; `None` if there is none or nothing is wrapped.
pub(super) fn unwrap(words: &[String]) -> Option<Unwrapped> {
    let first = words.first()?;
    let program = first.rsplit('/').next().unwrap_or(first);
    let found = WRAPPERS.iter().find(|wrapper| {
        let own = std::iter::once(program).chain(words.iter().skip(1).map(String::as_str));
        words.len() > wrapper.words.len()
            && wrapper
                .words
                .iter()
                .copied()
                .eq(own.take(wrapper.words.len()))
    });
    match found {
        Some(found) => strip(found, program, words),
        None if START_PROGRAMS.contains(&program) => Some(Unwrapped {
            wrapper: vec![first.clone()],
            words: words
                .iter()
                .skip(1)
                .skip_while(|word| word.starts_with('-'))
                .cloned()
                .collect(),
            environment: Vec::new(),
            folder: None,
            needs: None,
        }),
        None => None,
    }
    .filter(|found| !found.words.is_empty())
}

fn strip(of: &Wrapper, program: &str, words: &[String]) -> Option<Unwrapped> {
    let mut at = of.words.len();
    let mut environment = Vec::new();
    let mut folder = None;
    let mut operands = of.operands;
    let mut split = None;
    let mut needs = None;
    let mut placeholder = "{}".to_owned();
    if of.dashes {
        at = words.iter().position(|word| word == "--")?;
        operands = 0;
    }
    while let Some(word) = words.get(at) {
        if word == "--" {
            at += 1;
            break;
        }
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if word.starts_with("--") => (option, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        if program == "xargs"
            && let Some(glued) = word.strip_prefix("-I").filter(|glued| !glued.is_empty())
        {
            glued.clone_into(&mut placeholder);
        }
        if program == "env"
            && let Some((_, text)) = word.strip_prefix('-').and_then(|word| word.split_once('S'))
            && !word.starts_with("--")
        {
            // `-vS TEXT`, `-STEXT`
            let is_glued = !text.is_empty();
            split = if is_glued {
                Some(text.to_owned())
            } else {
                words.get(at + 1).cloned()
            };
            at += 1 + usize::from(!is_glued);
            continue;
        }
        // A dash alone is `-i` of env.
        if word.starts_with('-') && (word.len() > 1 || program == "env") {
            let takes = of.values.contains(&option) && value.is_none();
            let value = value.or_else(|| words.get(at + 1).filter(|_| takes).cloned());
            match (program, option) {
                (_, "-C" | "--chdir" | "--directory" | "--cwd" | "--dir" | "--prefix") => {
                    folder = value;
                }
                ("env", "--split-string") => split = value,
                ("xargs", "-I") => placeholder = value.unwrap_or(placeholder),
                ("xargs", "-a" | "--arg-file") => needs = value.map(Need::File),
                ("env-cmd", "-f" | "--file") => needs = value.map(Need::Variables),
                // `npx -c 'a b'` and `uv run -m module`.
                ("npx" | "npm", "-c" | "--call") | ("flock", "-c" | "--command") => return None,
                ("uv" | "pdm", "-m") => {
                    let mut rest = vec!["python".to_owned()];
                    rest.extend(words.iter().skip(at).cloned());
                    return Some(Unwrapped {
                        wrapper: words.iter().take(at).cloned().collect(),
                        words: rest,
                        environment,
                        folder,
                        needs: None,
                    });
                }
                _ => {}
            }
            at += 1 + usize::from(takes);
        } else if let (true, Some((name, value))) = (of.assigns, word.split_once('=')) {
            environment.push((name.to_owned(), value.to_owned()));
            at += 1;
        } else if program == "setarch" && ARCHITECTURES.contains(&word.as_str()) {
            at += 1;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else if program == "env-cmd" && (word.contains(".env") || word.starts_with("./env")) {
            at += 1;
        } else {
            break;
        }
    }
    let mut rest: Vec<String> = words.get(at..).unwrap_or_default().to_vec();
    if program == "xargs" && !rest.is_empty() {
        fill(&mut rest, &placeholder);
    }
    if let Some(text) = split {
        let mut found = super::words(&text);
        found.append(&mut rest);
        rest = found;
    }
    Some(Unwrapped {
        wrapper: words.iter().take(at).cloned().collect(),
        words: rest,
        environment,
        folder,
        needs,
    })
}

/// What `setarch` takes in front of the program.
const ARCHITECTURES: &[&str] = &["x86_64", "i386", "i686", "aarch64", "linux32", "linux64"];

/// What `xargs` reads is known to a run alone: it stands for `{}` or the like, or behind the words.
fn fill(words: &mut Vec<String>, placeholder: &str) {
    for word in words.iter_mut().filter(|word| word.contains(placeholder)) {
        *word = word.replace(placeholder, "$ARGUMENT");
    }
    words.push("$ARGUMENTS".to_owned());
}

/// The folder behind a wrapper's own `--directory`.
pub(super) fn folder(before: Option<&str>, change: Option<&str>) -> Option<String> {
    match change {
        Some(change) => join(before, change),
        None => before.map(str::to_owned),
    }
}
