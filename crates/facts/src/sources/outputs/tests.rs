use super::*;

fn outputs(files: &[(&str, &str)]) -> Outputs {
    let texts = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    read(&texts.collect(), Gitignore::empty())
}

fn script(line: &str) -> String {
    format!(r#"{{"scripts":{{"build":"{line}"}}}}"#)
}

#[test]
fn compilers_and_bundlers_say_where_they_write() {
    for (line, made, source) in [
        ("tsc --outDir srv", "srv/a.js", "src/a"),
        ("babel server -d run", "run/a.js", "server/a"),
        (
            "ncc build src/main.ts -o bundle",
            "bundle/index.js",
            "src/main",
        ),
        ("tsup src/web.ts -d prod", "prod/web.js", "src/web"),
        (
            "esbuild src/web.ts --bundle --outfile=web.cjs",
            "web.cjs",
            "src/web",
        ),
        (
            "NODE_ENV=production webpack -o made",
            "made/main.js",
            "src/main",
        ),
    ] {
        let found = outputs(&[("package.json", &script(line))]);
        assert!(found.makes(made), "{line}");
        assert!(
            found.sources_of(made).iter().any(|found| found == source),
            "{line}"
        );
        assert!(!found.makes("other/a.js"), "{line}");
    }
}

#[test]
fn a_compiler_follows_its_configuration() {
    let found = outputs(&[
        ("package.json", &script("rimraf srv && tsc -p server")),
        (
            "server/tsconfig.json",
            "{ // ours\n \"extends\": \"../base\", \"compilerOptions\": {\"rootDir\": \".\",}, }",
        ),
        ("base.json", r#"{"compilerOptions": {"outDir": "../srv"}}"#),
    ]);
    assert!(found.makes("srv/server.js"));
    assert_eq!(
        found.sources_of("srv/server.js").first().unwrap(),
        "server/server"
    );
}

#[test]
fn without_a_root_it_is_the_folder_of_the_configuration() {
    let found = outputs(&[
        (
            "package.json",
            &script("tsc --project ./server/tsconfig.json"),
        ),
        (
            "server/tsconfig.json",
            r#"{"compilerOptions": {"outDir": "./dist"}}"#,
        ),
    ]);
    let sources = found.sources_of("server/dist/index.js");
    assert!(
        sources.contains(&"server/src/index".to_owned()),
        "{sources:?}"
    );
    assert!(sources.contains(&"server/index".to_owned()), "{sources:?}");
}

#[test]
fn what_git_ignores_may_be_made() {
    let mut ignored = ignore::gitignore::GitignoreBuilder::new("");
    ignored.add_line(None, "/made/").unwrap();
    let texts = [("package.json".to_owned(), script("make all"))];
    let found = read(&texts.into_iter().collect(), ignored.build().unwrap());
    assert!(found.makes("made/a.js"));
    assert!(!found.makes("a.js"));
}
