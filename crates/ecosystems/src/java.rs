//! Java and Kotlin: Maven and Gradle build jars.

pub mod archive;

use slugsmith_finding::LineSpan;

use super::graph::{Graph, Package, Scope, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Leftovers, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// Maven's manifest.
pub const POM: &str = "pom.xml";

/// Gradle's build script in Groovy.
pub const BUILD_GRADLE: &str = "build.gradle";

/// Gradle's build script in Kotlin.
pub const BUILD_GRADLE_KTS: &str = "build.gradle.kts";

/// Names of the file that says which projects a Gradle build has.
pub const GRADLE_SETTINGS: &[&str] = &["settings.gradle", "settings.gradle.kts"];

/// What Gradle takes for properties of the project.
pub const GRADLE_PROPERTIES: &str = "gradle.properties";

/// A pom.xml without what its comments say; lines stay where they are.
#[must_use]
pub fn uncommented(pom: &str) -> String {
    let mut kept = String::with_capacity(pom.len());
    let mut rest = pom;
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        // What is not closed comments out the rest.
        let (comment, behind) = after.split_once("-->").unwrap_or((after, ""));
        kept.extend(comment.matches('\n'));
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

/// Name of a lockfile.
pub const GRADLE_LOCK: &str = "gradle.lockfile";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "java",
    language: "Java",
    purl: "maven",
    manifests: &[
        Manifest::new(POM, "mvn").installed(),
        Manifest::new(BUILD_GRADLE, "gradle").installed(),
        Manifest::new(BUILD_GRADLE_KTS, "gradle").installed(),
    ],
    lockfiles: &[Lockfile {
        name: GRADLE_LOCK,
        manager: "gradle",
        tool: "gradle",
        manifest: "build.gradle*",
        lock_with: "gradle dependencies --write-locks",
        service: Service::Installed,
        read: gradle_lockfile,
    }],
    version_files: &["system.properties"],
    servers: &[],
    workers: &[],
    programs: &["java", "mvn", "gradle", "mvnw", "gradlew"],
    is_compiled: true,
    caches: &["maven", "gradle"],
    buildpacks: &[
        Buildpack::both("heroku/java", &["heroku/java", "heroku/maven"]),
        Buildpack::both("heroku/gradle", &["heroku/gradle"]),
        Buildpack::cloud_native(
            "paketo-buildpacks/java",
            &[
                "paketo-buildpacks/java",
                "paketo-buildpacks/maven",
                "paketo-buildpacks/gradle",
            ],
        ),
    ],
    trees: &[
        Tree::runtime(".jdk", "heroku/jvm"),
        Tree::program("target/*.jar", "mvn"),
        Tree::program("target/*.war", "mvn"),
        Tree::program("build/libs/*.jar", "gradle"),
        Tree::program("build/install/*", "gradle"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[
        Leftovers {
            beside: &[POM, "target"],
            paths: &[
                "target/test-classes/**",
                "target/surefire-reports/**",
                "target/failsafe-reports/**",
                "target/maven-status/**",
                "target/generated-test-sources/**",
                "target/site/**",
            ],
        },
        Leftovers {
            beside: &[BUILD_GRADLE, "build/libs"],
            paths: GRADLE,
        },
        Leftovers {
            beside: &[BUILD_GRADLE_KTS, "build/libs"],
            paths: GRADLE,
        },
    ],
};

const GRADLE: &[&str] = &[
    "build/reports/**",
    "build/test-results/**",
    "build/tmp/**",
    "build/classes/java/test/**",
    "build/classes/kotlin/test/**",
    "build/kotlin/**",
    ".gradle/**",
];

/// `group:name:version=configuration,…` (Gradle manual, "Locking dependency versions").
#[expect(clippy::unnecessary_wraps, reason = "the type of every reader")]
fn gradle_lockfile(text: &str) -> Result<Graph, Unreadable> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("empty="));
    let packages = lines.filter_map(|line| {
        let (coordinates, configurations) = line.split_once('=')?;
        let (name, version) = coordinates.rsplit_once(':')?;
        let groups: Vec<_> = configurations.split(',').map(str::to_owned).collect();
        let is_test = groups.iter().all(|group| group.starts_with("test"));
        Some(Package {
            scope: if is_test {
                Scope::Development
            } else {
                Scope::Production
            },
            groups,
            ..Package::new(name, version)
        })
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}

/// The version of a project's parent, where that is the artifact and the version is written out.
#[must_use]
pub fn parent_version(pom: &str, artifact: &str) -> Option<(String, LineSpan)> {
    let document = roxmltree::Document::parse(pom).ok()?;
    let mut children = document.root_element().children();
    let parent = children.find(|node| node.tag_name().name() == "parent")?;
    let part = |name: &str| {
        parent
            .children()
            .find(|node| node.tag_name().name() == name)
    };
    let named = part("artifactId")
        .filter(|node| node.text().is_some_and(|text| text.trim() == artifact))?;
    let version = part("version")?.text()?.trim().to_owned();
    let inside = named.first_child()?.range();
    is_written_out(&version).then(|| (version, LineSpan::of(pom, inside)))
}

/// The version of a plugin that a Gradle script applies: `id 'NAME' version '3.2.0'`.
#[must_use]
pub fn plugin_version(script: &str, plugin: &str) -> Option<(String, LineSpan)> {
    script.lines().zip(1..).find_map(|(line, number)| {
        let (_, rest) = line.split("//").next()?.split_once(plugin)?;
        let (_, rest) = rest.split_once("version")?;
        let rest = rest.trim_start_matches([' ', '(', '=']);
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let version = rest.get(1..)?.split(quote).next()?.to_owned();
        is_written_out(&version).then(|| (version, LineSpan::on(number, line, plugin)))
    })
}

/// The version of a plugin that a Gradle script takes onto its own classpath, as before there were `plugins { }`:
/// `classpath("GROUP:NAME:2.0.4")`, also by a name that the script gives a value.
#[must_use]
pub fn classpath_version(script: &str, module: &str) -> Option<(String, LineSpan)> {
    let mark = format!("{module}:");
    let lines = || {
        script
            .lines()
            .zip(1..)
            .map(|(line, number)| (line.split("//").next().unwrap_or(line), number))
    };
    let (line, number, rest) = lines()
        .filter(|(line, _)| line.contains("classpath"))
        .find_map(|(line, number)| Some((line, number, line.split_once(mark.as_str())?.1)))?;
    let version = rest.split(['"', '\'']).next().unwrap_or(rest).trim();
    if is_written_out(version) {
        return Some((version.to_owned(), LineSpan::on(number, line, module)));
    }
    let name = version.trim_start_matches(['$', '{']).trim_end_matches('}');
    let name = name.rsplit('.').next().unwrap_or(name);
    lines().find_map(|(line, number)| {
        let (before, rest) = line.split_once('=')?;
        let own = before
            .split([' ', '\t', '.', '"', '\'', '[', ']'])
            .any(|word| word == name);
        let quoted = rest.split(['"', '\'']).nth(1)?;
        (own && !name.is_empty() && is_written_out(quoted))
            .then(|| (quoted.to_owned(), LineSpan::on(number, line, quoted)))
    })
}

fn is_written_out(version: &str) -> bool {
    version.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_parent_and_the_plugin_alone() {
        let pom = "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n\
                   <!-- <parent><artifactId>boot</artifactId><version>1.0</version></parent> -->\n\
                   <parent>\n  <artifactId>boot</artifactId>\n  <version>\n 3.2.0</version></parent>\n\
                   <version>9</version></project>";
        let found = |found: Option<(String, LineSpan)>| {
            found.map(|(version, line)| (version, line.number()))
        };
        assert_eq!(
            found(parent_version(pom, "boot")),
            Some(("3.2.0".to_owned(), 4))
        );
        assert_eq!(found(parent_version(pom, "other")), None);
        let script = "ext {\n  bootVersion = '2.0.4.RELEASE'\n}\nclasspath(\"org.boot:boot-plugin:${bootVersion}\")\n";
        assert_eq!(
            found(classpath_version(script, "org.boot:boot-plugin")),
            Some(("2.0.4.RELEASE".to_owned(), 2))
        );
        assert_eq!(
            found(classpath_version(
                "classpath 'org.boot:boot-plugin:1.4.1'",
                "org.boot:boot-plugin"
            )),
            Some(("1.4.1".to_owned(), 1))
        );
        let script = "// id 'org.boot' version '1.0'\nplugins {\n id(\"org.boot\") version \"3.1.2\" apply false\n}\n";
        assert_eq!(
            found(plugin_version(script, "org.boot")),
            Some(("3.1.2".to_owned(), 3))
        );
        assert_eq!(
            found(plugin_version("id 'org.boot'\nversion '2'\n", "org.boot")),
            None
        );
    }
}
