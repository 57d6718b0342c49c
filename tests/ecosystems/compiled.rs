//! Go, Cargo, Maven and Gradle.

use std::process::Command;

use crate::lab::{Built, Case, Lab, prove};

fn prints(built: &Built, program: &str) -> String {
    let output = Command::new(built.app.join(program)).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
#[ignore = "real package managers"]
fn go() {
    let lab = Lab::new(&[]);
    lab.put(
        "go.mod",
        "module example.com/shop\n\ngo 1.21\n\nrequire golang.org/x/text v0.14.0\n",
    );
    lab.put(
        "main.go",
        "package main\n\nimport (\n\t\"fmt\"\n\n\t\"golang.org/x/text/language\"\n)\n\n\
        func main() { fmt.Println(language.English) }\n",
    );
    lab.run("go mod tidy");
    prove(
        &lab,
        &Case {
            name: "go",
            trees: &["bin/shop"],
            left_out: &[],
            change: &|lab| {
                lab.edit("go.mod", "v0.14.0", "v0.15.0");
                lab.run("go mod tidy");
            },
            reason: "go.sum: golang.org/x/text v0.14.0 → v0.15.0",
        },
    );
    // Two versions of a module in a small shelf are more than growth allows: the old one
    // has gone, and the new one is there.
    lab.edit("main.go", "language.English", "language.French");
    let before = lab.build();
    before.says("MISS, main.go changed");
    before.never_says("downloading");
    assert_eq!(prints(&before, "bin/shop"), "fr");
    lab.edit("main.go", "language.French", "language.German");
    let after = lab.build();
    after.never_says("downloading");
    assert_eq!(prints(&after, "bin/shop"), "de");
}

#[test]
#[ignore = "real package managers"]
fn cargo() {
    let lab = Lab::new(&[]);
    lab.put(
        "Cargo.toml",
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n\
        itoa = \"=1.0.9\"\n",
    );
    lab.put(
        "src/main.rs",
        "mod greet;\nfn main() {\n    println!(\"{} {}\", greet::WORD, \
        itoa::Buffer::new().format(3));\n}\n",
    );
    lab.put("src/greet.rs", "pub const WORD: &str = \"ONE\";\n");
    lab.run("cargo generate-lockfile");
    prove(
        &lab,
        &Case {
            name: "cargo",
            trees: &["bin/shop"],
            left_out: &[],
            change: &|lab| {
                lab.edit("Cargo.toml", "1.0.9", "1.0.11");
                lab.run("cargo generate-lockfile");
            },
            reason: "Cargo.lock: itoa 1.0.9 → 1.0.11",
        },
    );
    // Two versions of a package in one small `target/` are no reason to begin anew.
    lab.edit("src/greet.rs", "ONE", "ONE!");
    let changed = lab.build();
    changed.never_says("Compiling itoa");
    assert_eq!(prints(&changed, "bin/shop"), "ONE! 3");
    // Cargo goes by file times. Here every source is much older than what was built, as on
    // a platform that gives all files the same time.
    lab.edit("src/greet.rs", "ONE!", "TWO");
    lab.run("find src Cargo.toml Cargo.lock -exec touch -d 1980-01-01 {} +");
    let changed = lab.build();
    changed.says("Compiling shop").never_says("Compiling itoa");
    assert_eq!(prints(&changed, "bin/shop"), "TWO 3");
    // A macro may read it, which Cargo would not know; what others wrote is not compiled again.
    lab.put("notes.txt", "no source of the program\n");
    let other = lab.build();
    other.says("notes.txt").never_says("Compiling itoa");
    assert_eq!(prints(&other, "bin/shop"), "TWO 3");
}

fn pom(version: &str) -> String {
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<modelVersion>4.0.0</modelVersion>\n\
         <groupId>com.example</groupId><artifactId>shop</artifactId><version>1-SNAPSHOT</version>\n\
         <properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>\
         17</maven.compiler.target><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>\
         <project.build.outputTimestamp>2024-01-01T00:00:00Z</project.build.outputTimestamp></properties>\n\
         <dependencies><dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>\
         {version}</version></dependency></dependencies>\n</project>\n"
    )
}

#[test]
#[ignore = "real package managers"]
fn maven() {
    let lab = Lab::new(&["javac", "mvn"]);
    lab.put("pom.xml", &pom("2.0.12"));
    lab.put(
        "src/main/java/Shop.java",
        "public class Shop { public static void main(String[] a) { System.out.println(\"shop\"); } }\n",
    );
    prove(
        &lab,
        &Case {
            name: "maven",
            trees: &["target"],
            // These plugins write the time and the folder of the build into them.
            left_out: &["pom.properties", "inputFiles.lst", "*.jar"],
            change: &|lab| lab.put("pom.xml", &pom("2.0.13")),
            reason: "pom.xml: slf4j-api 2.0.12 → 2.0.13",
        },
    );
}

#[test]
#[ignore = "real package managers"]
fn gradle() {
    let lab = Lab::new(&["javac", "gradle"]);
    lab.put("settings.gradle", "rootProject.name = 'shop'\n");
    lab.put(
        "build.gradle",
        "apply plugin: 'java'\nrepositories { mavenCentral() }\n\
         dependencies { compile 'org.slf4j:slf4j-api:1.7.35' }\n\
         jar { preserveFileTimestamps = false\n  reproducibleFileOrder = true }\n",
    );
    lab.put(
        "src/main/java/Shop.java",
        "public class Shop { public static void main(String[] a) { System.out.println(\"shop\"); } }\n",
    );
    prove(
        &lab,
        &Case {
            name: "gradle",
            trees: &["build/libs"],
            left_out: &[],
            change: &|lab| lab.edit("build.gradle", "1.7.35", "1.7.36"),
            reason: "build.gradle: slf4j-api 1.7.35 → 1.7.36",
        },
    );
}
