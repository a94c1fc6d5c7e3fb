"""Builds the site: ``python tools/build_book.py``, or ``make book``.

Jupyter Book executes each chapter once and keeps the outputs until the
chapter changes. The outputs depend on more than the chapter, and Sphinx
reports a warning only on the run that reads the page, so this script

- drops the kept outputs when the package, the claims or the data changed,
- starts from no pages at all when any source of the site changed, or when the
  last build did not succeed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent

#: What the outputs of a chapter depend on, besides the chapter.
EXECUTION_SOURCES = (
    *("d2l_ext/*.py", "d2l_ext/layers/*.py", "d2l_ext/plotting/*.py"),
    *("d2l_ext/evidence/*.py", "evidence/claims.yml"),
    *("data/*.npz", "uv.lock"),
)
SITE_SOURCES = (
    *EXECUTION_SOURCES,
    "_config.yml",
    "_toc.yml",
    "_static/**/*",
    "references.bib",
    "*.md",
    "chapters/**/*",
    "exercises/**/*",
    "d2l_ext/**/*.py",
    "tools/**/*.py",
)

MATHJAX = "sphinx-mathjax-offline"
MATHJAX_PREFIX = "sphinx-mathjax-offline/static/mathjax/"
#: MathJax's package holds a bundle for every mixture of input and output.
MATHJAX_BUNDLE = "tex-chtml.js"
PLOTLY_FILE = "plotly/package_data/plotly.min.js"


def digest(root: Path, patterns: Iterable[str], *also: str) -> str:
    """Returns a digest of the files' paths and contents, and of `also`."""
    total = hashlib.sha256("\0".join(also).encode())
    for path in sorted({p for each in patterns for p in root.glob(each)}):
        hidden = any(
            part.startswith(".") or part in {"__pycache__", "vendor"}
            for part in path.relative_to(root).parts
        )
        if path.is_file() and not hidden:
            name = path.relative_to(root).as_posix().encode()
            content = hashlib.sha256(path.read_bytes()).digest()
            total.update(name + b"\0" + content)
    return total.hexdigest()


def copy_vendor(folder: Path) -> None:
    """Copies MathJax and Plotly, which the site serves itself."""
    wanted = {}
    for file in importlib.metadata.files(MATHJAX) or ():
        name = file.as_posix().removeprefix(MATHJAX_PREFIX)
        if name != file.as_posix() and ("/" in name or name == MATHJAX_BUNDLE):
            wanted[f"mathjax/{name}"] = Path(str(file.locate()))
    for file in importlib.metadata.files("plotly") or ():
        if file.as_posix() == PLOTLY_FILE:
            wanted["plotly.min.js"] = Path(str(file.locate()))
    for needed in ("plotly.min.js", f"mathjax/{MATHJAX_BUNDLE}"):
        if needed not in wanted:
            raise SystemExit(
                f"build_book: {needed} is in none of the installed packages. "
                "Install the locked environment with: uv sync --frozen"
            )
    for name, source in wanted.items():
        target = folder / name
        if not target.is_file() or (
            target.stat().st_size != source.stat().st_size
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def write_config(root: Path, build: Path, repository: str | None) -> Path:
    """Writes the configuration to build with and returns its path.

    Raises
    ------
    SystemExit
        If `repository` is not of the form ``owner/name``.
    """
    text = (root / "_config.yml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    if repository is not None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise SystemExit(
                f"build_book: --repository is {repository!r}, but it has the "
                "form owner/name, such as d2l-ext/d2l-ext"
            )
        settings["repository"]["url"] = f"https://github.com/{repository}"
    # These folders are looked up from where the configuration lies.
    extensions = settings["sphinx"]["local_extensions"]
    for name, folder in extensions.items():
        extensions[name] = str(root / folder)
    config = build / "_config.yml"
    config.write_text(
        yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8"
    )
    return config


def environment(build: Path, outer: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment in which the published outputs are made.

    The reader sees quick scale and seed 0, whatever the author's own settings
    are, and a kernel that no personal profile has touched.
    """
    kept = {
        name: value
        for name, value in outer.items()
        if not name.startswith("D2L_EXT_")
    }
    return kept | {
        "D2L_EXT_CTX": "auto",
        "D2L_EXT_SEED": "0",
        "D2L_EXT_SCALE": "quick",
        "IPYTHONDIR": str(build / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(build / "jupyter_runtime"),
        "MPLCONFIGDIR": str(build / "matplotlib"),
        # The chapters' networks are small: a second thread gains little, and
        # loses much where another program has its core.
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        # A progress bar is for who waits, and not for who reads.
        "TQDM_DISABLE": "1",
    }


def drop_stale(build: Path, execution: str, site: str) -> None:
    """Removes kept outputs and pages that the sources no longer stand for."""
    stamp = build / "stamp.json"
    try:
        last = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        last = {}
    if last.get("execution") != execution:
        shutil.rmtree(build / ".jupyter_cache", ignore_errors=True)
    if last.get("site") != site:
        for folder in (".doctrees", "html", "jupyter_execute"):
            shutil.rmtree(build / folder, ignore_errors=True)
    # Without "site" until the build succeeds: a build that is interrupted or
    # fails must not make the next one look clean.
    write_stamp(build, execution=execution)


def write_stamp(build: Path, **digests: str) -> None:
    """Records the sources that the outputs and the pages were made from."""
    (build / "stamp.json").write_text(json.dumps(digests), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Builds the site and returns the exit code of the build."""
    parser = argparse.ArgumentParser(description="Builds the book's site.")
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="the GitHub repository that the launch buttons open",
    )
    repository = parser.parse_args(arguments).repository
    build = ROOT / "_build"
    build.mkdir(exist_ok=True)
    config = write_config(ROOT, build, repository)
    copy_vendor(build / "vendor" / "_static" / "vendor")
    # Run as a script, this file's folder is on the path, and not its parent.
    sys.path.insert(0, str(ROOT))
    from tools.exercises.student import write_copies

    students = build / "vendor" / "students"
    shutil.rmtree(students, ignore_errors=True)
    write_copies(ROOT / "exercises", students)
    execution = digest(ROOT, EXECUTION_SOURCES, sys.version)
    site = digest(ROOT, SITE_SOURCES, sys.version, repository or "")
    drop_stale(build, execution, site)
    program = Path(sysconfig.get_path("scripts"), "jupyter-book")
    command = [str(program), "build", ".", "-n", "-W", "--keep-going"]
    command += ["--config", str(config)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(build, os.environ), check=False
    )
    index = build / "html" / "index.html"
    if done.returncode or not index.is_file():
        print("build_book: the build failed; the messages are above.")
        return done.returncode or 1
    write_stamp(build, execution=execution, site=site)
    print(f"\nThe book is in {index}")
    print(f"Open it: {index.as_uri()}")
    print("Or, with search and every figure at work: make serve")
    return 0


if __name__ == "__main__":
    sys.exit(main())
