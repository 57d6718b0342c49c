//! Images as `docker save` and OCI tools write them, good and broken.

use std::io::Write as _;
use std::process::Command;

use super::*;

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
}

/// A layer's archive, made by the real tar.
fn layer(fill: impl Fn(&Path)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let output = Command::new("tar")
        .args(["--format=pax", "--sort=name", "-cf", "-", "-C"])
        .arg(folder.path())
        .arg(".")
        .output()
        .unwrap();
    output.stdout
}

fn layers() -> Vec<Vec<u8>> {
    let long = "d/".repeat(70);
    vec![
        layer(|root| {
            write(root, "etc/conf", &"old ".repeat(5000));
            write(root, "opt/gone/a", &"a".repeat(7000));
            write(root, "opt/gone/b", &"b".repeat(8000));
            write(root, "opt/kept", "kept");
            write(root, &format!("{long}deep"), "deep");
            fs_err::hard_link(root.join("opt/kept"), root.join("opt/linked")).unwrap();
        }),
        layer(|root| {
            write(root, "etc/conf", "new");
            write(root, "opt/.wh.gone", "");
            write(root, "workspace/app.js", &"x = 1;".repeat(9000));
        }),
    ]
}

const CONFIG: &str = r#"{"rootfs":{"diff_ids":["sha256:aa","sha256:bb"]},"config":{"Labels":{
"io.buildpacks.lifecycle.metadata":
"{\"app\":[{\"sha\":\"sha256:bb\"}],\"runImage\":{\"topLayer\":\"sha256:aa\"}}"}}}"#;

fn docker_save(folder: &Path) -> PathBuf {
    let names = ["aa/layer.tar", "bb/layer.tar"];
    for (name, bytes) in names.iter().zip(layers()) {
        fs_err::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs_err::write(folder.join(name), bytes).unwrap();
    }
    write(folder, "config.json", CONFIG);
    let manifest = r#"[{"Config":"config.json","Layers":["aa/layer.tar","bb/layer.tar"]}]"#;
    write(folder, "manifest.json", manifest);
    let archive = folder.join("image.tar");
    let status = Command::new("tar")
        .arg("-cf")
        .arg(&archive)
        .arg("-C")
        .arg(folder)
        .args(["manifest.json", "config.json", "aa", "bb"])
        .status()
        .unwrap();
    assert!(status.success());
    archive
}

#[test]
fn a_saved_image_shows_its_layers_and_what_they_hide() {
    let folder = tempfile::tempdir().unwrap();
    let archive = docker_save(folder.path());
    assert_eq!(form(&archive), Form::Image);
    let report = inspect(&archive).unwrap();
    let names: Vec<_> = report
        .layers
        .iter()
        .map(|layer| layer.name.as_str())
        .collect();
    assert_eq!(names, ["run image, layer 1", "app"]);
    // A hard link inside a layer is stored once.
    assert_eq!(report.layers[0].totals.bytes, 20_000 + 7000 + 8000 + 4 + 4);
    let hidden: Vec<_> = report
        .hidden
        .iter()
        .map(|hidden| (hidden.path.to_str().unwrap(), hidden.how))
        .collect();
    assert_eq!(
        hidden,
        [
            ("etc/conf", Hiding::Replaced),
            ("opt/gone/b", Hiding::Removed),
            ("opt/gone/a", Hiding::Removed)
        ]
    );
    assert_eq!(report.hidden_bytes(), 35_000);
    assert!(!report.layers[0].exact);
}

#[test]
fn an_image_of_more_layers_than_any_engine_runs_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    docker_save(folder.path());
    let names = vec!["aa/layer.tar"; 501];
    let manifest = serde_json::json!([{ "Config": "config.json", "Layers": names }]);
    write(folder.path(), "manifest.json", &manifest.to_string());
    let problem = inspect(folder.path()).unwrap_err();
    assert!(problem.to_string().contains("501 layers"), "{problem}");
}

