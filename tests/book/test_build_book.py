"""The script behind ``make book``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from visiting import ROOT


@pytest.fixture(scope="module")
def build_book() -> ModuleType:
    path = ROOT / "tools" / "build_book.py"
    spec = importlib.util.spec_from_file_location("build_book", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build folder with kept outputs and pages."""
    for name in (".jupyter_cache", ".doctrees", "html"):
        (tmp_path / name).mkdir()
    return tmp_path


def kept(build: Path) -> set[str]:
    return {path.name for path in build.iterdir() if path.is_dir()}


def test_settings_of_the_author_do_not_reach_the_chapters(
    build_book: ModuleType, tmp_path: Path
) -> None:
    outer = {
        "D2L_EXT_SEED": "7",
        "D2L_EXT_SCALE": "full",
        "D2L_EXT_DATA": "/elsewhere",
        "HOME": "/home/author",
    }
    inner = build_book.environment(tmp_path, outer)
    assert inner["D2L_EXT_SEED"] == "0"
    assert inner["D2L_EXT_SCALE"] == "quick"
    assert inner["D2L_EXT_CTX"] == "auto"
    assert "D2L_EXT_DATA" not in inner
    assert inner["HOME"] == "/home/author"


def test_nothing_is_dropped_when_nothing_changed(
    build_book: ModuleType, build: Path
) -> None:
    build_book.write_stamp(build, execution="a", site="b")
    build_book.drop_stale(build, "a", "b")
    assert kept(build) == {".jupyter_cache", ".doctrees", "html"}


def test_a_change_of_the_site_keeps_the_outputs(
    build_book: ModuleType, build: Path
) -> None:
    build_book.write_stamp(build, execution="a", site="b")
    build_book.drop_stale(build, "a", "changed")
    assert kept(build) == {".jupyter_cache"}


def test_a_change_of_the_package_drops_the_outputs(
    build_book: ModuleType, build: Path
) -> None:
    build_book.write_stamp(build, execution="a", site="b")
    build_book.drop_stale(build, "changed", "changed")
    assert kept(build) == set()


def test_pages_of_a_build_that_did_not_succeed_are_built_again(
    build_book: ModuleType, build: Path
) -> None:
    build_book.write_stamp(build, execution="a", site="b")
    build_book.drop_stale(build, "a", "b")
    (build / "html").mkdir(exist_ok=True)
    build_book.drop_stale(build, "a", "b")
    assert kept(build) == {".jupyter_cache"}


def test_digest_follows_contents_names_and_nothing_hidden(
    build_book: ModuleType, tmp_path: Path
) -> None:
    def digest() -> str:
        return build_book.digest(tmp_path, ("src/**/*",))

    source = tmp_path / "src" / "a.py"
    source.parent.mkdir()
    source.write_text("1")
    first = digest()
    for folder in ("__pycache__", ".ipynb_checkpoints"):
        (source.parent / folder).mkdir()
        (source.parent / folder / "a").write_text("0")
    assert digest() == first
    source.write_text("2")
    second = digest()
    source.rename(source.with_name("b.py"))
    assert len({first, second, digest()}) == 3


def test_repository_is_filled_in(
    build_book: ModuleType, tmp_path: Path
) -> None:
    path = build_book.write_config(ROOT, tmp_path, "someone/a.fork")
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert config["repository"]["url"] == "https://github.com/someone/a.fork"


@pytest.mark.parametrize("name", ["fork", "https://github.com/a/b", "a/b/c"])
def test_a_repository_that_is_not_owner_and_name_is_refused(
    build_book: ModuleType, tmp_path: Path, name: str
) -> None:
    with pytest.raises(SystemExit, match="owner/name"):
        build_book.write_config(ROOT, tmp_path, name)


def test_no_script_from_the_packages_lies_where_every_page_loads_it() -> None:
    """Jupyter Book loads each script below _static on each page."""
    scripts = {path.name for path in (ROOT / "_static").rglob("*.js")}
    assert scripts == {"d2l-figures.js"}
