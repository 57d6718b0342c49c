//! Who is believed, who writes, and what of the credentials is where.

use std::path::Path;

use crate::servers;
use crate::support::Ran;
use crate::team::Team;
use slugsmith::facts::tree::{EntryKind, Tree};

/// A machine with an empty cache takes what another one made, from every kind of store.
#[test]
#[ignore = "real servers, made with Go"]
fn an_empty_cache_is_warm_from_every_kind_of_store() {
    let (s3, registry) = (servers::s3(), servers::registry());
    let folder = tempfile::tempdir().unwrap();
    let urls = [
        "s3://caches/team".to_owned(),
        format!("oci+http://127.0.0.1:{}/team/caches", registry.port),
        folder.path().display().to_string(),
    ];
    for url in urls {
        let team = Team::with(&url, s3.port);
        let first = team.build("one").well();
        first.says("MISS, first build").says("npm: written");
        let commands = team.commands();
        let second = team.build("two").well();
        second.says("taken from").says("HIT, restored");
        assert_eq!(team.commands(), commands, "{url}");
        assert_eq!(second.tree, first.tree);
        // The local cache comes first: nothing is asked for.
        let third = team.build("two").well();
        assert!(
            !third.ran.stdout.contains("taken from"),
            "{}",
            third.ran.stdout
        );
        third.says("HIT, restored");
    }
}

#[test]
#[ignore = "real servers, made with Go"]
fn a_changed_lockfile_begins_from_the_nearest_tree() {
    let server = servers::s3();
    let team = Team::with("s3://caches", server.port);
    let first = team.build("one").well();
    team.lock("2.1.3");
    let second = team.build("two").well();
    second.says("taken from s3://caches to begin from");
    second.says("ms 2.0.0 → 2.1.3");
    // The same as a clean install of that lockfile.
    let alone = Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_URL", "");
    alone.lock("2.1.3");
    assert_eq!(second.tree, alone.build("three").well().tree);
    assert_ne!(second.tree, first.tree);
}

#[test]
#[ignore = "real servers, made with Go"]
fn only_the_main_branch_writes_and_others_write_for_themselves() {
    let server = servers::s3();
    let bucket = server.folder.path().join("data/caches");
    let objects = || Tree::read(&bucket).totals().files;
    let review = Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_BRANCH", "feature");
    review.build("one").well();
    assert_eq!(objects(), 0);
    let unknown = Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_BRANCH", "");
    unknown
        .build("one")
        .well()
        .says("nothing says which branch this is");
    assert_eq!(objects(), 0);
    let asked = review.set("SLUGSMITH_STORE_WRITE", "always");
    asked.build("two").well().says("npm: written");
    asked.build("three").well().says("taken from");
    let main = Team::with("s3://caches", server.port);
    let built = main.build("four").well();
    assert!(
        !built.ran.stdout.contains("taken from"),
        "main read a branch's own"
    );
}

#[test]
#[ignore = "real servers, made with Go"]
fn without_the_right_key_nothing_is_believed() {
    let server = servers::s3();
    let team = Team::with("s3://caches", server.port);
    let clean = team.build("one").well().tree;
    for key in ["hmac:another key of a stranger", ""] {
        let stranger = Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_KEY", key);
        let built = stranger.build("one").well();
        built.says("not sealed with our key").says("MISS");
        assert_eq!(built.tree, clean);
    }
    // Own writes are believed without a key.
    let own = servers::s3();
    let team = Team::with("s3://caches", own.port).set("SLUGSMITH_STORE_KEY", "");
    team.build("one").well().says("npm: written");
    for entry in fs_err::read_dir(team.sandbox.path("one")).unwrap() {
        let cache = entry.unwrap().path();
        fs_err::remove_dir_all(cache.join("cache-npm")).unwrap();
        fs_err::remove_file(cache.join("cache-npm.toml")).unwrap();
    }
    team.build("one").well().says("taken from");
    team.build("two").well().says("not sealed with our key");
}

#[test]
#[ignore = "real servers, made with Go"]
fn a_public_key_reads_and_never_writes() {
    let server = servers::s3();
    let pair = slugsmith::store::seal::pair().unwrap();
    let main = Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_KEY", &pair.secret);
    main.build("one").well().says("npm: written");
    let review = Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_KEY", &pair.public);
    review.build("one").well().says("taken from");
    review.lock("3.0.0");
    let objects = Tree::read(server.folder.path()).totals().files;
    review.build("two").well();
    assert_eq!(Tree::read(server.folder.path()).totals().files, objects);
}

