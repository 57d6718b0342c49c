//! Images as `docker save` and OCI tools write them, damaged outside and inside.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use slugsmith::budget::image;
use slugsmith::print::{html, json, markdown};

use crate::engine::run;

/// An archive of a folder, by the real tar.
fn tar(format: &str, fill: impl Fn(&Path)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let output = Command::new("tar")
        .args([
            &format!("--format={format}"),
            "--sort=name",
            "-cf",
            "-",
            "-C",
        ])
        .arg(folder.path())
        .arg(".")
        .output()
        .unwrap();
    assert!(output.status.success());
    output.stdout
}

fn put(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
}

fn layer(format: &str) -> Vec<u8> {
    tar(format, |root| {
        put(root, "workspace/a.js", "x = 1;".repeat(90));
        put(root, &format!("{}deep", "d/".repeat(60)), "deep");
        put(root, "opt/.wh.gone", "");
        put(root, "opt/dir/.wh..wh..opq", "");
        fs_err::hard_link(root.join("workspace/a.js"), root.join("linked")).unwrap();
        std::os::unix::fs::symlink("/etc", root.join("link")).unwrap();
    })
}

const CONFIG: &str = r#"{"rootfs":{"diff_ids":["sha256:aa"]},"history":[{"created_by":"RUN x"}],"config":{
"Labels":{"io.buildpacks.lifecycle.metadata":
"{\"app\":[{\"sha\":\"sha256:aa\"}],\"buildpacks\":[{\"key\":\"a/b\",\"layers\":{\"l\":{\"sha\":\"sha256:aa\"}}}],\
 \"runImage\":{\"topLayer\":\"sha256:bb\"}}"}}}"#;
const MANIFEST: &str = r#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["aa/layer.tar"]}]"#;
const INDEX: &str = r#"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",
"digest":"sha256:11","size":300}]}"#;
const OCI_MANIFEST: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:22","size":10},"layers":[{
"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:33","size":900}]}"#;

fn saved(root: &Path, layer: &[u8], config: &[u8], manifest: &[u8]) {
    put(root, "aa/layer.tar", layer);
    put(root, "config.json", config);
    put(root, "manifest.json", manifest);
    put(root, "repositories", "{}");
}

fn oci(root: &Path, index: &[u8], manifest: &[u8], layer: &[u8]) {
    put(root, "oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    put(root, "index.json", index);
    put(root, "blobs/sha256/11", manifest);
    put(root, "blobs/sha256/22", CONFIG);
    put(root, "blobs/sha256/33", layer);
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Inspects as the command does, in every form.
fn tell(path: &Path) {
    assert_eq!(image::form(path), image::Form::Image);
    if let Ok(report) = image::inspect(path) {
        serde_json::from_str::<serde_json::Value>(&json::image(&report)).unwrap();
        let _ = markdown::sizes("image", &report.budget);
        let _ = html::page("image", &report.budget, None);
        let _ = slugsmith::print::image::lines(&report);
    }
}

#[test]
fn image_archive() {
    let folder = tempfile::tempdir().unwrap();
    let seed = tar("gnu", |root| {
        saved(root, &layer("pax"), CONFIG.as_bytes(), MANIFEST.as_bytes());
    });
    let file = folder.path().join("image.tar");
    run("image_archive", &[seed], |data| {
        fs_err::write(&file, data).unwrap();
        tell(&file);
    });
}

#[test]
fn image_layer() {
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path(), b"", CONFIG.as_bytes(), MANIFEST.as_bytes());
    let seeds = ["pax", "gnu", "ustar"].map(layer);
    run("image_layer", &seeds, |data| {
        put(folder.path(), "aa/layer.tar", data);
        tell(folder.path());
    });
}

#[test]
fn image_config() {
    let folder = tempfile::tempdir().unwrap();
    let layer = layer("pax");
    run("image_config", &[CONFIG.into(), MANIFEST.into()], |data| {
        saved(folder.path(), &layer, data, MANIFEST.as_bytes());
        tell(folder.path());
    });
}

#[test]
fn image_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let layer = layer("pax");
    run(
        "image_manifest",
        &[MANIFEST.into(), CONFIG.into()],
        |data| {
            saved(folder.path(), &layer, CONFIG.as_bytes(), data);
            tell(folder.path());
        },
    );
}

#[test]
fn image_oci() {
    let folder = tempfile::tempdir().unwrap();
    let layer = gzip(&layer("pax"));
    run("image_oci", &[INDEX.into(), OCI_MANIFEST.into()], |data| {
        oci(folder.path(), data, OCI_MANIFEST.as_bytes(), &layer);
        tell(folder.path());
        oci(folder.path(), INDEX.as_bytes(), data, &layer);
        tell(folder.path());
    });
}

/// A compressed layer, damaged before and after it was compressed.
#[test]
fn image_compressed_layer() {
    let folder = tempfile::tempdir().unwrap();
    let plain = layer("pax");
    let seeds = [
        plain.clone(),
        gzip(&plain),
        zstd::bulk::compress(&plain, 1).unwrap(),
    ];
    run("image_compressed_layer", &seeds, |data| {
        for layer in [
            gzip(data),
            zstd::bulk::compress(data, 1).unwrap(),
            data.to_vec(),
        ] {
            oci(
                folder.path(),
                INDEX.as_bytes(),
                OCI_MANIFEST.as_bytes(),
                &layer,
            );
            tell(folder.path());
        }
    });
}