/// What a stranger says about an image costs no more than what he sends.
#[test]
fn an_image_that_unpacks_to_much_more_than_is_stored_is_not_read() {
    let mut header = ::tar::Header::new_gnu();
    header.set_path("zeros").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    let mut layer = zstd::Encoder::new(Vec::new(), 1).unwrap();
    layer.write_all(header.as_bytes()).unwrap();
    layer.write_all(&vec![0; 1 << 24]).unwrap();
    let layer = layer.finish().unwrap();
    let read = |most| {
        let bound = bound::Bound::of_bytes(most);
        let decoder = zstd::Decoder::new(&layer[..]).unwrap();
        tar::read(bound.over(decoder), &bound)
            .unwrap_err()
            .to_string()
    };
    assert!(read(1 << 20).contains("it unpacks to more than"));
    assert!(read(1 << 30).contains("it ends in the middle of zeros"));
    assert!(layer.len() < 1 << 12);
}

#[test]
fn the_names_of_a_saved_image_lead_out_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("image");
    docker_save(&root);
    write(folder.path(), "outside.json", CONFIG);
    fs_err::os::unix::fs::symlink("../outside.json", root.join("link.json")).unwrap();
    let outside = folder.path().join("outside.json").display().to_string();
    for name in ["../outside.json", &outside, "link.json"] {
        let manifest = format!(r#"[{{"Config":"{name}","Layers":["aa/layer.tar"]}}]"#);
        write(&root, "manifest.json", &manifest);
        assert!(inspect(&root).is_err(), "{name}");
    }
}

#[test]
fn a_path_that_no_kernel_takes_is_no_name() {
    let layer = layer(|root| write(root, "file", ""));
    let mut long = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_size(0);
    let name = "d/".repeat(3000) + "f";
    long.append_data(&mut header, name, &[][..]).unwrap();
    let bound = bound::Bound::of(0);
    assert!(tar::read(&layer[..], &bound).is_ok());
    assert!(tar::read(&long.into_inner().unwrap()[..], &bound).is_err());
}

#[test]
fn a_hard_link_with_a_long_name_keeps_its_file_in_sight() {
    let long = "d/".repeat(70);
    let lower = layer(|root| {
        write(root, &format!("{long}one"), &"x".repeat(9000));
        let name = |name: &str| root.join(format!("{long}{name}"));
        fs_err::hard_link(name("one"), name("two")).unwrap();
    });
    let removes = |name: &str| layer(|root| write(root, &format!("{long}.wh.{name}"), ""));
    let read = |bytes: Vec<u8>| tar::read(&bytes[..], &bound::Bound::of(0)).unwrap();
    let mut layers = vec![read(lower), read(removes("one"))];
    let labels = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(overlay::hidden(&layers, &labels), []);
    layers.push(read(removes("two")));
    let hidden = overlay::hidden(&layers, &labels);
    assert_eq!(hidden.iter().map(|one| one.bytes).sum::<u64>(), 9000);
}

#[test]
fn a_sparse_file_has_the_size_that_it_has_on_a_disk() {
    use std::io::Seek;
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs_err::File::create(folder.path().join("sparse")).unwrap();
    // More parts than a header has room for.
    for part in 0..40_u64 {
        file.seek(std::io::SeekFrom::Start(part * 1_000_000))
            .unwrap();
        file.write_all(&[7; 5000]).unwrap();
    }
    file.set_len(50_000_000).unwrap();
    write(folder.path(), "then", "x");
    for format in ["gnu", "pax"] {
        let output = Command::new("tar")
            .args(["-S", "--format", format, "-C"])
            .arg(folder.path())
            .args(["-c", "sparse", "then"])
            .output()
            .unwrap();
        let read = tar::read(&output.stdout[..], &bound::Bound::of(0)).unwrap();
        let sizes: Vec<_> = read
            .members
            .iter()
            .map(|one| (one.path.to_str().unwrap(), one.size))
            .collect();
        assert_eq!(sizes, [("sparse", 50_000_000), ("then", 1)], "{format}");
    }
}

