//! Java and Kotlin: Maven and Gradle build jars.

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
