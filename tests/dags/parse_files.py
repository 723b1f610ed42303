"""Read every DAG file as Airflow's dag-processor does, where nothing outside can be reached.

Run as a program: a fork for each file, after the imports that the dag-processor has done already.
Prints one JSON line per file: its name, the seconds of CPU, and what went wrong.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def refuse(*_: object, **__: object) -> NoReturn:
    """Stand for everything that a DAG file must not do while it is read."""
    raise RuntimeError("a DAG file reached outside while it was read")


def read(path: Path) -> dict[str, Any]:
    """Return the result for one file."""
    started = time.process_time()
    problem = None
    dag_ids: list[str] = []
    try:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        spec.loader.exec_module(module)  # type: ignore[union-attr]
        dag_ids = [module.dag.dag_id]
    except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
        problem = repr(error)
    return {
        "file": path.name,
        "dag_ids": dag_ids,
        "seconds": time.process_time() - started,
        "problem": problem,
    }


def main(folder: Path) -> None:
    """Read every file of the folder in a fork of its own."""
    import airflow.dag_processing.processor  # noqa: F401, PLC0415 - the dag-processor has it
    from airflow.sdk.execution_time import context  # noqa: PLC0415

    context._get_connection = refuse
    context._get_variable = refuse
    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse
    sqlite3.connect = refuse
    for path in sorted(folder.glob("*.py")):
        pid = os.fork()
        if pid == 0:
            print(json.dumps(read(path)), flush=True)  # noqa: T201 - this is a program
            os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
