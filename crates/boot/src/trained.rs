//! Starts the app once, in a copy, and keeps what its runtime compiled on the way.
//!
//! Only where the configuration asks for it. The copy has no network but loopback (where that is
//! allowed), placeholders instead of config vars, and an end. What was made has to serve where
//! the app runs: the copy is moved before two more starts are measured, with and without, and
//! what does not make a start shorter is not kept.

mod placeholders;
pub(crate) mod start;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use rayon::prelude::*;

use self::start::{Alone, Stage, alone};
use crate::kept::{Kept, Key};
use crate::report::{BootReport, Made, Measured, Variable, Weight};
use crate::{Input, Training, share};
use slugsmith_config::DEFAULT_SHARE;
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::environment::World;
use slugsmith_facts::interrupt::Temporary;
use slugsmith_facts::run;
use slugsmith_facts::tools;
use slugsmith_facts::tree::{EntryKind, Tree};

/// Where the app finds what was made, relative to it.
pub(crate) const FOLDER: &str = ".slugsmith";
const FLUSH: &str = include_str!("trained/flush.cjs");
/// A start that takes longer is measured once.
const SHORT: Duration = Duration::from_secs(3);
/// Users that run images: root, and those of common run images (buildpacks/spec, `CNB_USER_ID`).
const USERS: &[u32] = &[0, 1000, 1001, 1002, 2000, 65532];

/// A runtime that keeps what it compiles.
struct Runtime {
    what: &'static str,
    unit: &'static str,
    /// Below [`FOLDER`].
    place: &'static str,
    program: &'static str,
}

const RUNTIMES: &[Runtime] = &[
    Runtime {
        what: "Node compile cache",
        unit: "file",
        place: "node",
        program: "node",
    },
    Runtime {
        what: "Class data archive of the JVM",
        unit: "archive",
        place: "java/app.jsa",
        program: "java",
    },
];

impl Runtime {
    fn path(&self) -> PathBuf {
        Path::new(FOLDER).join(self.place)
    }

    /// What makes the runtime write.
    fn to_fill(&self, stage: &Stage<'_>) -> Vec<(&'static str, String)> {
        let path = stage.app().join(self.path()).display().to_string();
        let flush = stage.folder.join("flush.cjs").display().to_string();
        match self.program {
            "node" => vec![
                ("NODE_COMPILE_CACHE", path),
                ("NODE_COMPILE_CACHE_PORTABLE", "1".to_owned()),
                ("SLUGSMITH_NODE_OPTIONS", format!("--require={flush}")),
            ],
            _ => vec![(
                "SLUGSMITH_JAVA_OPTIONS",
                format!("-XX:ArchiveClassesAtExit={path}"),
            )],
        }
    }

    /// What makes it read, wherever the app is.
    fn to_use(&self, app: &Path) -> Vec<(&'static str, String)> {
        let path = app.join(self.path()).display().to_string();
        match self.program {
            "node" => vec![
                ("NODE_COMPILE_CACHE", path),
                ("NODE_COMPILE_CACHE_PORTABLE", "1".to_owned()),
            ],
            _ => vec![(
                "JAVA_TOOL_OPTIONS",
                format!(
                    "-XX:SharedArchiveFile={path} -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off"
                ),
            )],
        }
    }

    /// The measured start, which must not write.
    fn to_measure(&self, app: &Path) -> Vec<(&'static str, String)> {
        let mut set = self.to_use(app);
        if let [(name @ "JAVA_TOOL_OPTIONS", _)] = &mut set[..] {
            *name = "SLUGSMITH_JAVA_OPTIONS";
        }
        set
    }
}

/// A file that was made: relative to the app.
type File = (PathBuf, Vec<u8>);

