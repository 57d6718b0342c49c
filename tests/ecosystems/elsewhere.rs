//! Deno and sbt, which other buildpacks install: run as those run them, then built by slugsmith, which
//! recognises what they left, weighs it by package, installs nothing, and leaves it able to run.

use crate::lab::Lab;

#[test]
#[ignore = "real package managers"]
fn deno() {
    let mut lab = Lab::new(&["deno"]);
    lab.set("SLUGSMITH_STRIP_LEVEL", "trace");
    lab.put("deno.json", r#"{"imports":{"ms":"npm:ms@2.1.3"}}"#);
    lab.put(
        "main.ts",
        "import ms from \"ms\";\nconsole.log(ms(60000));\n",
    );
    lab.put("Procfile", "web: deno run --cached-only -A main.ts\n");
    // chibat/heroku-buildpack-deno 63ff1fb, `bin/compile`.
    let cache = |app: &std::path::Path| format!("DENO_DIR={}/.heroku/cache", app.display());
    let install = "deno install --entrypoint main.ts";
    let words: Vec<_> = install.split(' ').collect();
    lab.run_words(&[&["env", &cache(&lab.source())], words.as_slice()].concat());
    let built = lab.build();
    built
        .says("Deno (deno.lock, 1 package)")
        .says("adopted")
        .says("kB  ms")
        .never_says("Running `")
        .never_says("missing-lockfile");
    let said = lab.run_words(&[
        "env",
        "-C",
        built.app.to_str().unwrap(),
        &cache(&built.app),
        "deno",
        "run",
        "--cached-only",
        "-A",
        "main.ts",
    ]);
    assert_eq!(said, "1m");
}

#[test]
#[ignore = "real package managers"]
fn sbt() {
    let mut lab = Lab::new(&["javac", "mvn", "sbt"]);
    lab.set("SLUGSMITH_STRIP_LEVEL", "safe");
    lab.put("project/build.properties", "sbt.version=1.10.7\n");
    lab.put(
        "project/plugins.sbt",
        "addSbtPlugin(\"com.github.sbt\" % \"sbt-native-packager\" % \"1.10.4\")\n",
    );
    lab.put(
        "build.sbt",
        "name := \"shop\"\nversion := \"1.0\"\nscalaVersion := \"2.13.15\"\n\
         libraryDependencies += \"org.slf4j\" % \"slf4j-api\" % \"2.0.16\"\n\
         enablePlugins(JavaAppPackaging)\n",
    );
    lab.put(
        "src/main/scala/Shop.scala",
        "object Shop { def main(words: Array[String]): Unit = println(\"shop\") }\n",
    );
    lab.put("Procfile", "web: target/universal/stage/bin/shop\n");
    // heroku-buildpack-scala v107, `bin/compile`: `sbt compile stage`.
    lab.run("sbt compile stage");
    let built = lab.build();
    built
        .says("Scala (build.sbt)")
        .says("adopted")
        .says("scala-library")
        .never_says("Running `");
    for gone in ["project/target", "target/streams"] {
        assert!(!built.app.join(gone).exists(), "{gone}\n{}", built.log);
    }
    let program = built.app.join("target/universal/stage/bin/shop");
    assert_eq!(lab.run_words(&["env", program.to_str().unwrap()]), "shop");
}
