"""Notes each file of a package that this process opens (PEP 578)."""
import importlib.machinery
import importlib.util
import os
import sys

_list = os.environ.get("SLUGSMITH_RECORD")
_seen = set()


def _note(event, arguments):
    if event not in ("open", "import", "ctypes.dlopen"):
        return
    path = arguments[1] if event == "import" and len(arguments) > 1 else arguments[0]
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, str) or "-packages" not in path or path in _seen:
        return
    _seen.add(path)
    # Byte code stands for its source, and both are kept.
    names = [path]
    folder, name = os.path.split(path)
    if os.path.basename(folder) == "__pycache__":
        # Python writes it by another name and renames that.
        names = [os.path.join(folder, name.split(".pyc.")[0] + ".pyc") if ".pyc." in name else path]
        names.append(os.path.join(os.path.dirname(folder), name.split(".")[0] + ".py"))
    with open(_list, "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write("".join(os.path.abspath(one) + "\n" for one in names))


if _list:
    _seen.add(_list)
    sys.addaudithook(_note)

# Only one module of this name is imported when Python starts: run the one behind this.
_here = os.path.dirname(os.path.abspath(__file__))
_next = importlib.machinery.PathFinder.find_spec(
    "sitecustomize", [path for path in sys.path if os.path.abspath(path) != _here]
)
if _next and _next.loader:
    _next.loader.exec_module(importlib.util.module_from_spec(_next))
