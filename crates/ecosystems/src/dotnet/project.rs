//! What a project file wants: target frameworks and packages.

/// A project file, as far as it is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// `net8.0`, with the line it is on.
    pub frameworks: Vec<(String, u32)>,
    /// Name and wanted version of each `PackageReference`; empty where it is set elsewhere.
    pub packages: Vec<(String, String, u32)>,
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
        let line = || document.text_pos_at(node.range().start).row;
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
                    project
                        .packages
                        .push((name.to_owned(), version.to_owned(), line()));
                }
            }
            _ => {}
        }
    }
    project
}
