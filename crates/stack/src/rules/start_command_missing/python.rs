//! Can the Python of a process import the module that a command names?

use std::path::{Path, PathBuf};

use super::{FINDERS, Started};
use slugsmith_facts::beneath;
use slugsmith_facts::command::{Command, Files, join};
use slugsmith_facts::shell::OPEN;

/// Modules that are compiled into Python and no file.
const BUILT_IN: &[&str] = &[
    "atexit",
    "builtins",
    "errno",
    "faulthandler",
    "gc",
    "itertools",
    "marshal",
    "math",
    "posix",
    "pwd",
    "signal",
    "sys",
    "time",
];
/// Variables and options that change where modules are looked for.
const PATHS: &[&str] = &["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"];
const MOVES: &[&str] = &["--pythonpath", "--workdir"];
/// Options by which a server looks in another folder.
const FOLDERS: &[&str] = &["--chdir", "--app-dir"];

impl Started<'_, '_> {
    /// Where the variables of the process let Python look as well; `None` where they are not known.
    fn added_places(&self) -> Option<Vec<PathBuf>> {
        let process = self.model.process(&self.process.kind);
        let value = |name: &str| process.get(name).to_string_lossy().into_owned();
        let is_open = PATHS.iter().any(|name| value(name).contains(OPEN));
        if is_open || process.is_set("PYTHONHOME") {
            return None;
        }
        let set = process.get("PYTHONPATH");
        let mut found: Vec<PathBuf> = std::env::split_paths(set)
            .filter(|_| !set.is_empty())
            .map(|folder| self.on_disk(&folder))
            .collect();
        let user = process.get("PYTHONUSERBASE");
        let user = if user.is_empty() {
            // Packages of the user lie in the app, which is its home on a dyno.
            self.files.0.join(".local")
        } else {
            self.on_disk(Path::new(user))
        };
        found.extend(versions(&user.join("lib")).map(|lib| lib.join("site-packages")));
        Some(found)
    }

    /// A module whose first part neither the app has nor any place where this Python looks.
    pub(super) fn not_importable(&self, one: &Command, module: &str) -> Option<String> {
        let folder = module_folder(one)?;
        let by_manager = one.wrappers.iter().any(|name| {
            let name = name.rsplit('/').next().unwrap_or(name);
            FINDERS.contains(&name)
        });
        let top = module.split('.').next().unwrap_or(module);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if by_manager || top.is_empty() || !top.chars().all(is_name) || BUILT_IN.contains(&top) {
            return None;
        }
        let is_of = |name: &str| {
            let rest = name.strip_prefix(top);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if self.files.names(&folder).iter().any(|name| is_of(name)) {
            return None;
        }
        let program = Some(one.program()).filter(|name| name.starts_with("python"));
        let mut places = places(&self.python(program.unwrap_or("python3"))?)?;
        places.extend(self.added_places()?);
        for place in places {
            for entry in place.read_dir().into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if is_of(&name) || (place.ends_with("site-packages") && opens(&name)) {
                    return None;
                }
            }
        }
        Some(format!(
            "`{}` needs the module {module}, which neither the app nor its Python has.",
            one.text
        ))
    }

    /// The file that a name of Python means to the process, where all of PATH is known.
    fn python(&self, name: &str) -> Option<PathBuf> {
        if self.is_open_path() {
            return None;
        }
        let path = self.model.process(&self.process.kind).get("PATH");
        let found = std::env::split_paths(path)
            .map(|folder| self.on_disk(&folder).join(name))
            .find(|file| file.symlink_metadata().is_ok())?;
        let is_of_image = !found.starts_with(&self.files.0)
            && !found.starts_with(self.model.layers.on_disk(&self.model.layers.root));
        (!is_of_image || !self.model.is_image_unseen()).then_some(found)
    }

