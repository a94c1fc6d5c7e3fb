"""What the outputs of a chapter depend on, and that nothing is left out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.book.chapter import PROBE
from tools.book.sources import PACKAGES, Sources

ROOT = Path(__file__).resolve().parents[2]
LOAD_ALL = """\
import importlib, pkgutil, warnings
import d2l_ext, d2l_check
warnings.simplefilter("ignore")
for package in (d2l_ext, d2l_check):
    prefix = package.__name__ + "."
    for module in pkgutil.walk_packages(package.__path__, prefix):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""
SETTINGS = {"D2L_EXT_SEED": "0"}
CLAIMS = """\
bn-identity: {chapter: batch-norm, kind: exact}
res-identity: {chapter: resnet, kind: exact}
"""


@pytest.fixture
def root(tmp_path):
    """A checkout with one module, two claims, some data and a lock."""
    for name, text in {
        "d2l_ext/__init__.py": "1",
        "d2l_ext/_files/digits.npz": "1",
        "d2l_ext/_files/claims.yml": CLAIMS,
        "evidence/claims.yml": CLAIMS,
        "uv.lock": "1",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def before(root):
    """The digests of the outputs of two chapters."""
    sources = Sources(root, SETTINGS)
    modules = ["d2l_ext/__init__.py"]
    return {name: sources.of(name, modules) for name in ("resnet", "dropout")}


def stale(root, before, settings=SETTINGS):
    """Returns the chapters whose outputs no longer stand."""
    now = Sources(root, settings)
    return [name for name, then in before.items() if not now.still(name, then)]


def test_every_module_that_can_be_loaded_is_seen_and_counts(tmp_path):
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD_ALL + PROBE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(loaded.stdout.splitlines()[-1])["modules"]
    modules = {Path(file).relative_to(ROOT).as_posix() for file in found}
    # Some older names lead to the third package.
    ours = {m for m in modules if not m.startswith("d2l_course/")}
    assert ours == {
        path.relative_to(ROOT).as_posix()
        for package in ("d2l_ext", "d2l_check")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__main__.py"
    }
    (tmp_path / "evidence").mkdir()
    for name in ("uv.lock", "evidence/claims.yml", "evidence/verdicts.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    before = Sources(ROOT, SETTINGS).of("batch-norm", modules)
    assert Sources(tmp_path, SETTINGS).still("batch-norm", before)
    for module in modules:
        with (tmp_path / module).open("a") as file:
            file.write("# changed\n")
    after = Sources(tmp_path, SETTINGS).of("batch-norm", modules)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == modules


def test_nothing_changed_and_nothing_is_stale(root, before):
    assert stale(root, before) == []


def test_a_changed_claim_costs_the_chapter_that_measures_it(root, before):
    changed = CLAIMS.replace("resnet, kind: exact", "resnet, kind: effect")
    for name in ("evidence", "d2l_ext/_files"):
        (root / name / "claims.yml").write_text(changed)
    assert stale(root, before) == ["resnet"]


def test_a_new_claim_costs_its_chapter(root, before):
    with (root / "evidence" / "claims.yml").open("a") as file:
        file.write("drop-scale: {chapter: dropout}\n")
    assert stale(root, before) == ["dropout"]


def test_new_evidence_costs_the_chapter_that_shows_it(root, before):
    def write(**verdicts):
        text = json.dumps({"claims": {k: [v] for k, v in verdicts.items()}})
        for name in ("evidence", "d2l_ext/_files"):
            (root / name / "verdicts.json").write_text(text)

    write(**{"bn-identity": "holds"})
    assert stale(root, before) == []
    write(**{"bn-identity": "holds", "res-identity": "undecided"})
    assert stale(root, before) == ["resnet"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"claims": 1}'])
def test_verdicts_that_cannot_be_read_are_a_sentence(root, text):
    (root / "evidence" / "verdicts.json").write_text(text)
    with pytest.raises(SystemExit, match=r"verdicts\.json cannot be read: "):
        Sources(root, SETTINGS)


@pytest.mark.parametrize(
    "name", ["d2l_ext/new.py", "d2l_check/_files/answers.npz"]
)
def test_what_no_chapter_loads_costs_nothing(root, before, name):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("1")
    assert stale(root, before) == []


@pytest.mark.parametrize(
    "name", ["uv.lock", "d2l_ext/_files/digits.npz", "d2l_ext/__init__.py"]
)
def test_what_all_depend_on_costs_all(root, before, name):
    (root / name).write_text("2")
    assert stale(root, before) == ["resnet", "dropout"]


def test_settings_and_the_version_of_python_cost_all(
    root, before, monkeypatch
):
    other = {"D2L_EXT_SEED": "1"}
    assert stale(root, before, other) == ["resnet", "dropout"]
    monkeypatch.setattr(sys, "version", "3.99")
    assert stale(root, before) == ["resnet", "dropout"]


def test_a_module_that_is_gone_costs_the_chapters_that_loaded_it(root, before):
    (root / "d2l_ext" / "__init__.py").unlink()
    assert stale(root, before) == ["resnet", "dropout"]


@pytest.mark.parametrize("text", ["a: [", "- a", "a: 1", "a: [1, 2]"])
def test_claims_that_cannot_be_read_are_a_sentence(root, text):
    (root / "evidence" / "claims.yml").write_text(text)
    with pytest.raises(SystemExit, match=r"claims\.yml cannot be read: "):
        Sources(root, SETTINGS)
