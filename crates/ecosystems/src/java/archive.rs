//! What Maven and Gradle call the jar or war that they build, for rules that check what a command starts.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

/// The name, without its ending, of the archive that Maven puts into `target/`; nothing where a plugin, a profile or a
/// property that is not written out decides (Maven, "POM reference": `finalName`, inheritance of `version`).
#[must_use]
pub fn maven(pom: &str) -> Option<String> {
    let document = Document::parse(pom).ok()?;
    let project = document.root_element();
    if text(project, "packaging").is_some_and(|kind| kind == "pom") || is_renamed(project) {
        return None;
    }
    let of_parent = |name| child(project, "parent").and_then(|parent| text(parent, name));
    let artifact = text(project, "artifactId")?;
    let version = text(project, "version").or_else(|| of_parent("version"))?;
    let mut known = BTreeMap::from([
        ("project.artifactId".to_owned(), artifact),
        ("project.version".to_owned(), version),
    ]);
    known.insert(
        "project.name".to_owned(),
        text(project, "name").unwrap_or(artifact),
    );
    let properties = child(project, "properties");
    for property in properties
        .iter()
        .flat_map(Node::children)
        .filter(Node::is_element)
    {
        let value = property.text().unwrap_or_default().trim();
        known.insert(property.tag_name().name().to_owned(), value);
    }
    let name = child(project, "build").and_then(|build| text(build, "finalName"));
    filled(
        name.unwrap_or("${project.artifactId}-${project.version}"),
        &known,
    )
}

/// Whether something but `finalName` may name or copy an archive.
fn is_renamed(project: Node<'_, '_>) -> bool {
    const DECIDES: &[&str] = &[
        "classifier",
        "shadedArtifactAttached",
        "outputFile",
        "outputDirectory",
        "directory",
        "warName",
        "jarName",
        "descriptorRef",
        "descriptors",
    ];
    project.descendants().any(|node| {
        let name = node.tag_name().name();
        let inside = |holder: &str| {
            node.ancestors()
                .any(|outer| outer.tag_name().name() == holder)
        };
        let by_plugin = inside("plugin") && (DECIDES.contains(&name) || name == "finalName");
        let by_profile = inside("profile") && (name == "finalName" || name == "plugin");
        let by_goal =
            name == "goal" && matches!(node.text().map(str::trim), Some("copy" | "single" | "run"));
        let by_folder =
            name == "directory" && node.parent().is_some_and(|it| it.has_tag_name("build"));
        by_plugin || by_profile || by_goal || by_folder
    })
}

/// A text with its `${NAME}`s filled in, as far as all of them are known.
fn filled(text: &str, known: &BTreeMap<String, &str>) -> Option<String> {
    let mut name = text.to_owned();
    // A property may have others in its value.
    for _ in 0..8 {
        let Some((before, rest)) = name.split_once("${") else {
            return Some(name);
        };
        let (inner, after) = rest.split_once('}')?;
        name = format!("{before}{}{after}", known.get(inner)?);
    }
    None
}

/// The name, without its ending, of the archive that Gradle puts into `build/libs/` in a build of one project; nothing
/// where a task, a variable or a plugin decides (Gradle manual, "Archive naming").
#[must_use]
pub fn gradle(settings: &str, script: &str, properties: Option<&str>) -> Option<String> {
    const DECIDES: &[&str] = &[
        "archive",
        "baseName",
        "jar {",
        "Jar {",
        "war {",
        "War {",
        "jar{",
        "Jar{",
        "apply from",
        "allprojects",
        "libsDirName",
        "buildDir",
        "layout.build",
        "tasks.jar",
    ];
    let is_simple = |text: &str| !DECIDES.iter().any(|word| text.contains(word));
    let mut lines = settings.lines().map(str::trim);
    if !is_simple(script) || lines.any(|line| line.starts_with("include")) {
        return None;
    }
    let project = sole(settings, "rootProject.name")?;
    let given = properties
        .into_iter()
        .flat_map(str::lines)
        .find_map(|line| line.trim().strip_prefix("version"));
    let named = script.lines().any(|line| is_set(line, "version"));
    match (named, given) {
        (false, None) => Some(project),
        (true, None) => Some(format!("{project}-{}", sole(script, "version")?)),
        (false, Some(rest)) => {
            let value = rest.trim_start_matches([' ', '=', ':']).trim();
            (!value.is_empty()).then(|| format!("{project}-{value}"))
        }
        (true, Some(_)) => None,
    }
}

