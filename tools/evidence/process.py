"""What a fresh process does: runs cells and tells what the claims gave.

It is sent to the workers as text, and imports nothing of ours but the package
that the cells use. One JSON object on a line of the standard input is the
job; lines of JSON on the standard output are the answer, so that what was
finished counts when the process is ended.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import inspect
import json
import linecache
import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

PACKAGE = "d2l_ext"
#: What cannot change a number: it draws, shows, judges, checks what it is
#: given, or only says where another module is.
IDLE = (
    *("__init__.py", "_version.py", "config.py", "validate.py"),
    *("plotting/", "evidence/"),
)
#: But these do train networks.
ACTIVE = ("evidence/study.py", "evidence/trial.py")
#: No data.
IDLE_FILES = ("claims.yml", "verdicts.json")


def counts(module: str) -> bool:
    """Whether a number may depend on a module, by its path in the package."""
    if module in ACTIVE:
        return True
    return not (module.startswith(IDLE) or module.endswith("/__init__.py"))


def digest(source: str) -> str:
    """Returns a digest of what a program does: its syntax tree.

    Without docstrings, comments and the layout. It is the same in all
    versions of Python that write the tree in the same way.
    """
    form = repr(_form(ast.parse(source)))
    return hashlib.sha256(form.encode()).hexdigest()[:16]


def _form(node: Any) -> Any:
    if isinstance(node, ast.AST):
        values = dict(ast.iter_fields(node))
        documented = (
            *(ast.Module, ast.ClassDef),
            *(ast.FunctionDef, ast.AsyncFunctionDef),
        )
        if (
            isinstance(node, documented)
            and ast.get_docstring(node) is not None
        ):
            values["body"] = values["body"][1:]
        # Newer versions have fields that older ones do not, mostly empty.
        filled = [
            (name, _form(value))
            for name, value in sorted(values.items())
            if value is not None and value != []
        ]
        return type(node).__name__, filled
    if isinstance(node, list):
        return [_form(each) for each in node]
    return node


def digest_of(path: Path) -> str:
    """Returns the digest of a module, or of a file with data."""
    if path.suffix == ".py":
        return digest(path.read_text(encoding="utf-8"))
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


class Watch:
    """Notes which modules of a package really run, and what data they read.

    Parameters
    ----------
    package : pathlib.Path
        The package's folder.
    """

    def __init__(self, package: Path) -> None:
        self._package = package
        self._prefix = str(package) + os.sep
        self._found: set[str] = set()
        self._on = False
        sys.addaudithook(self._opened)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watches this block, in all threads."""
        self._on, self._found = True, set()
        stop = _each_function(self._started)
        try:
            yield
        finally:
            stop()
            self._on = False

    def digests(self) -> dict[str, str]:
        """Returns what was found, by paths as ``d2l_ext/data/sets.py``."""
        return {
            f"{self._package.name}/{name}": digest_of(self._package / name)
            for name in sorted(self._found)
        }

    def _started(self, code: CodeType) -> None:
        # A module's own code and a class's body only define.
        defines = not code.co_flags & inspect.CO_OPTIMIZED
        if defines or not code.co_filename.startswith(self._prefix):
            return
        # So do the comprehensions in them; those in a function follow it.
        if code.co_name.startswith("<") and code.co_name != "<lambda>":
            return
        name = code.co_filename[len(self._prefix) :].replace(os.sep, "/")
        if counts(name):
            self._found.add(name)

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on or event != "open":
            return
        path = arguments[0]
        files = f"{self._prefix}_files{os.sep}"
        if isinstance(path, str) and path.startswith(files):
            name = path[len(files) :]
            if name not in IDLE_FILES and os.sep not in name:
                self._found.add(f"_files/{name}")


