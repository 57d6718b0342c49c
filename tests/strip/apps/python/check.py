"""Runs the checks of one app and prints what each gave, one line per check."""
import asyncio
import inspect
import os

_checks = []


def check(run):
    _checks.append(run)
    return run


def main():
    for run in _checks:
        try:
            result = run()
            if inspect.isawaitable(result):
                result = asyncio.run(result)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
            result = f"! {type(error).__name__}: {error}"
        line = str(result).replace(os.getcwd(), ".").replace("\n", "|")
        print(f"{run.__name__}: {line[:600]}", flush=True)
