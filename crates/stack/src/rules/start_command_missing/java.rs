//! Does Java find the class that a command starts?

use std::path::{Path, PathBuf};

use super::Started;
use slugsmith_facts::command::Command;
use slugsmith_facts::jar::Jar;

/// Class paths with more archives than this are not searched.
const MANY: usize = 2_000;

impl Started<'_, '_> {
    /// A class that no place of the class path has; silent where one of them is not seen.
    pub(super) fn lacks_class(
        &self,
        one: &Command,
        places: &[String],
        is_asked: bool,
        name: &str,
    ) -> Option<String> {
        let process = self.model.process(&self.process.kind);
        if !is_asked && (process.is_set("CLASSPATH") || process.is_set("JDK_JAVA_OPTIONS")) {
            return None;
        }
        let class = format!("{}.class", name.replace('.', "/"));
        let mut archives = Vec::new();
        for place in places {
            let (folder, all) = match place.strip_suffix('*') {
                Some(folder) => (folder, true),
                None => (place.as_str(), false),
            };
            let path = self.files.0.join(self.in_app(one, folder)?);
            if all {
                archives.extend(jars(&path));
            } else if path.is_dir() {
                if path.join(&class).is_file() {
                    return None;
                }
            } else if path.is_file() {
                archives.push(path);
            }
        }
        for path in archives.iter().take(MANY) {
            let jar = Jar::read(path)?;
            // What its manifest names is one more place.
            if jar.has_class(name) || jar.attribute("Class-Path").is_some() {
                return None;
            }
        }
        (archives.len() <= MANY).then(|| {
            format!(
                "`{}` needs the class {name}, which its class path does not have.",
                one.text
            )
        })
    }

    /// An archive that names no class to start with, or one that it does not have.
    pub(super) fn lacks_main_class(&self, one: &Command, path: &str) -> Option<String> {
        let file = self.files.0.join(self.in_app(one, path)?);
        let jar = Jar::read(&file)?;
        let Some(main) = jar.attribute("Main-Class") else {
            return Some(format!(
                "`{}` starts {path}, whose manifest names no `Main-Class`.",
                one.text
            ));
        };
        let elsewhere = ["Class-Path", "Launcher-Agent-Class", "Multi-Release"];
        let is_elsewhere = elsewhere.iter().any(|name| jar.attribute(name).is_some());
        (!is_elsewhere && !jar.has_class(&main)).then(|| {
            format!(
                "`{}` starts {path}, which does not have the class {main} that its manifest names.",
                one.text
            )
        })
    }
}

/// The archives that `FOLDER/*` stands for.
fn jars(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let is_jar = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("jar"))
    };
    entries.map(|entry| entry.path()).filter(is_jar).collect()
}
