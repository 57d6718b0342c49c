//! What a project file wants: target frameworks and packages.

use slugsmith_finding::LineSpan;

use crate::graph::Wanted;

/// A project file, as far as it is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// `net8.0`, with the line it is on.
    pub frameworks: Vec<(String, LineSpan)>,
    /// Each `PackageReference`; without a version where that is set elsewhere.
    pub packages: Vec<Wanted>,
}

/// Reads `*.csproj`, `*.fsproj`, `*.vbproj` or `Directory.Build.props`.
#[must_use]
pub fn read(text: &str) -> Project {
    let mut project = Project::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Ok(document) = roxmltree::Document::parse(text) else {
        return project;
    };
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let line = || LineSpan::of(text, node.range());
        match node.tag_name().name() {
            "TargetFramework" | "TargetFrameworks" => {
                let names = node.text().unwrap_or_default().split(';').map(str::trim);
                let names = names.filter(|name| !name.is_empty() && !name.contains('$'));
                project
                    .frameworks
                    .extend(names.map(|name| (name.to_owned(), line())));
            }
            "PackageReference" => {
                let inner = || {
                    let mut children = node.children();
                    children
                        .find(|child| child.tag_name().name() == "Version")?
                        .text()
                };
                let version = node.attribute("Version").or_else(inner).unwrap_or_default();
                let name = node.attribute("Include").unwrap_or_default();
                if !name.is_empty() {
                    project.packages.push(Wanted {
                        name: name.to_owned(),
                        version: version.to_owned(),
                        is_development: false,
                        line: line(),
                    });
                }
            }
            _ => {}
        }
    }
    project
}

/// Its packages.
pub(super) fn wanted(text: &str) -> Vec<Wanted> {
    read(text).packages
}

impl Project {
    /// The release line of the newest framework that runs on a dyno: `8` for `net8.0`, `3.1`
    /// for `netcoreapp3.1`; `None` for libraries and the .NET of Windows.
    #[must_use]
    pub fn line(&self) -> Option<(String, LineSpan)> {
        let lines = self.frameworks.iter().filter_map(|(name, line)| {
            let name = name.split('-').next().unwrap_or(name);
            let version = name
                .strip_prefix("netcoreapp")
                .or_else(|| name.strip_prefix("net"))?;
            let (major, minor) = version.split_once('.')?;
            let (major, minor): (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
            Some((major, minor, *line))
        });
        let (major, minor, line) = lines.max()?;
        let name = if major < 5 {
            format!("{major}.{minor}")
        } else {
            major.to_string()
        };
        Some((name, line))
    }
}
