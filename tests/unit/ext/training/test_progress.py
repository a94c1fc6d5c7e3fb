"""The progress bar: shown to who waits, and to nobody else."""

from d2l_ext.training import progress as module
from d2l_ext.training.progress import progress_bar

import pytest


def enabled_tqdm(*args, disable=False, **kwargs):
    from tqdm import tqdm

    return tqdm(*args, disable=disable, **kwargs)


@pytest.mark.parametrize(
    ("progress", "ci", "shown"),
    [
        (False, "", False),
        (None, "true", False),
        (None, "", True),
        (True, "true", True),
    ],
)
def test_progress_is_shown_unless_nobody_watches(
    progress, ci, shown, monkeypatch, capfd
):
    monkeypatch.setenv("CI", ci)
    # tqdm read it at its import; in these tests it is set.
    monkeypatch.setattr(module, "tqdm", enabled_tqdm)
    with progress_bar(2, "batch", progress) as bar:
        bar.update()
    out, err = capfd.readouterr()
    assert out == ""
    assert ("batch" in err) == shown
    assert shown or err == ""


def test_what_has_no_known_end_is_counted(capfd):
    with progress_bar(None, "run", True) as bar:
        bar.update(3)
        bar.refresh()
    assert "3run" in capfd.readouterr().err
