"""Notes each file of a package that this process opens (PEP 578)."""
import os
import sys

_list = os.environ.get("SLUGSMITH_RECORD")
_seen = set()


def _note(event, arguments):
    if event not in ("open", "os.listdir", "import"):
        return
    path = arguments[1] if event == "import" and len(arguments) > 1 else arguments[0]
    if not isinstance(path, str) or "site-packages" not in path or path in _seen:
        return
    _seen.add(path)
    # Byte code stands for its source, and both are kept.
    names = [path]
    folder, name = os.path.split(path)
    if name.endswith(".pyc") and os.path.basename(folder) == "__pycache__":
        names.append(os.path.join(os.path.dirname(folder), name.split(".")[0] + ".py"))
    with open(_list, "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write("".join(os.path.abspath(one) + "\n" for one in names))


if _list:
    _seen.add(_list)
    sys.addaudithook(_note)