    /// A module of Python that is the app's own.
    pub(in super::super) fn module(&self, one: &Command, module: &str) -> Option<String> {
        let process = self.model.process(&self.process.kind);
        let folder = module_folder(one).filter(|_| !process.is_set("PYTHONPATH"))?;
        let base = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let top = module.split('.').next().unwrap_or(module);
        let ours =
            self.has(&format!("{base}{top}")) && self.files.0.join(format!("{base}{top}")).is_dir();
        // `celery -A shop.tasks.app` also means the object `app` of the module.
        if one.program() == "celery"
            && let Some((holder, _)) = module.rsplit_once('.')
            && self.has(&format!("{base}{}.py", holder.replace('.', "/")))
        {
            return None;
        }
        let path = module.replace('.', "/");
        let runs = one.program().starts_with("python") && one.words.iter().any(|word| word == "-m");
        let package = self.files.0.join(format!("{base}{path}"));
        let is_compiled =
            || package.join("__pycache__").exists() || package.join("__main__.pyc").exists();
        if runs
            && ours
            && package.is_dir()
            && !package.join("__main__.py").exists()
            && !is_compiled()
        {
            return Some(format!(
                "`{}` needs the file {path}/__main__.py, which does not exist.",
                one.text
            ));
        }
        let exists = [".py", "", ".so", ".pyc"]
            .iter()
            .any(|ending| self.has(&format!("{base}{path}{ending}")))
            || !self
                .files
                .names(&format!("{base}{top}"))
                .iter()
                .any(|name| name.rsplit_once('.').is_some_and(|(_, e)| e == "py"));
        (ours && !exists).then(|| {
            format!(
                "`{}` needs the module {module}, which does not exist.",
                one.text
            )
        })
    }
}

/// Modules are looked for in the folder of the command, or that which an option names, and in Python's own places.
pub(super) fn module_folder(one: &Command) -> Option<String> {
    let moved = one
        .words
        .iter()
        .any(|word| MOVES.iter().any(|option| word.starts_with(option)));
    let set = one
        .environment
        .iter()
        .any(|(name, _)| PATHS.contains(&name.as_str()));
    let folder = one.folder.as_deref().filter(|_| !moved && !set)?;
    let mut words = one.words.iter();
    let named = words.find_map(|word| {
        let option = FOLDERS.iter().find(|option| word.starts_with(**option))?;
        Some((option, word))
    });
    match named {
        None => Some(folder.to_owned()),
        Some((option, word)) if word == option => join(Some(folder), words.next()?),
        Some((option, word)) => join(Some(folder), word.strip_prefix(option)?.strip_prefix('=')?),
    }
}

/// The folders in which a Python looks for modules; `None` where they are not all seen.
fn places(program: &Path) -> Option<Vec<PathBuf>> {
    let prefix = |program: &Path| Some(program.parent()?.parent()?.to_owned());
    let real = program.canonicalize().ok()?;
    let base = prefix(&real)?;
    let name = real.file_name()?.to_str()?.to_owned();
    let lib = versions(&base.join("lib"))
        .find(|lib| lib.file_name().is_some_and(|one| one == name.as_str()))?;
    // The standard library may be in an archive.
    let library = lib.join("os.py").is_file().then_some(&lib)?;
    let mut found = vec![library.clone(), lib.join("lib-dynload")];
    let of_program = prefix(program)?;
    let settings = beneath::read(of_program.join("pyvenv.cfg")).ok();
    let settings = settings.map(|text| String::from_utf8_lossy(&text).into_owned());
    if settings.as_deref().is_none_or(sees_system) {
        found.push(lib.join("site-packages"));
        // Debian's own.
        found.push(base.join("lib/python3/dist-packages"));
        found.push(
            Path::new("/usr/local/lib")
                .join(&name)
                .join("dist-packages"),
        );
    }
    if settings.is_some() {
        found.extend(versions(&of_program.join("lib")).map(|lib| lib.join("site-packages")));
    }
    Some(found)
}

/// `python3.13` and the like in a folder of libraries.
fn versions(lib: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = lib.read_dir().into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("python3."))
        .map(|entry| entry.path())
}

/// Whether a virtual environment has the packages of the Python that it was made of, too.
fn sees_system(settings: &str) -> bool {
    let text: String = settings.split(' ').collect();
    let text = text.to_ascii_lowercase();
    !text.contains("include-system-site-packages=false")
}

/// Files that may add places to look in, or modules of other names.
fn opens(name: &str) -> bool {
    let is_list = name.rsplit_once('.').is_some_and(|(_, end)| end == "pth");
    is_list && name != "distutils-precedence.pth"
        || matches!(name, "sitecustomize.py" | "usercustomize.py")
}
