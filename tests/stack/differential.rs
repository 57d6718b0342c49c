//! Random stacks: the model says what the real builder and launcher do.
//!
//! Against two versions of the lifecycle: 150 stacks each in a usual run, 5,000 each with `SLUGSMITH_LONG=1`;
//! `SLUGSMITH_STACK_CASES` sets another number and `SLUGSMITH_STACK_SEED` starts elsewhere. A failing case names
//! its seed.

use std::ffi::OsStr;
use std::path::Path;

use slugsmith::facts::exec_env;
use slugsmith::facts::layers::launched::is_launched;
use slugsmith::facts::layers::{self, EnvDir, Folder, Layer, LayerToml, Layers, env_dir, escape};
use slugsmith::stack::environment::{self, Environment, Overlay};
use slugsmith::stack::launch;

use crate::generator::{self, Random};
use crate::lifecycle::{self, Lifecycle, Raw};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

/// What a run compared, to show that it compared something.
#[derive(Default, Debug)]
struct Counts {
    builds: u32,
    launches: u32,
    stopped: u32,
}

#[test]
#[ignore = "needs the test bed: scripts/test pack"]
fn the_model_says_what_builder_and_launcher_do() {
    agree("today's lifecycle", &lifecycle::TODAY);
}

#[test]
#[ignore = "needs the test bed: scripts/test pack"]
fn the_model_says_what_the_older_builder_and_launcher_do() {
    agree("the older lifecycle", &lifecycle::OLDER);
}

#[expect(clippy::print_stdout, reason = "what a run compared is its figure")]
fn agree(name: &str, lifecycle: &'static Lifecycle) {
    let usual = if crate::long::is_long() { 5_000 } else { 150 };
    let cases = setting("SLUGSMITH_STACK_CASES", usual);
    let first = setting("SLUGSMITH_STACK_SEED", 1);
    let _ = lifecycle.programs();
    let workers: Vec<_> = (0..2)
        .map(|worker| {
            std::thread::spawn(move || {
                let mut counts = Counts::default();
                let mut differences = Vec::new();
                for seed in (first..first + cases).filter(|seed| seed % 2 == worker) {
                    differences.extend(case(lifecycle, seed, &mut counts));
                }
                (counts, differences)
            })
        })
        .collect();
    let mut differences = Vec::new();
    let mut total = Counts::default();
    for worker in workers {
        let (counts, found) = worker.join().unwrap();
        total.builds += counts.builds;
        total.launches += counts.launches;
        total.stopped += counts.stopped;
        differences.extend(found);
    }
    println!(
        "{name}: {cases} stacks, {total:?}, {} differences",
        differences.len()
    );
    assert!(total.launches > 0 && total.builds > 0);
    let shown: Vec<&String> = differences.iter().take(10).collect();
    assert!(
        differences.is_empty(),
        "{} differences: {shown:#?}",
        differences.len()
    );
}

fn case(lifecycle: &Lifecycle, seed: u64, counts: &mut Counts) -> Vec<String> {
    let folder = tempfile::Builder::new()
        .prefix("slugsmith-stack-")
        .tempdir()
        .unwrap();
    let stack = folder.path();
    let mut random = Random::new(seed);
    generator::stack(stack, lifecycle.has_exec_env(), &mut random);
    let base = generator::base(&mut random);
    let mut differences = Vec::new();
    if let Err(difference) = build(lifecycle, stack, &base, counts) {
        differences.push(format!("seed {seed}, build: {difference}"));
    }
    let starts = [Some("web"), Some("worker"), Some("w.x"), None];
    let layers = layers::read(&stack.join("layers"));
    keep_what_is_exported(&layers);
    if layers.finished.is_none() {
        finish_by_hand(&layers);
    }
    let layers = layers::read(&stack.join("layers"));
    for process in starts {
        let launch = processes(&layers, &base);
        let is_known = |kind: &str| {
            let mut all = launch.processes.iter().chain(&launch.elsewhere);
            all.any(|one| one.process.kind == kind)
        };
        if process.is_none_or(is_known)
            && let Err(difference) = start(lifecycle, stack, &layers, &base, process, counts)
        {
            differences.push(format!("seed {seed}, {process:?}: {difference}"));
        }
    }
    differences
}

