//! The type of an ecosystem's model, and of its parts.

use super::graph::{Graph, Unreadable, Wanted};
use super::pattern;

/// Everything that is known of one ecosystem.
#[derive(Debug)]
pub struct Ecosystem {
    /// Stable name for tests and data: `dotnet`.
    pub id: &'static str,
    /// As messages call it: `.NET`.
    pub language: &'static str,
    /// Type of its package URLs (Package-URL specification, "Known types").
    pub purl: &'static str,
    /// Files at the root of a project that announce it, the most telling first.
    pub manifests: &'static [Manifest],
    pub lockfiles: &'static [Lockfile],
    /// Files at the root that say which version of the language is wanted.
    pub version_files: &'static [&'static str],
    /// Programs that answer requests, as its start commands name them.
    pub servers: &'static [&'static str],
    /// Programs that work off jobs.
    pub workers: &'static [&'static str],
    /// What else its start commands run: runtimes, task runners, package managers.
    pub programs: &'static [&'static str],
    /// Whether an install makes programs of the app itself, which start commands name.
    pub is_compiled: bool,
    /// Names of the caches by which slugsmith installs it; empty where it does not.
    pub caches: &'static [&'static str],
    /// Who installs it, the usual one of each world first.
    pub buildpacks: &'static [Buildpack],
    /// What an installed app has.
    pub trees: &'static [Tree],
    /// The spelling by which names of packages are compared.
    pub normalize: fn(&str) -> String,
    /// What a manifest wants, where that is read here; empty elsewhere.
    pub wanted: fn(&str) -> Vec<Wanted>,
    /// Whether versions may move without a lockfile, so that it should have one.
    pub needs_lockfile: bool,
    /// The package that a path of an installed app belongs to, by the path alone.
    pub package_of: fn(&str) -> Option<String>,
    /// What builds leave behind.
    pub leftovers: &'static [Leftovers],
}

impl Ecosystem {
    /// Every program that its start commands run.
    pub fn starters(&self) -> impl Iterator<Item = &'static str> + use<> {
        let all = [self.servers, self.workers, self.programs];
        all.into_iter().flatten().copied()
    }

    /// Whether a start command that runs this program is of this ecosystem.
    #[must_use]
    pub fn starts(&self, program: &str) -> bool {
        self.starters().any(|one| one == program)
    }
}

/// A manifest whose wishes are not read here.
#[must_use]
pub fn nothing_wanted(_text: &str) -> Vec<Wanted> {
    Vec::new()
}

/// An ecosystem whose packages are not told by paths alone.
#[must_use]
pub fn no_package(_path: &str) -> Option<String> {
    None
}

/// A file that announces an ecosystem.
#[derive(Debug)]
pub struct Manifest {
    /// At a project's root; `*` stands for any part of one name.
    pub pattern: &'static str,
    /// The tool that reads it.
    pub tool: &'static str,
    /// Whether this content announces it; most names alone do.
    pub announces: fn(&str) -> bool,
    pub service: Service,
    /// The command that writes the lockfile it lacks; empty where there is none.
    pub lock_with: &'static str,
}

impl Manifest {
    /// A manifest that announces the ecosystem by its name alone, and is recognised only.
    #[must_use]
    pub const fn new(pattern: &'static str, tool: &'static str) -> Self {
        Self {
            pattern,
            tool,
            announces: |_| true,
            service: Service::Recognised,
            lock_with: "",
        }
    }

    /// One that slugsmith installs from.
    #[must_use]
    pub const fn installed(mut self) -> Self {
        self.service = Service::Installed;
        self
    }

    /// One that announces the ecosystem only with this content.
    #[must_use]
    pub const fn with(mut self, announces: fn(&str) -> bool) -> Self {
        self.announces = announces;
        self
    }

    /// One that no buildpack known here installs from: what to write in its place.
    #[must_use]
    pub const fn instead(mut self, advice: &'static str) -> Self {
        self.service = Service::Instead(advice);
        self
    }

