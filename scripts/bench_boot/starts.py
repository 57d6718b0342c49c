"""Starts a slug as a dyno does: at /app, on a file system of its own that forgets what a start writes."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Everything is mounted in a namespace of the one start, so that nothing of it is left.
STAGE = """mount -t tmpfs none "$2" && mkdir "$2/up" "$2/work" &&
mount -t overlay -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" none /app && cd /app || exit 9
for script in .profile.d/*.sh; do . "./$script"; done
"""


def ticks(group):
    """Processor time of a process group so far, in seconds (proc_pid_stat(5))."""
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            total += sum(int(field) for field in fields[11:15])
    return total / os.sysconf("SC_CLK_TCK")


def read_bytes(group):
    try:
        return int(re.search(r"rchar: (\d+)", pathlib.Path(f"/proc/{group}/io").read_text()).group(1))
    except OSError:
        return 0


def answer(port):
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        client.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        client.settimeout(20)
        text = b""
        while part := client.recv(65536):
            text += part
    return text.split(b"\r\n", 1)[0].split(b" ", 1)[1] + b" " + text.partition(b"\r\n\r\n")[2]


def start(place, trace=None, is_asked=False):
    """Gives processor time, wall time and bytes read until it listens, and what it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pathlib.Path("/app").mkdir(exist_ok=True)
    command = re.search(r"^web:\s*(.+)$", (place / "Procfile").read_text(), re.M).group(1)
    traced = f"strace -f -qq -e trace=openat,open -o '{trace}' " if trace else ""
    # A shell's own words stay as they are: globs of class paths are Java's.
    script = STAGE + "set -f; exec " + traced + command
    env = {"PATH": os.environ["PATH"], "HOME": "/app", "PORT": str(port), "DYNO": "web.1"}
    with tempfile.TemporaryDirectory() as upper, tempfile.TemporaryFile() as output:
        begun = time.monotonic()
        process = subprocess.Popen(["unshare", "-m", "bash", "-c", script, "start", str(place), upper], env=env,
                                   start_new_session=True, stdout=output, stderr=output)
        try:
            while True:
                if process.poll() is not None:
                    output.seek(0)
                    sys.exit(f"{place}: `{command}` ended before it listened\n{output.read().decode()[-3000:]}")
                with socket.socket() as client:
                    if client.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.005)
            figures = ticks(process.pid), time.monotonic() - begun, read_bytes(process.pid)
            return (*figures, answer(port) if is_asked else None)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