/// Environment of the last buildpack, processes and default.
fn build(
    lifecycle: &Lifecycle,
    stack: &Path,
    base: &Raw,
    counts: &mut Counts,
) -> Result<(), String> {
    let base = lifecycle.base(base);
    let layers = layers::read(&stack.join("layers"));
    let before = &layers.group[..layers.group.len() - 1];
    let text = fs_err::read_to_string(stack.join("bps/dump_env/1.0/buildpack.toml")).unwrap();
    let clears = text.contains("clear-env = true");
    let overlay = |clear: bool| Overlay {
        platform: if clear {
            EnvDir::Absent
        } else {
            env_dir::read(&stack.join("platform/env"))
        },
        operator: env_dir::read(&stack.join("cfg/env")),
    };
    let model = environment::build(&layers.root, before, &base, &overlay(clears));
    // Each buildpack gets an environment, and each of them may stop the build.
    let failure = (0..before.len())
        .find_map(|index| {
            environment::build(&layers.root, &before[..index], &base, &overlay(false)).failure
        })
        .or_else(|| model.failure.clone());
    let real = lifecycle.build(stack, &base);
    let broken = before
        .iter()
        .flat_map(|one| &one.layers)
        .any(|layer| matches!(layer.toml, LayerToml::Broken(_)));
    counts.builds += 1;
    match (failure.is_some() || broken, &real) {
        (true, Err(_)) => {
            counts.stopped += 1;
            return Ok(());
        }
        (true, Ok(())) => {
            return Err(format!(
                "the model stops at {failure:?}, the builder does not"
            ));
        }
        (false, Err(said)) => return Err(format!("the builder stops: {said}")),
        (false, Ok(())) => {}
    }
    let mut live = lifecycle::records(&fs_err::read(stack.join("out/env")).unwrap());
    live.retain(|name, _| !is_of_one_buildpack(name));
    compare(&model, &live)?;
    let after = layers::read(&stack.join("layers"));
    let finished = processes(&after, &base);
    let predicted = processes(&layers, &base);
    let short = |found: &launch::Launch| -> Vec<(String, Option<usize>)> {
        found
            .processes
            .iter()
            .chain(&found.elsewhere)
            .map(|one| (launch::named(&one.process), one.owner))
            .collect()
    };
    if short(&finished) != short(&predicted) || finished.default != predicted.default {
        return Err(format!("processes: {predicted:?} instead of {finished:?}"));
    }
    Ok(())
}

/// The processes in the execution environment of `base`.
fn processes(layers: &Layers, base: &Raw) -> launch::Launch {
    let exec_env = exec_env::of(|name| base.get(OsStr::new(name)));
    launch::processes(layers, &exec_env)
}

/// Variables that the builder gives each buildpack for itself.
fn is_of_one_buildpack(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CNB_TARGET_")
        || [
            "CNB_BUILDPACK_DIR",
            "CNB_PLATFORM_DIR",
            "CNB_BP_PLAN_PATH",
            "CNB_LAYERS_DIR",
            "CNB_EXEC_ENV",
        ]
        .contains(&&*name)
}

fn start(
    lifecycle: &Lifecycle,
    stack: &Path,
    layers: &Layers,
    base: &Raw,
    process: Option<&str>,
    counts: &mut Counts,
) -> Result<(), String> {
    let base = lifecycle.launch_base(stack, base);
    let launched = |layer: &Layer| is_launched(layers, layer);
    let model = environment::launch(
        &layers.root,
        &layers.group,
        &launched,
        &base,
        process.unwrap_or(""),
    );
    counts.launches += 1;
    let all = processes(layers, &base);
    let is_elsewhere = |kind| all.elsewhere.iter().any(|one| one.process.kind == kind);
    if process.is_some_and(is_elsewhere) {
        counts.stopped += 1;
        return match lifecycle.launch(stack, &base, process) {
            Ok(_) => Err("it starts, and the model says that it is for elsewhere".to_owned()),
            Err(_) => Ok(()),
        };
    }
    match (&model.failure, lifecycle.launch(stack, &base, process)) {
        (None, Ok(real)) => compare(&model, &real),
        (Some(_), Err(_)) => {
            counts.stopped += 1;
            Ok(())
        }
        (Some(failure), Ok(_)) => Err(format!(
            "the model stops at {failure:?}, the launcher does not"
        )),
        (None, Err(said)) => Err(format!("the launcher stops: {said}")),
    }
}

fn compare(model: &Environment, real: &Raw) -> Result<(), String> {
    let ambiguous = model.ambiguous();
    let mut model = model.raw();
    let mut real = real.clone();
    for name in ambiguous {
        model.remove(&name);
        real.remove(&name);
    }
    for name in model.keys().chain(real.keys()) {
        if model.get(name) != real.get(name) {
            return Err(format!(
                "{}: model {:?}, real {:?}",
                name.display(),
                model.get(name),
                real.get(name)
            ));
        }
    }
    Ok(())
}

/// What export does: layers that are not for launch, and everything without a toml, stay out.
fn keep_what_is_exported(layers: &Layers) {
    for buildpack in &layers.group {
        for layer in &buildpack.layers {
            let path = layers.root.join(escape(&buildpack.id)).join(&layer.name);
            if layer.folder == Folder::Directory && !is_launched(layers, layer) {
                fs_err::remove_dir_all(path).unwrap();
            }
        }
    }
}

/// The builder stopped, so it wrote no `metadata.toml`; the launcher is asked all the same.
fn finish_by_hand(layers: &Layers) {
    use std::fmt::Write as _;
    let mut text = String::new();
    for buildpack in &layers.group {
        let _ = write!(
            text,
            "[[buildpacks]]\nid = \"{}\"\napi = \"{}\"\n",
            buildpack.id, buildpack.api
        );
    }
    let owner = &layers.group[0].id;
    for kind in generator::PROCESSES {
        let _ = write!(
            text,
            "[[processes]]\ntype = \"{kind}\"\ncommand = [\"/usr/bin/env\", \"-0\"]\nargs = []\ndirect = true\n\
             buildpack-id = \"{owner}\"\n"
        );
    }
    fs_err::create_dir_all(layers.root.join("config")).unwrap();
    fs_err::write(layers.root.join("config/metadata.toml"), text).unwrap();
}