    /// One whose missing lockfile this command writes.
    #[must_use]
    pub const fn lock_with(mut self, command: &'static str) -> Self {
        self.lock_with = command;
        self
    }

    /// Whether a path relative to the project is this manifest.
    #[must_use]
    pub fn is(&self, path: &str) -> bool {
        pattern::matches(self.pattern, path)
    }
}

/// What slugsmith does with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Installs it, where nobody has.
    Installed,
    /// Knows it, and leaves installing to another buildpack.
    Recognised,
    /// Knows it, as no buildpack known here does: what to write in its place, as a sentence.
    Instead(&'static str),
}

/// A lockfile and its reader.
#[derive(Debug)]
pub struct Lockfile {
    pub name: &'static str,
    /// The manager that writes it.
    pub manager: &'static str,
    /// The program that installs from it.
    pub tool: &'static str,
    /// The manifest that it belongs to, as a pattern.
    pub manifest: &'static str,
    /// Writes it anew.
    pub lock_with: &'static str,
    pub service: Service,
    /// Which of several lockfiles of one manager wins: the lowest.
    pub read: fn(&str) -> Result<Graph, Unreadable>,
}

/// Where a buildpack is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    Classic,
    CloudNative,
    Both,
}

/// A buildpack that installs an ecosystem.
#[derive(Debug)]
pub struct Buildpack {
    /// As one adds it to an app: an id, or a URL for those that have none.
    pub name: &'static str,
    /// Where it is used.
    pub world: World,
    /// Ids by which it stands in a Cloud Native group.
    pub ids: &'static [&'static str],
}

impl Buildpack {
    /// One that has the same id in both worlds.
    #[must_use]
    pub const fn both(name: &'static str, ids: &'static [&'static str]) -> Self {
        Self {
            name,
            world: World::Both,
            ids,
        }
    }

    /// One for Cedar.
    #[must_use]
    pub const fn classic(name: &'static str) -> Self {
        Self {
            name,
            world: World::Classic,
            ids: &[],
        }
    }

    /// One for `pack` and Fir.
    #[must_use]
    pub const fn cloud_native(name: &'static str, ids: &'static [&'static str]) -> Self {
        Self {
            name,
            world: World::CloudNative,
            ids,
        }
    }

    /// Whether it can be used in this world.
    #[must_use]
    pub fn is_for(&self, is_cloud_native: bool) -> bool {
        match self.world {
            World::Both => true,
            World::Classic => !is_cloud_native,
            World::CloudNative => is_cloud_native,
        }
    }
}

/// Something in the app that only an install or a build leaves.
#[derive(Debug)]
pub struct Tree {
    /// Relative to the project; `*` stands for any part of one name.
    pub path: &'static str,
    /// Who leaves it.
    pub left_by: &'static str,
    pub holds: Holds,
}

/// What a tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The language itself.
    Runtime,
    /// Installed packages.
    Packages,
    /// What was built from them: nothing else has to be installed.
    Program,
}

impl Tree {
    /// A tree with the language's own runtime.
    #[must_use]
    pub const fn runtime(path: &'static str, left_by: &'static str) -> Self {
        Self {
            path,
            left_by,
            holds: Holds::Runtime,
        }
    }

    /// A tree with installed packages.
    #[must_use]
    pub const fn packages(path: &'static str, left_by: &'static str) -> Self {
        Self {
            path,
            left_by,
            holds: Holds::Packages,
        }
    }

    /// A built program.
    #[must_use]
    pub const fn program(path: &'static str, left_by: &'static str) -> Self {
        Self {
            path,
            left_by,
            holds: Holds::Program,
        }
    }
}

/// Files that a build leaves beside its result and no process reads.
#[derive(Debug)]
pub struct Leftovers {
    /// All of these must be in the app: the manifest, and the result itself.
    pub beside: &'static [&'static str],
    /// What is left over: patterns of whole paths, where `**` stands for any folders.
    pub paths: &'static [&'static str],
}
