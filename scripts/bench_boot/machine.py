"""Runs other programs."""
import subprocess
import sys


def run(command, **options):
    """Gives what it prints; a failure ends everything, with the end of that."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}")
    return done.stdout