pub(crate) fn prepare(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) {
    let Some(training) = &input.training else {
        let text = "Not trained: no `web` process in the Procfile, and no command under [com.slugsmith.boot]";
        return report.note(Weight::Alarm, text);
    };
    let runtimes = RUNTIMES
        .iter()
        .filter(|runtime| tools::find(runtime.program, input.environment).is_some());
    let Some(runtime) = runtimes.into_iter().find(|one| runs(one, input, training)) else {
        let text = "Not trained: neither Node nor a JVM runs here (other runtimes keep nothing of a start)";
        return report.note(Weight::Alarm, text);
    };
    if runtime.program == "node" && input.environment.get("NODE_COMPILE_CACHE").is_some() {
        let text = "Not trained: NODE_COMPILE_CACHE is set, so that Node would not look where slugsmith keeps its cache";
        return report.note(Weight::Alarm, text);
    }
    let begun = Instant::now();
    let key = fingerprint(input, training, runtime);
    let known = kept.get(&key).and_then(decode);
    let is_kept = known.is_some();
    let (files, measured) = match known {
        Some(known) => known,
        None => match train(input, training, runtime, report) {
            Ok(made) => made,
            Err(why) => return report.note(Weight::Alarm, why),
        },
    };
    if !is_kept {
        kept.add(key, &encode(&files, measured));
    }
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    let refused = share::refused(input, runtime.what, bytes as u64, Some(DEFAULT_SHARE));
    if let Some(why) = refused {
        return report.note(Weight::Alarm, why);
    }
    let mut made = Made {
        what: runtime.what,
        unit: runtime.unit,
        measured: Some(measured),
        ..Made::default()
    };
    if write(input.root, &files, report).is_err() {
        let text = format!(
            "The {} could not be written to {FOLDER}/ of the app",
            runtime.what
        );
        return report.note(Weight::Alarm, text);
    }
    made.files = files.len() as u64;
    made.bytes = bytes as u64;
    made.kept = if is_kept { made.files } else { 0 };
    made.took = begun.elapsed();
    report.made.push(made);
    let variables = runtime.to_use(input.root).into_iter();
    report
        .variables
        .extend(variables.map(|(name, value)| Variable {
            name,
            value: value.into(),
            is_option: name.ends_with("_OPTIONS"),
        }));
    if runtime.program == "node" {
        report.per_user = Some(runtime.path());
    }
}

/// Programs of other runtimes, beside which a package.json is for assets.
const OTHERS: &[&str] = &[
    "java",
    "bundle",
    "rails",
    "puma",
    "ruby",
    "php",
    "heroku-php-apache2",
    "heroku-php-nginx",
];

/// Whether the command leads to this runtime: by its words, and by the manifest of an app that
/// starts with a script.
fn runs(runtime: &Runtime, input: &Input<'_>, training: &Training) -> bool {
    let command = input.config.command.as_ref();
    let command = command.map_or(training.command.as_str(), |command| command.value.as_str());
    let mut words =
        command.split(|c: char| c.is_whitespace() || matches!(c, '/' | ';' | '&' | '|'));
    match runtime.program {
        "java" => words.any(|word| word == "java"),
        _ => {
            let has_manifest = input
                .tree
                .entries()
                .iter()
                .any(|one| one.path() == Path::new("package.json"));
            has_manifest && !input.runs_python && !words.any(|word| OTHERS.contains(&word))
        }
    }
}

fn train(
    input: &Input<'_>,
    training: &Training,
    runtime: &Runtime,
    report: &mut BootReport,
) -> Result<(Vec<File>, Measured), String> {
    let problem = |error: std::io::Error| format!("Not trained: {error}");
    let scratch = tempfile::Builder::new()
        .prefix("slugsmith-trained")
        .tempdir()
        .map_err(problem)?;
    let _guard = Temporary::new(scratch.path());
    let mut stage = Stage {
        input,
        training,
        alone: alone(),
        folder: scratch.path().join("first"),
    };
    if stage.alone == Alone::No {
        let text =
            "Trained with the network of the build: a network of its own is not allowed here";
        report.note(Weight::Normal, text);
    }
    let is_image = input.environment.world == World::CloudNative;
    copy(input, &stage, is_image && runtime.program == "java").map_err(problem)?;
    fs_err::write(stage.folder.join("flush.cjs"), FLUSH).map_err(problem)?;
    let parent = stage.app().join(runtime.path());
    fs_err::create_dir_all(parent.parent().unwrap_or(&parent)).map_err(problem)?;
    let first = stage.start(&runtime.to_fill(&stage)).map_err(problem)?;
    if let Some(why) = first.failed {
        return Err(format!(
            "Not trained: {why}. If it needs a database to start, name a command that loads its modules without \
             one: [com.slugsmith.boot] command = {}",
            example(runtime)
        ));
    }
    // It serves at another path as well, or it serves nobody.
    let second = scratch.path().join("second");
    fs_err::rename(&stage.folder, &second).map_err(problem)?;
    stage.folder = second;
    let files = collect(&stage.app(), runtime).map_err(problem)?;
    if files.is_empty() {
        return Err(format!(
            "Not trained: the start left no {} ({})",
            runtime.what,
            needs(runtime)
        ));
    }
    let measured = measure(&stage, runtime).map_err(|why| format!("Not trained: {why}"))?;
    if measured.with >= measured.without {
        return Err(format!(
            "No {}: the start is not shorter with it ({} with, {} without)",
            runtime.what,
            slugsmith_finding::units::time(measured.with),
            slugsmith_finding::units::time(measured.without),
        ));
    }
    Ok((files, measured))
}

