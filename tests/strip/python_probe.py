"""Imports every module below a site-packages folder, each in a process of its own.

    python python_probe.py SITE_PACKAGES [TOP_LEVEL_NAME …] > results

One line per module: name, tab, `ok` or the error. Left out are tests, and pip, setuptools
and wheel, which install packages and are removed as such where nothing uses them. A module
is imported in a fork of the process that imported its package, which is what Python does
first in any case, and saves importing the package anew for each of its modules.
"""
import importlib
import os
import sys
import time

INSTALLERS = ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack")
LIMIT = 60  # seconds for one module

root = os.path.abspath(sys.argv[1])
wanted = set(sys.argv[2:])
sys.path.insert(0, root)
results = os.dup(1)


def children(folder):
    """Names of modules in a folder, and whether each is a package."""
    found = {}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        stem = entry.name.split(".")[0]
        if not stem.isidentifier():
            continue
        if entry.is_dir():
            inside = any(os.path.exists(os.path.join(entry.path, name)) for name in ("__init__.py", "__init__.pyc"))
            if inside and stem not in ("tests", "test", "__pycache__"):
                found[stem] = True
        elif entry.name.endswith((".py", ".so")) and stem not in ("__init__", "__main__", "conftest"):
            found.setdefault(stem, False)
    return found.items()


def attempt(name, folder):
    """In a fork: imports the module, says how that went, then does the same for its own."""
    child = os.fork()
    if child:
        wait(child, name, folder)
        return
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    try:
        importlib.import_module(name)
        answer = "ok"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
        answer = f"{type(error).__name__}: {error}".replace("\n", " ").replace("\t", " ")[:200]
    os.write(results, f"{name}\t{answer}\n".encode(errors="replace"))
    if folder:
        for inner, is_package in children(folder):
            attempt(f"{name}.{inner}", os.path.join(folder, inner) if is_package else None)
    os._exit(0)


def wait(child, name, is_package):
    """A module that hangs is killed; packages wait for all of theirs."""
    begun = time.monotonic()
    pause = 0.001
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if not is_package and time.monotonic() - begun > LIMIT:
            os.kill(child, 9)
            os.waitpid(child, 0)
            os.write(results, f"{name}\ttimeout\n".encode())
            return
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


for top, package in children(root):
    if top not in INSTALLERS and (not wanted or top in wanted):
        attempt(top, os.path.join(root, top) if package else None)