/// An OCI layout of two compressed layers; the bytes that are stored of them.
fn layout(root: &Path) -> u64 {
    let mut total = 0;
    for (name, bytes) in ["l0", "l1"].iter().zip(layers()) {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&bytes).unwrap();
        let blob = encoder.finish().unwrap();
        total += blob.len() as u64;
        fs_err::create_dir_all(root.join("blobs/sha256")).unwrap();
        fs_err::write(root.join(format!("blobs/sha256/{name}")), blob).unwrap();
    }
    write(root, "oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    write(
        root,
        "index.json",
        r#"{"manifests":[{"digest":"sha256:m"}]}"#,
    );
    write(
        root,
        "blobs/sha256/m",
        r#"{"config":{"digest":"sha256:c"},"layers":[{"digest":"sha256:l0"},{"digest":"sha256:l1"}]}"#,
    );
    write(root, "blobs/sha256/c", CONFIG);
    total
}

/// Whoever hands over a layout may write what he likes into it.
#[test]
fn a_layout_that_leads_elsewhere_is_an_error() {
    let layers = |text: &str| format!(r#"{{"config":{{"digest":"sha256:c"}},"layers":[{text}]}}"#);
    let texts = [
        r#"{"digest":"sha256:../../../../../../../../etc/passwd"}"#,
        r#"{"digest":"../../../../../../../../etc:passwd"}"#,
        r#"{"digest":"sha256:none","size":1152921504606846976}"#,
        r#"{"digest":"sha256:none","size":-5}"#,
    ];
    for text in texts {
        let folder = tempfile::tempdir().unwrap();
        layout(folder.path());
        write(folder.path(), "blobs/sha256/m", &layers(text));
        assert!(inspect(folder.path()).is_err(), "{text}");
    }
    for name in ["index.json", "blobs/sha256/m", "blobs/sha256/l0"] {
        for odd in ["/dev/zero", "/etc/passwd", "a pipe"] {
            let folder = tempfile::tempdir().unwrap();
            layout(folder.path());
            let path = folder.path().join(name);
            fs_err::remove_file(&path).unwrap();
            if odd == "a pipe" {
                let made = std::process::Command::new("mkfifo").arg(&path).status();
                assert!(made.unwrap().success());
            } else {
                std::os::unix::fs::symlink(odd, &path).unwrap();
            }
            assert!(inspect(folder.path()).is_err(), "{name} -> {odd}");
        }
    }
}

#[test]
fn an_oci_layout_is_exact_because_its_layers_are_compressed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let total = layout(root);
    assert_eq!(form(root), Form::Image);
    let report = inspect(root).unwrap();
    let compressed = report.budget.size.compressed;
    assert!(compressed.exact);
    assert_eq!(compressed.bytes, total);
}

#[test]
fn a_broken_archive_is_an_error_wherever_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let archive = docker_save(folder.path());
    let whole = fs_err::read(&archive).unwrap();
    let broken = folder.path().join("broken.tar");
    for length in (100..whole.len()).step_by(1501) {
        fs_err::write(&broken, &whole[..length]).unwrap();
        // Cut in the end marker's padding it is still whole; else it is an error, never a panic.
        if let Ok(report) = inspect(&broken) {
            assert_eq!(report.hidden_bytes(), 35_000, "cut at {length}");
        }
    }
    for place in (0..whole.len()).step_by(997) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x55;
        fs_err::write(&broken, flipped).unwrap();
        let _ = inspect(&broken);
    }
    fs_err::write(&broken, "no archive at all").unwrap();
    let problem = inspect(&broken).unwrap_err();
    assert_eq!(problem.kind.id, "image-unreadable");
}

#[test]
fn a_layers_folder_is_told_by_its_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "group.toml", "");
    write(root, "heroku_nodejs/dist/bin/node", &"n".repeat(5000));
    write(root, "heroku_nodejs/dist.toml", "[types]\nlaunch = true\n");
    write(root, "heroku_nodejs/not-a-layer/x", "x");
    assert_eq!(form(root), Form::Layers);
    let report = inspect_layers(root);
    let names: Vec<_> = report
        .layers
        .iter()
        .map(|layer| layer.name.as_str())
        .collect();
    assert_eq!(names, ["dist (heroku/nodejs)"]);
    assert_eq!(form(&root.join("heroku_nodejs")), Form::Folder);
}