fn example(runtime: &Runtime) -> &'static str {
    match runtime.program {
        "node" => "\"node -e 'require(\\\"./app\\\")'\"",
        _ => "\"java -jar target/app.jar --help\"",
    }
}

fn needs(runtime: &Runtime) -> &'static str {
    match runtime.program {
        "node" => "Node 22.1 and later keep one, and 24.12 and later one that can be moved",
        _ => "Java 13 and later keep one",
    }
}

/// Alternates, so that a machine that grows busier treats both alike; the shorter one counts.
fn measure(stage: &Stage<'_>, runtime: &Runtime) -> Result<Measured, String> {
    let with = runtime.to_measure(&stage.app());
    let one = |variables: &[(&str, String)]| -> Result<Duration, String> {
        let started = stage.start(variables).map_err(|error| error.to_string())?;
        started.spent.ok_or_else(|| {
            started
                .failed
                .unwrap_or_else(|| "a start gave no figure".to_owned())
        })
    };
    let mut measured = Measured {
        without: one(&[])?,
        with: one(&with)?,
    };
    if measured.without < SHORT {
        measured.without = measured.without.min(one(&[])?);
        measured.with = measured.with.min(one(&with)?);
    }
    Ok(measured)
}

/// Times stay, since the JVM holds those of archives against its own.
pub(crate) fn copy(
    input: &Input<'_>,
    stage: &Stage<'_>,
    has_times_of_image: bool,
) -> std::io::Result<()> {
    fs_err::create_dir_all(&stage.folder)?;
    let arguments = [
        "-a".to_owned(),
        input.root.display().to_string(),
        stage.app().display().to_string(),
    ];
    let path = input.environment.variables.get("PATH").cloned();
    let path = path.map(|path| (OsString::from("PATH"), path));
    let ended = run::run("cp", &arguments, Path::new("/"), path, &mut |_| {})?;
    if !ended.success {
        let why = ended.details().last().unwrap_or_default();
        return Err(std::io::Error::other(format!("copying the app: {why}")));
    }
    if has_times_of_image {
        for entry in input.tree.entries() {
            if entry.path().extension().is_some_and(|end| end == "jar") {
                let file = fs_err::File::open(stage.app().join(entry.path()))?;
                file.into_parts().0.set_modified(UNIX_EPOCH + IMAGE_TIME)?;
            }
        }
    }
    Ok(())
}

/// The time that the lifecycle gives every file of an image (buildpacks/spec platform.md,
/// "reproducibility": 1980-01-01T00:00:01Z).
const IMAGE_TIME: Duration = Duration::from_secs(315_532_801);

/// What the start made. The number of the user who ran it is cut from folders of Node's.
fn collect(app: &Path, runtime: &Runtime) -> std::io::Result<Vec<File>> {
    let root = Beneath::open(app)?;
    let place = runtime.path();
    if root.is_file(&place) {
        return Ok(vec![(place.clone(), root.read(&place)?)]);
    }
    let tree = Tree::read(&app.join(&place));
    let files = tree.entries().par_iter().filter(|entry| {
        // Node writes under such a name first.
        entry.kind() == EntryKind::File && entry.path().extension().is_none()
    });
    files
        .map(|entry| {
            let path = place.join(entry.path());
            let content = root.read(&path)?;
            Ok((place.join(for_everybody(entry.path())), content))
        })
        .collect()
}

/// `v24.21.0-x64-964aae3f-1000/ab12` belongs to user 1000; user 0 has it here.
fn for_everybody(path: &Path) -> PathBuf {
    let mut parts = path.components();
    let first = parts
        .next()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let first = first.unwrap_or_default();
    match first.rsplit_once('-') {
        Some((version, user)) if user.bytes().all(|byte| byte.is_ascii_digit()) => {
            Path::new(&format!("{version}-0")).join(parts)
        }
        _ => path.to_owned(),
    }
}

