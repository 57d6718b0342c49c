//! The manifests that the documentation gives to clusters: well-formed, and about the
//! buildpacks that this repository packages.

use serde::Deserialize as _;
use serde_yaml_ng::Value;

use crate::support::repository;

fn documents(name: &str) -> Vec<Value> {
    let text = fs_err::read_to_string(repository("docs/kubernetes").join(name)).unwrap();
    serde_yaml_ng::Deserializer::from_str(&text)
        .map(|document| Value::deserialize(document).unwrap())
        .collect()
}

/// The id that a package's buildpack.toml gives.
fn id(descriptor: &str) -> String {
    let text = fs_err::read_to_string(repository(descriptor)).unwrap();
    let table: toml::Table = text.parse().unwrap();
    table["buildpack"]["id"].as_str().unwrap().to_owned()
}

fn of_kind<'a>(documents: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let of_kind = documents.iter().filter(|document| document["kind"] == kind);
    of_kind.collect()
}

#[test]
fn a_kpack_builder_has_ours_at_both_ends_and_never_optional() {
    let all = documents("kpack.yaml");
    let known: Vec<_> = of_kind(&all, "ClusterBuildpack")
        .iter()
        .map(|document| document["metadata"]["name"].clone())
        .collect();
    let [builder] = of_kind(&all, "ClusterBuilder")[..] else {
        panic!("one builder")
    };
    let group = builder["spec"]["order"][0]["group"].as_sequence().unwrap();
    assert!(group.iter().all(|one| known.contains(&one["name"])));
    let ends = [&group[0], &group[group.len() - 1]];
    assert_eq!(
        ends.map(|end| end["name"].as_str().unwrap()),
        ["slugsmith-restore", "slugsmith"]
    );
    assert!(ends.iter().all(|end| end.get("optional").is_none()));
    let [image] = of_kind(&all, "Image")[..] else {
        panic!("one image")
    };
    assert_eq!(
        image["spec"]["builder"]["name"],
        builder["metadata"]["name"]
    );
}

#[test]
fn the_builder_for_other_clusters_has_the_same_ends() {
    let text = fs_err::read_to_string(repository("docs/kubernetes/builder.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    for order in table["order"].as_array().unwrap() {
        let group = order["group"].as_array().unwrap();
        let ends = [&group[0], &group[group.len() - 1]];
        let ids = ends.map(|end| end["id"].as_str().unwrap().to_owned());
        assert_eq!(ids, [id("companion/buildpack.toml"), id("buildpack.toml")]);
        assert!(ends.iter().all(|end| end.get("optional").is_none()));
    }
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        text.contains(&format!("dist/slugsmith-{version}-x86_64.cnb")),
        "{text}"
    );
}

#[test]
fn a_tekton_run_names_the_builder_and_a_cache() {
    let all = documents("tekton.yaml");
    let [run] = of_kind(&all, "TaskRun")[..] else {
        panic!("one run")
    };
    let names: Vec<_> = run["spec"]["params"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|param| param["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["APP_IMAGE", "CNB_BUILDER_IMAGE", "CNB_ENV_VARS"]);
    let claims = of_kind(&all, "PersistentVolumeClaim");
    let cache = &run["spec"]["workspaces"][1];
    assert_eq!(cache["name"], "cache");
    assert_eq!(
        cache["persistentVolumeClaim"]["claimName"],
        claims[0]["metadata"]["name"]
    );
}
