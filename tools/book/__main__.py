"""The command line: ``python -m tools.book``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tools.book import site
from tools.book.outputs import Outputs, chapters
from tools.book.sources import Sources
from tools.contradictions import contradicted
from tools.side_by_side import Job, cores, run_all, run_command

ROOT = Path(__file__).resolve().parents[2]

#: The reader sees quick scale and seed 0, whatever the author's settings are.
SETTINGS = {
    "D2L_EXT_CTX": "auto",
    "D2L_EXT_SEED": "0",
    "D2L_EXT_SCALE": "quick",
    # A core each. The chapters' networks are small: a second thread gains
    # little, and loses much where another program has its core.
    "OMP_NUM_THREADS": "1",
    # A progress bar is for who waits, and not for who reads.
    "TQDM_DISABLE": "1",
}


def environment(build: Path, outer: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment in which the published outputs are made.

    No setting of the author's is in it, and the kernels are those that no
    personal profile has touched.
    """
    kept = {
        name: value
        for name, value in outer.items()
        if not name.startswith("D2L_EXT_")
    }
    return (
        kept
        | SETTINGS
        | {
            "IPYTHONDIR": str(build / "ipython"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "JUPYTER_RUNTIME_DIR": str(build / "jupyter_runtime"),
            "MPLCONFIGDIR": str(build / "matplotlib"),
            "PYTHONUNBUFFERED": "1",
        }
    )


def students(root: Path, build: Path) -> Job:
    """Returns the job that writes the notebooks that the site offers."""
    folder = build / "vendor" / "students"
    command = (sys.executable, "-m", "tools.exercises", "students", folder)

    async def run() -> str | None:
        shutil.rmtree(folder, ignore_errors=True)
        return await run_command(*command, cwd=root)

    # It is short: it fills a core that has no chapter left.
    return Job("students' notebooks", run, expected=0)


def build_book(root: Path, build: Path, repository: str | None) -> int:
    """Builds the site, in the environment of this process.

    Returns
    -------
    int
        The exit status: 0, unless a chapter raises an error or Sphinx has
        something to say. A measurement that contradicts a recorded verdict
        changes nothing; the last lines name it.
    """
    build.mkdir(exist_ok=True)
    config = site.write_config(root, build, repository)
    site.copy_vendor(build / "vendor" / "_static" / "vendor")
    last = site.take_stamp(build)
    stamp = site.digest(root, site.SOURCES, sys.version, repository or "")
    all_chapters = chapters(root)
    with closing(Outputs(build, Sources(root, SETTINGS))) as outputs:
        stale = [c for c in all_chapters if outputs.kept(c) is None]
        if stale or stamp != last:
            site.drop_pages(build)
            timeout = config["execute"]["timeout"]
            jobs = [outputs.job(chapter, timeout) for chapter in stale]
            count = f"{len(stale)} of {len(all_chapters)} chapters"
            print(f"Executing {count} ...", flush=True)
            failures = run_all([*jobs, students(root, build)], cores())
            for name, error in failures.items():
                print(f"\n{name}: {error}")
            if failures:
                print(f"\nThe build failed: {', '.join(failures)}")
                return 1
        status = site.make_pages(root, build, os.environ)
        if status:
            print("The build failed; the messages are above.")
            return status
        outputs.forget_all_but(all_chapters)
        (build / site.STAMP).write_text(stamp, encoding="utf-8")
        index = build / "html" / "index.html"
        print(f"\nThe book is in {index}")
        print(f"Open it: {index.as_uri()}")
        print("Or, with search and every figure at work: make serve")
        boxes = contradicted(map(outputs.kept, all_chapters))
        if boxes:
            print("\nThese runs lie outside the evidence:")
            print("\n".join(f"  {box}" for box in boxes))
        return 0


def main(arguments: list[str] | None = None) -> int:
    """Builds the site and returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.book", description="Builds the book's site."
    )
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="the GitHub repository that the launch buttons open",
    )
    repository = parser.parse_args(arguments).repository
    build = ROOT / "_build"
    # The kernels' manager runs in this process.
    inner = environment(build, os.environ)
    os.environ.clear()
    os.environ.update(inner)
    try:
        return build_book(ROOT, build, repository)
    except KeyboardInterrupt:
        print("\nInterrupted; the chapters that ended are kept.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