fn write(app: &Path, files: &[File], report: &mut BootReport) -> std::io::Result<()> {
    let root = Beneath::open(app)?;
    for (path, content) in files {
        root.replace(path, content)?;
        report.written.push(path.clone());
        let folder = path.parent().unwrap_or(path);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let Some(version) = name.strip_suffix("-0").filter(|name| name.starts_with('v')) else {
            continue;
        };
        for user in USERS.iter().filter(|user| **user != 0) {
            let link = folder.with_file_name(format!("{version}-{user}"));
            if !root.has(&link) {
                root.symlink(Path::new(&*name), &link)?;
                report.written.push(link);
            }
        }
    }
    Ok(())
}

/// Everything that decides what a start makes: every file, the command, the runtime, this
/// machine's processor.
fn fingerprint(input: &Input<'_>, training: &Training, runtime: &Runtime) -> Key {
    let mut hasher = blake3::Hasher::new();
    let processor = beneath::text("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find(|line| line.starts_with("flags"));
    let program = tools::find(runtime.program, input.environment);
    let program = program.and_then(|program| fs_err::canonicalize(program).ok());
    let size = program
        .as_ref()
        .and_then(|program| fs_err::metadata(program).ok());
    let rest = format!(
        "{} {program:?} {:?} {processor:?} {training:?} {:?} {:?} {:?}",
        runtime.what,
        size.map(|size| size.len()),
        input.config.command.as_ref().map(|command| &command.value),
        input.config.request.value,
        ["NODE_ENV", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS"].map(|name| input.environment.get(name)),
    );
    hasher.update(rest.as_bytes());
    let root = Beneath::open(input.root).ok();
    let files = input.tree.entries().par_iter();
    let digests: Vec<Option<[u8; 32]>> = files
        .map(|entry| {
            let path = entry.path();
            let is_code = path.extension().is_none_or(|end| end != "pyc");
            let is_counted =
                entry.kind() == EntryKind::File && is_code && !path.starts_with(FOLDER);
            let content = root.as_ref()?.read(path).ok().filter(|_| is_counted)?;
            let mut hasher = blake3::Hasher::new();
            hasher.update(path.as_os_str().as_encoded_bytes());
            hasher.update(&[0]);
            hasher.update(&content);
            Some(*hasher.finalize().as_bytes())
        })
        .collect();
    for digest in digests.into_iter().flatten() {
        hasher.update(&digest);
    }
    *hasher.finalize().as_bytes()
}

fn encode(files: &[File], measured: Measured) -> Vec<u8> {
    let mut text = Vec::new();
    for time in [measured.without, measured.with] {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        text.extend_from_slice(&millis.to_le_bytes());
    }
    for (path, content) in files {
        for part in [path.as_os_str().as_encoded_bytes(), content] {
            text.extend_from_slice(&(part.len() as u64).to_le_bytes());
            text.extend_from_slice(part);
        }
    }
    text
}

fn decode(text: &[u8]) -> Option<(Vec<File>, Measured)> {
    let mut rest = text;
    let number = |rest: &mut &[u8]| {
        let (number, after) = rest.split_at_checked(8)?;
        *rest = after;
        Some(u64::from_le_bytes(number.try_into().ok()?))
    };
    let measured = Measured {
        without: Duration::from_millis(number(&mut rest)?),
        with: Duration::from_millis(number(&mut rest)?),
    };
    let mut files = Vec::new();
    while !rest.is_empty() {
        let mut part = || {
            let length = usize::try_from(number(&mut rest)?).ok()?;
            let (part, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(part.to_owned())
        };
        let path = PathBuf::from(String::from_utf8(part()?).ok()?);
        files.push((path, part()?));
    }
    Some((files, measured))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_who_trained_is_not_in_the_name() {
        let of = |path: &str| for_everybody(Path::new(path)).display().to_string();
        assert_eq!(
            of("v24.21.0-x64-964aae3f-1001/ab"),
            "v24.21.0-x64-964aae3f-0/ab"
        );
        assert_eq!(of("other/ab"), "other/ab");
    }

    #[test]
    fn what_is_kept_comes_back() {
        let files = vec![
            (PathBuf::from("a/b"), b"1".to_vec()),
            (PathBuf::from("c"), Vec::new()),
        ];
        let measured = Measured {
            without: Duration::from_millis(7),
            with: Duration::from_millis(5),
        };
        let text = encode(&files, measured);
        assert_eq!(decode(&text), Some((files, measured)));
        assert_eq!(decode(&text[..text.len() - 1]), None);
    }
}