/// Every file of the bucket is changed in turn: the build is a miss with a line.
#[test]
#[ignore = "real servers, made with Go"]
fn a_damaged_object_is_a_miss_with_one_line() {
    let server = servers::s3();
    let team = Team::with("s3://caches", server.port);
    let clean = team.build("one").well().tree;
    let root = server.folder.path().join("data/caches");
    let tree = Tree::read(&root);
    let files = tree
        .entries()
        .iter()
        .filter(|one| one.kind() == EntryKind::File);
    for (number, file) in files.enumerate() {
        let path = root.join(file.path());
        let whole = fs_err::read(&path).unwrap();
        let middle = whole.len() / 2;
        let mut flipped = whole.clone();
        flipped[middle] ^= 1;
        let longer = [&whole[..], b"x"].concat();
        for (kind, damaged) in [&flipped[..], &whole[..middle], &longer, b""]
            .iter()
            .enumerate()
        {
            fs_err::write(&path, damaged).unwrap();
            let reader =
                Team::with("s3://caches", server.port).set("SLUGSMITH_STORE_WRITE", "never");
            let built = reader.build(&format!("reader-{number}-{kind}")).well();
            built.says("MISS, first build");
            assert_eq!(built.tree, clean, "{}", path.display());
            let lines = built.ran.stdout.lines();
            let told = lines
                .filter(|line| {
                    line.contains("not taken from")
                        || line.contains("is left aside")
                        || line.contains("not sealed")
                })
                .count();
            assert_eq!(told, 1, "{}", built.ran.stdout);
        }
        fs_err::write(&path, whole).unwrap();
    }
}

#[test]
fn an_address_that_leads_nowhere_is_told_and_one_with_a_login_is_not_shown() {
    for (url, why) in [
        ("/nonexistent/store", "there is no such folder"),
        ("s3:/caches", "there is no such folder"),
        ("https://store.example/caches", "the address is none of"),
        (
            "s3://user:hidden@caches/team",
            "its address holds credentials",
        ),
        (
            "oci+http://user:hidden@127.0.0.1:1/team",
            "its address holds credentials",
        ),
    ] {
        let team = Team::with(url, 1).set("SLUGSMITH_STORE_REPORTS", "store");
        let built = team.build("one").well();
        built
            .says("is left aside")
            .says(why)
            .says("MISS, first build");
        let said = format!("{}{}", built.ran.stdout, built.ran.stderr);
        assert!(!said.contains("hidden"), "{said}");
    }
}

/// Neither log, nor cache, nor built app, nor a child process has any of them.
#[test]
#[ignore = "real servers, made with Go"]
fn credentials_stay_with_the_client() {
    let server = servers::s3();
    let team = Team::with("s3://caches", server.port);
    let commands = [team.command("one"), team.command("two")];
    let mut said = String::new();
    for mut command in commands {
        let ran = Ran::from(command.env("SLUGSMITH_LOG", "verbose").output().unwrap()).expect(0);
        said.push_str(&ran.stdout);
        said.push_str(&ran.stderr);
    }
    let refused = Team::with("s3://caches", server.port).set(
        "SLUGSMITH_STORE_SECRET_ACCESS_KEY",
        "a-wrong-secret-of-a-test",
    );
    let built = refused.build("one").well();
    built.says("answers 403");
    said.push_str(&built.ran.stdout);
    for text in [
        servers::SECRET,
        "a key that the team has",
        "a-wrong-secret",
        "X-Amz-",
    ] {
        assert!(!said.contains(text), "{text} in {said}");
        for place in ["home", "one", "two", "built-one", "built-two"] {
            assert!(!holds(&team.sandbox.path(place), text), "{text} in {place}");
        }
        assert!(!holds(server.folder.path(), text), "{text} in the bucket");
    }
    let given = fs_err::read_dir(team.sandbox.path("home")).unwrap();
    assert!(
        given
            .flatten()
            .any(|one| one.file_name().to_string_lossy().starts_with("given-"))
    );
}

fn holds(folder: &Path, text: &str) -> bool {
    let tree = Tree::read(folder);
    let mut files = tree
        .entries()
        .iter()
        .filter(|one| one.kind() == EntryKind::File);
    files.any(|file| {
        let content = fs_err::read(folder.join(file.path())).unwrap();
        content
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}