/// What a line of a script gives a name at its top: `version = '1.0'`, `version '1.0'`, written out and once.
fn sole(script: &str, name: &str) -> Option<String> {
    let mut lines = script.lines().filter(|line| is_set(line, name));
    let line = lines.next()?.strip_prefix(name)?;
    let value = line.trim_start_matches([' ', '=', '(']);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = value.get(1..)?.split_once(quote)?;
    let is_whole =
        after.trim_end_matches([')', ';', ' ']).is_empty() || after.trim().starts_with("//");
    (lines.next().is_none() && is_whole && !value.contains('$')).then(|| value.to_owned())
}

/// Whether a line at the top of a script gives a name a value.
fn is_set(line: &str, name: &str) -> bool {
    line.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with([' ', '=', '(']))
}

fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|one| one.tag_name().name() == name)
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?
        .text()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{gradle, maven};

    fn pom(inside: &str) -> Option<String> {
        maven(&format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><parent><artifactId>boot</artifactId>\
             <version>3.2.0</version></parent><artifactId>shop</artifactId>{inside}</project>"
        ))
    }

    #[test]
    fn maven_names_by_the_artifact_its_version_and_the_final_name() {
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(pom("<version>1.2</version>"), named("shop-1.2"));
        assert_eq!(pom(""), named("shop-3.2.0"));
        let revision =
            "<version>${revision}</version><properties><revision>7</revision></properties>";
        assert_eq!(pom(revision), named("shop-7"));
        let build = |text: &str| format!("<version>1</version><build>{text}</build>");
        assert_eq!(pom(&build("<finalName>app</finalName>")), named("app"));
        let own = "<finalName>${project.artifactId}</finalName>";
        assert_eq!(pom(&build(own)), named("shop"));
        // The dependencies' own classifier names no archive of the project.
        let other = "<version>1</version><dependencies><dependency><classifier>x</classifier></dependency>\
                     </dependencies>";
        assert_eq!(pom(other), named("shop-1"));
    }

    #[test]
    fn what_a_plugin_a_profile_or_the_command_line_decides_is_not_known() {
        let build = |text: &str| format!("<version>1</version><build>{text}</build>");
        let plugin = |text: &str| build(&format!("<plugins><plugin>{text}</plugin></plugins>"));
        for inside in [
            "<version>${env.BUILD}</version>".to_owned(),
            "<version>${a}</version><properties><a>${a}</a></properties>".to_owned(),
            "<packaging>pom</packaging><version>1</version>".to_owned(),
            plugin("<configuration><finalName>x</finalName></configuration>"),
            plugin("<configuration><classifier>exec</classifier></configuration>"),
            plugin("<executions><execution><goals><goal>copy</goal></goals></execution></executions>"),
            build("<directory>out</directory>"),
            "<version>1</version><profiles><profile><build><finalName>x</finalName></build></profile></profiles>"
                .to_owned(),
        ] {
            assert_eq!(pom(&inside), None, "{inside}");
        }
        assert_eq!(maven("<project>"), None);
    }

    #[test]
    fn gradle_names_by_the_project_and_its_version() {
        let settings = "rootProject.name = 'shop'\n";
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(
            gradle(settings, "version = '1.0'\n", None),
            named("shop-1.0")
        );
        assert_eq!(
            gradle(settings, "version '1.0' // next\n", None),
            named("shop-1.0")
        );
        assert_eq!(
            gradle(settings, "plugins {\n    id 'x' version '3'\n}\n", None),
            named("shop")
        );
        assert_eq!(
            gradle(settings, "", Some("version=2.0\n")),
            named("shop-2.0")
        );
        for (settings, script) in [
            ("", "version = '1'\n"),
            (
                "rootProject.name = 'shop'\ninclude 'web'\n",
                "version = '1'\n",
            ),
            (settings, "version = findProperty('v') ?: '1'\n"),
            (settings, "version = \"$major.1\"\n"),
            (
                settings,
                "version = '1'\nbootJar {\n    archiveFileName = 'app.jar'\n}\n",
            ),
            (settings, "version = '1' + suffix\n"),
            (settings, "version = '1'\nversion = '2'\n"),
        ] {
            assert_eq!(gradle(settings, script, None), None, "{script}");
        }
    }
}
