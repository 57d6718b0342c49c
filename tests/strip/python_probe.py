"""Imports every module below a site-packages folder, each in a process of its own.

    python python_probe.py SITE_PACKAGES > results

One line per module: name, tab, `ok` or the error. Tests are left out: they are what
stripping removes. A fork per module keeps imports apart without starting Python anew.
"""
import os
import sys

root = os.path.abspath(sys.argv[1])
sys.path.insert(0, root)


def modules():
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f.isidentifier() and f not in ("tests", "test", "__pycache__"))
        inside = os.path.relpath(folder, root)
        package = "" if inside == "." else inside.replace(os.sep, ".") + "."
        if package and not os.path.exists(os.path.join(folder, "__init__.py")):
            folders[:] = []
            continue
        for name in sorted(files):
            stem = name.split(".")[0]
            if not stem.isidentifier() or stem == "__main__" or not name.endswith((".py", ".so")):
                continue
            yield package.rstrip(".") if stem == "__init__" else package + stem


def main():
    known = None
    if len(sys.argv) > 2:
        with open(sys.argv[2]) as file:
            known = [line.split("\t")[0] for line in file if line.rstrip().endswith("\tok")]
    for name in known if known is not None else modules():
        if not name:
            continue
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            try:
                __import__(name)
                answer = "ok"
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
                answer = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
            os.write(writer, answer.encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            answer = pipe.read().decode(errors="replace") or "died"
        os.waitpid(child, 0)
        print(f"{name}\t{answer}", flush=True)


main()
