//! What the companion leaves for the program that a hook asks: of which build is this?

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::CALLS;
use crate::Context;
use slugsmith_config::LogLevel;
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::environment::{Environment, Target, World, own_variables};

const FILE: &str = "answers.json";
const SCHEMA: &str = "slugsmith.answers/1";

/// One build, for processes that later buildpacks start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    schema: String,
    /// The app folder and its inode: notes of another build count for nothing.
    pub app: PathBuf,
    inode: u64,
    /// Where the last buildpack keeps its caches.
    pub store: PathBuf,
    is_classic: bool,
    /// Whether calls that run as they are get a line.
    pub is_verbose: bool,
    os: String,
    arch: String,
    distro: String,
}

impl Session {
    /// Writes it into the companion's notes, and removes what calls of another build left.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn open(context: &Context<'_>, notes: &Path) -> std::io::Result<()> {
        let environment = context.environment;
        let app = &context.app.root;
        let session = Self {
            schema: SCHEMA.to_owned(),
            app: app.clone(),
            inode: fs_err::metadata(app)?.ino(),
            store: context.store.root().to_owned(),
            is_classic: environment.world != World::CloudNative,
            is_verbose: context.config.log.value == LogLevel::Verbose,
            os: environment.target.os.clone(),
            arch: environment.target.arch.clone(),
            distro: environment.target.distro.clone(),
        };
        let folder = Beneath::open(notes)?;
        folder.remove(Path::new(CALLS))?;
        folder.replace(Path::new(FILE), &serde_json::to_vec(&session)?)
    }

    /// The build whose notes these are, while it goes on.
    #[must_use]
    pub fn load(notes: &Path) -> Option<Self> {
        let session: Self = serde_json::from_slice(&beneath::note(notes, FILE).ok()?).ok()?;
        let inode = fs_err::metadata(&session.app).ok()?.ino();
        (session.schema == SCHEMA && session.inode == inode).then_some(session)
    }

    /// The variables of the process that asks, on the machine of this build.
    pub(crate) fn environment(&self) -> Environment {
        let mut variables = own_variables();
        super::unhook(&mut variables);
        Environment {
            world: if self.is_classic {
                World::Classic
            } else {
                World::CloudNative
            },
            target: Target {
                os: self.os.clone(),
                arch: self.arch.clone(),
                distro: self.distro.clone(),
            },
            variables,
        }
    }
}
