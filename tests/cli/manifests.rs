//! The manifests that the documentation gives to clusters: well-formed, and about the
//! buildpacks that this repository packages.

use std::path::Path;

use serde::Deserialize as _;
use serde_json::json;
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
    let ids = ends.map(|end| end["id"].as_str().unwrap().to_owned());
    assert_eq!(ids, [id("companion/buildpack.toml"), id("buildpack.toml")]);
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

/// The schema of one kind in a project's published `OpenAPI` file, without room for keys that
/// it doesn't name. Definitions of Kubernetes itself may be missing there: those take all.
fn schema_of(file: &str, definition: &str) -> serde_json::Value {
    let folder = std::env::var_os("SLUGSMITH_SCHEMAS").expect("the folder of the schemas");
    let text = fs_err::read_to_string(Path::new(&folder).join(file)).unwrap();
    let mut published: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut definitions = published["definitions"].take();
    let all = definitions.as_object_mut().unwrap();
    assert!(all.contains_key(definition), "{definition}");
    let mut missing: Vec<_> = text.split("\"#/definitions/").skip(1).collect();
    missing.retain_mut(|rest| {
        *rest = rest.split('"').next().unwrap();
        !all.contains_key(*rest)
    });
    for schema in all.values_mut() {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = json!(false);
        }
        // What the cluster itself fills in is no part of a manifest.
        if let Some(required) = schema
            .get_mut("required")
            .and_then(|one| one.as_array_mut())
        {
            required.retain(|name| name != "status");
        }
    }
    // Written as a string, a list or a table (tektoncd/pipeline, `ParamValue.MarshalJSON`),
    // where the file has its fields in Go.
    if let Some(value) = all.get_mut("v1.ParamValue") {
        *value = json!({"type": ["string", "array", "object"]});
    }
    all.extend(
        missing
            .into_iter()
            .map(|name| (name.to_owned(), json!(true))),
    );
    json!({"$ref": format!("#/definitions/{definition}"), "definitions": definitions})
}

#[test]
#[ignore = "needs SLUGSMITH_SCHEMAS, a folder that the Test workflow fills"]
fn manifests_follow_the_published_schemas() {
    let mut held = 0;
    for document in documents("kpack.yaml")
        .into_iter()
        .chain(documents("tekton.yaml"))
    {
        let kind = document["kind"].as_str().unwrap();
        let (file, definition) = match document["apiVersion"].as_str().unwrap() {
            "kpack.io/v1alpha2" => ("kpack.json", format!("kpack.build.v1alpha2.{kind}")),
            "tekton.dev/v1" => ("tekton.json", format!("v1.{kind}")),
            // Kubernetes' own.
            _ => continue,
        };
        let validator = jsonschema::validator_for(&schema_of(file, &definition)).unwrap();
        let json = serde_json::to_value(&document).unwrap();
        let wrong = |json: &serde_json::Value| -> Vec<String> {
            let errors = validator.iter_errors(json);
            errors
                .map(|error| format!("{kind}: {} at {}", error, error.instance_path()))
                .collect()
        };
        assert_eq!(wrong(&json), Vec::<String>::new());
        // The validator does look.
        let mut typo = json;
        typo["spec"]["sorce"] = json!({});
        assert!(!wrong(&typo).is_empty(), "{kind}");
        held += 1;
    }
    assert_eq!(held, 8);
}
