//! Has the interpreter compile sources, into a folder of ours.
//!
//! Never beside the sources: a link of the app could lead Python out of it, and a kill would
//! leave halves behind. What it made is written by [`super::write()`].

use slugsmith_facts::beneath::own;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::decide::{Batch, Wanted};
use super::interpreter::ISOLATED;
use crate::limited;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;

/// Seconds that one of the compilers may take. Django, boto3 and pandas together take 15.
const LIMIT: u32 = 300;
/// Fewer sources are not worth a process of their own.
const PER_PROCESS: usize = 32;

/// What the compilers see of the environment: where libraries of the interpreter lie.
const PASSED: &[&str] = &["PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR"];

/// Compiles these sources of `root` into `scratch`. Which of them could be compiled shows in
/// what is there afterwards: a template named `.py` is none. In the byte code sources are
/// below `shown`, the folder that the app runs in.
pub(super) fn compile(
    root: &Path,
    batch: &Batch,
    wanted: &[&Wanted],
    shown: &Path,
    scratch: &Path,
    environment: &Environment,
) {
    let mut levels: Vec<u8> = wanted.iter().map(|one| one.level).collect();
    levels.sort_unstable();
    levels.dedup();
    for level in levels {
        let of_level = wanted.iter().filter(|one| one.level == level);
        let sources: Vec<&Path> = of_level.map(|one| &*one.source).collect();
        let processes = rayon::current_num_threads();
        let most = sources.len().div_ceil(processes).max(PER_PROCESS);
        sources
            .par_chunks(most)
            .enumerate()
            .for_each(|(number, part)| {
                let list = scratch.join(format!("list-{level}-{number}"));
                let compiler = Compiler {
                    root,
                    batch,
                    shown,
                    scratch,
                    environment,
                };
                // What is not there afterwards was not compiled, for whatever reason.
                let _ = compiler.run(level, part, &list);
            });
    }
}

struct Compiler<'a> {
    root: &'a Path,
    batch: &'a Batch,
    shown: &'a Path,
    scratch: &'a Path,
    environment: &'a Environment,
}

impl Compiler<'_> {
    fn run(&self, level: u8, sources: &[&Path], list: &Path) -> std::io::Result<()> {
        let mut text = String::new();
        for source in sources {
            text.push_str(&self.root.join(source).to_string_lossy());
            text.push('\n');
        }
        own::write(list, text)?;
        let interpreter = &self.batch.interpreter;
        let mut arguments: Vec<String> = ISOLATED.map(str::to_owned).into();
        match level {
            1 => arguments.push("-O".to_owned()),
            2 => arguments.push("-OO".to_owned()),
            _ => {}
        }
        let mode = if self.batch.is_checked {
            "checked-hash"
        } else {
            "unchecked-hash"
        };
        let prefix = format!("pycache_prefix={}", self.scratch.display());
        let rest = ["-X", &prefix, "-m", "compileall", "-qq", "-f", "-i"];
        arguments.extend(rest.map(str::to_owned));
        arguments.push(list.display().to_string());
        arguments.extend(["--invalidation-mode", mode].map(str::to_owned));
        if interpreter.version >= (3, 9) {
            let (from, to) = (self.root.display(), self.shown.display());
            arguments.extend(["-s".to_owned(), from.to_string()]);
            arguments.extend(["-p".to_owned(), to.to_string()]);
        }
        let program = &interpreter.program;
        limited::run(LIMIT, program, arguments, PASSED, self.environment).map(|_| ())
    }
}

/// The byte code that was made of a source, if it is what was asked for.
pub(super) fn made(root: &Path, batch: &Batch, one: &Wanted, scratch: &Path) -> Option<Vec<u8>> {
    let source = root.join(&one.source);
    let folder = source.parent()?.strip_prefix("/").ok()?;
    let path: PathBuf = scratch.join(folder).join(one.target.file_name()?);
    let content = beneath::read(path).ok()?;
    let flags = if batch.is_checked { 3 } else { 1 };
    let is_wanted = content.get(..4) == Some(&batch.interpreter.magic[..])
        && content.get(4..8) == Some(&[flags, 0, 0, 0][..])
        && content.len() > super::pyc::HEADER;
    is_wanted.then_some(content)
}
