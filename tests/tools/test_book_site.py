"""What the pages are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.book import site

ROOT = Path(__file__).resolve().parents[2]


def test_digest_follows_contents_names_and_nothing_hidden(tmp_path):
    def digest():
        return site.digest(tmp_path, ("src/**/*",))

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


def test_a_stamp_is_taken_once(tmp_path):
    assert site.take_stamp(tmp_path) == ""
    (tmp_path / site.STAMP).write_text("a")
    assert site.take_stamp(tmp_path) == "a"
    assert site.take_stamp(tmp_path) == ""


def test_repository_is_filled_in(tmp_path):
    config = site.write_config(ROOT, tmp_path, "someone/a.fork")
    assert config["repository"]["url"] == "https://github.com/someone/a.fork"
    assert "someone/a.fork" in (tmp_path / site.CONFIG).read_text()


@pytest.mark.parametrize("name", ["fork", "https://github.com/a/b", "a/b/c"])
def test_a_repository_that_is_not_owner_and_name_is_refused(tmp_path, name):
    with pytest.raises(SystemExit, match="owner/name"):
        site.write_config(ROOT, tmp_path, name)


def test_no_script_from_the_packages_lies_where_every_page_loads_it():
    """Jupyter Book loads each script below _static on each page."""
    scripts = {path.name for path in (ROOT / "_static").rglob("*.js")}
    assert scripts == {"d2l-evidence.js", "d2l-figures.js"}
