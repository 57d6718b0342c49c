//! A cache image in a real registry, from two builders' points of view: the second has
//! empty volumes, another image name, and nothing but the registry.

use std::path::Path;
use std::process::{Child, Command};

use crate::pack::{Flow, Image};
use crate::runner::{SLUGSMITH, path_of, variable};
use crate::support::{Ran, Sandbox, repository};

/// Debian's registry on a free port of the loopback address; ends with the test.
struct Registry {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Registry {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: {address}\n",
            folder.path().join("data").display()
        );
        let path = folder.path().join("config.yml");
        fs_err::write(&path, config).unwrap();
        let log = fs_err::File::create(folder.path().join("log")).unwrap();
        let log = log.into_parts().0;
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(path)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("docker-registry, of the Debian package of that name");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(
                std::time::Instant::now() < deadline,
                "the registry does not answer"
            );
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Self {
            process,
            address,
            _folder: folder,
        }
    }

    /// A run image with nothing in it but what pack and the lifecycle ask for.
    fn push_run_image(&self) -> String {
        let name = format!("{}/run", self.address);
        let sandbox = Sandbox::new().file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        let script = "tar -C \"$1\" -c . | docker import \
             --change 'USER 1001:1000' --change 'ENV CNB_USER_ID=1001 CNB_GROUP_ID=1000' \
             --change 'LABEL io.buildpacks.base.distro.name=debian io.buildpacks.base.distro.version=12' \
             - \"$2\" && docker push \"$2\" && docker rmi \"$2\"";
        let mut command = Command::new("sh");
        command
            .args(["-ec", script, "sh"])
            .arg(sandbox.app())
            .arg(&name);
        Ran::from(command.output().unwrap()).expect(0);
        name
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One machine: its volumes, and its own image in the registry.
fn build(registry: &Registry, run_image: &str, machine: &str, app: &Path, flow: Flow) -> String {
    let image = Image::named(format!("{}/{machine}", registry.address));
    let mut command = image.command(app, &variable("SLUGSMITH_BED_BUILDER"), flow);
    command.env("PACK_VOLUME_KEY", format!("slugsmith-test-{machine}"));
    command.args(["--publish", "--network", "host", "--run-image", run_image]);
    command
        .arg("--cache-image")
        .arg(format!("{}/cache", registry.address));
    for name in ["runtime-node", "procfile", SLUGSMITH] {
        command.arg("--buildpack").arg(path_of(name));
    }
    image.built(command)
}

#[test]
#[ignore = "container test"]
fn a_second_builder_hits_the_cache_image_of_the_first() {
    let registry = Registry::start();
    let run_image = registry.push_run_image();
    let app = Sandbox::of(&repository("tests/bed/apps/tiny"));
    let first = build(&registry, &run_image, "first", &app.app(), Flow::Trusted);
    assert!(first.contains("MISS, first build"), "{first}");
    for (machine, flow) in [("second", Flow::Trusted), ("third", Flow::Phases)] {
        let log = build(&registry, &run_image, machine, &app.app(), flow);
        let hit = log.contains("npm (package-lock.json, 1 package): HIT");
        assert!(hit && !log.contains("Running `npm"), "{log}");
    }
}
