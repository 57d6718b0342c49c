"""Gems as `bundle install` leaves them, of Debian's packages: a registry of gems is not needed."""
import pathlib
import re
import shutil

from bench_boot.machine import run

FOLLOWED = ["--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces",
            "--no-enhances"]
# Packages of gems, by their names; Ruby itself and its own gems are the machine's.
GEMS = re.compile(r"(ruby-(?!rubygems)|puma$|rake$)")


def abi():
    return run(["ruby", "-e", "print RbConfig::CONFIG['ruby_version']"])


def packages(wanted):
    listed = run(["apt-cache", "depends", *FOLLOWED, *wanted])
    return sorted({line for line in listed.splitlines() if GEMS.match(line)})


def lay_out(deb, scratch, bundle):
    """The files of one package where a gem has them."""
    shutil.rmtree(scratch, ignore_errors=True)
    run(["dpkg", "-x", deb, scratch])
    for specification in scratch.glob("usr/**/rubygems-integration/*/specifications/*.gemspec"):
        home, name = specification.parent.parent, specification.stem
        gem = bundle / "gems" / name
        gem.mkdir(parents=True, exist_ok=True)
        (bundle / "specifications").mkdir(exist_ok=True)
        shutil.copy(specification, bundle / "specifications")
        if (home / "gems" / name).exists():
            shutil.copytree(home / "gems" / name, gem, dirs_exist_ok=True)
        else:
            for library in [scratch / "usr/lib/ruby/vendor_ruby", *scratch.glob(f"usr/lib/*/ruby/vendor_ruby/{abi()}")]:
                if library.exists():
                    shutil.copytree(library, gem / "lib", dirs_exist_ok=True)
        # Compiled parts are in both places, as RubyGems has them.
        for compiled in home.glob(f"extensions/*/*/{name}"):
            shutil.copytree(compiled, gem / "lib", dirs_exist_ok=True)
            shutil.copytree(compiled, bundle / compiled.relative_to(home), dirs_exist_ok=True)
        for program in scratch.glob("usr/bin/*"):
            (bundle / "bin").mkdir(exist_ok=True)
            shutil.copy(program, bundle / "bin")


def gems(folder, wanted, bundle):
    """Downloads Debian's packages once, without installing any, and makes `vendor/bundle/ruby/VERSION` of them."""
    debs = folder / "debs"
    debs.mkdir(exist_ok=True)
    names = packages(wanted)
    missing = [name for name in names if not list(debs.glob(f"{name}_*.deb"))]
    if missing:
        run(["apt-get", "-q", "download", *missing], cwd=debs)
    for name in names:
        for deb in debs.glob(f"{name}_*.deb"):
            lay_out(deb, folder / "deb", bundle)


def interpreter(place):
    """A copy of the machine's Ruby, which counts as part of the slug as heroku/ruby's does in `vendor/ruby-VERSION`.
    What runs is the machine's: the folder of Debian's Ruby is compiled in."""
    version = run(["ruby", "-e", "print RUBY_VERSION"])
    minor = version.rpartition(".")[0]
    listed = run(["dpkg", "-L", f"ruby{minor}", f"libruby{minor}"])
    home = place / f"vendor/ruby-{version}"
    for line in listed.splitlines():
        path = pathlib.Path(line)
        if path.is_file() and not path.is_symlink() and not line.startswith("/usr/share/doc"):
            to = home / path.relative_to("/usr")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
