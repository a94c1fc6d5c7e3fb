"""Makes the pages of the site, of outputs that are kept.

Sphinx reports a warning only on the run that reads the page. So it starts
from no pages at all when any source of the site changed, when a chapter was
executed, or when the last build did not succeed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

SOURCES = (
    "_config.yml",
    "_toc.yml",
    "_static/**/*",
    "references.bib",
    "*.md",
    "chapters/**/*",
    "evidence/*",
    "exercises/**/*",
    "d2l_*/**/*",
    "tools/**/*.py",
    "uv.lock",
)

MATHJAX = "sphinx-mathjax-offline"
MATHJAX_PREFIX = "sphinx-mathjax-offline/static/mathjax/"
#: MathJax's package holds a bundle for every mixture of input and output.
MATHJAX_BUNDLE = "tex-chtml.js"
PLOTLY_FILE = "plotly/package_data/plotly.min.js"

#: In the folder that is built in: what the last successful build was made of,
#: what it is configured with, and what Sphinx keeps.
STAMP = "stamp"
CONFIG = "_config.yml"
PAGES = (".doctrees", "html", "jupyter_execute")


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
                f"book: {needed} is in none of the installed packages. "
                "Install the locked environment with: uv sync --frozen"
            )
    for name, source in wanted.items():
        target = folder / name
        if not target.is_file() or (
            target.stat().st_size != source.stat().st_size
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def write_config(
    root: Path, build: Path, repository: str | None
) -> dict[str, Any]:
    """Writes the configuration to build with and returns it.

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
                f"book: --repository is {repository!r}, but it has the "
                "form owner/name, such as d2l-ext/d2l-ext"
            )
        settings["repository"]["url"] = f"https://github.com/{repository}"
    # These folders are looked up from where the configuration lies.
    extensions = settings["sphinx"]["local_extensions"]
    for name, folder in extensions.items():
        extensions[name] = str(root / folder)
    (build / CONFIG).write_text(
        yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8"
    )
    return settings


def take_stamp(build: Path) -> str:
    """Returns the stamp of the last build, and removes it.

    A build that is interrupted or fails leaves none, so that it does not make
    the next one look clean.
    """
    stamp = build / STAMP
    text = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    stamp.unlink(missing_ok=True)
    return text


def drop_pages(build: Path) -> None:
    """Removes the pages, and what Sphinx knows of them."""
    for folder in PAGES:
        shutil.rmtree(build / folder, ignore_errors=True)


def make_pages(root: Path, build: Path, environ: Mapping[str, str]) -> int:
    """Runs Jupyter Book, which executes nothing, and returns its status."""
    program = Path(sysconfig.get_path("scripts"), "jupyter-book")
    command = [str(program), "build", ".", "-n", "-W", "--keep-going"]
    command += ["--config", str(build / CONFIG)]
    done = subprocess.run(command, cwd=root, env=environ, check=False)
    written = (build / "html" / "index.html").is_file()
    return done.returncode if written else done.returncode or 1