def _each_function(note: Callable[[CodeType], None]) -> Callable[[], None]:
    """Calls ``note`` when functions start; returns what ends that."""
    if sys.version_info < (3, 12):

        def profile(frame: Any, event: str, _: Any) -> None:
            if event == "call":
                note(frame.f_code)

        threading.setprofile(profile)
        sys.setprofile(profile)

        def stop_profile() -> None:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]

        return stop_profile
    monitoring = sys.monitoring
    tool = monitoring.PROFILER_ID

    def started(code: CodeType, _: int) -> Any:
        note(code)
        return monitoring.DISABLE  # the first time is enough

    monitoring.use_tool_id(tool, __name__)
    monitoring.register_callback(tool, monitoring.events.PY_START, started)
    monitoring.restart_events()
    monitoring.set_events(tool, monitoring.events.PY_START)

    def stop() -> None:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)

    return stop


def run(job: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """Runs the cells of a job and tells about each one.

    Parameters
    ----------
    job : dict
        ``cells``, a list of ``id``, ``source`` and ``digest``; ``claims``,
        the cells of each claim, the last of which measures it; ``seed``;
        ``path``, what is put before the other places of packages.
    tell : callable
        Called with ``{"settings": …}`` first, then with a
        ``{"cell": …}`` for each cell and a ``{"claim": …}`` for each claim
        that was measured.
    """
    sys.path[:0] = job["path"]
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}")
    watch = Watch(Path(spec.origin).parent)
    with watch.watching():
        package = importlib.import_module(PACKAGE)
        package.seed()
        settings = _settings()
    tell({"settings": settings, "modules": watch.digests()})
    recording = importlib.import_module(f"{PACKAGE}.evidence.recording")
    notebook: dict[str, Any] = {"__name__": "__main__"}
    failed: set[str] = set()
    with recording.recording() as records:
        for cell in job["cells"]:
            wanted = {
                claim
                for claim, cells in job["claims"].items()
                if cell["id"] in cells and claim not in failed
            }
            if not wanted:
                continue
            # The same numbers, whichever other claims are measured here.
            package.seed(_seed_of(job["seed"], cell["digest"]))
            told, start = len(records), time.process_time()
            with watch.watching():
                error = _run_cell(cell, notebook)
            seconds = time.process_time() - start
            failed |= wanted if error else set()
            tell(
                {
                    "cell": cell["id"],
                    "seconds": seconds,
                    "modules": watch.digests(),
                    "error": error,
                }
            )
            for record in records[told:]:
                tell(
                    {
                        "claim": record.claim,
                        "values": record.values,
                        "numbers": record.numbers,
                    }
                )


def _seed_of(seed: int, digest: str) -> int:
    text = f"{seed} {digest}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1


def _run_cell(cell: dict[str, str], notebook: dict[str, Any]) -> str | None:
    """Runs a cell; returns why it failed, in a line."""
    name = f"<cell {cell['id']}>"
    lines = cell["source"].splitlines(keepends=True)
    linecache.cache[name] = len(cell["source"]), None, lines, name
    try:
        exec(compile(cell["source"], name, "exec"), notebook)
    except (Exception, SystemExit) as error:
        told = str(error).strip().splitlines() or [""]
        return f"cell {cell['id']}: {type(error).__name__}: {told[0]}"
    return None


def _settings() -> dict[str, str]:
    """Returns what the measurement is made with."""
    machine = importlib.import_module(f"{PACKAGE}.evidence.machine")
    versions = {
        name: str(getattr(sys.modules.get(name), "__version__", ""))
        for name in ("numpy", "mxnet", PACKAGE)
    }
    return {
        "scale": os.environ.get("D2L_EXT_SCALE", ""),
        "context": os.environ.get("D2L_EXT_CTX", ""),
        "python": platform.python_version(),
        "machine": machine.describe(),
        **versions,
    }


def _end_with_parent() -> None:
    """Ends this process and its children when whoever started it is gone."""
    sys.stdin.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Reads a job and runs it."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # What the cells print is no answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def tell(what: dict[str, Any]) -> None:
        print(json.dumps(what), file=answer, flush=True)

    run(job, tell)
    answer.flush()
    os._exit(0)  # without waiting for the thread, or for MXNet's own


if __name__ == "__main__":
    main()
