"""The progress bar of what takes a while."""

from __future__ import annotations

import os

from tqdm import tqdm


def progress_bar(total: int | None, unit: str, progress: bool | None) -> tqdm:
    """Returns a bar that is gone when it is full.

    Parameters
    ----------
    total : int or None
        How many there are; None if that is not known.
    unit : str
        What is counted.
    progress : bool or None
        Whether it is shown; None for "unless ``CI`` is set".
    """
    if progress is None and not os.environ.get("CI"):
        # Without `disable`, tqdm goes by its own variable, TQDM_DISABLE.
        return tqdm(total=total, unit=unit, leave=False)
    return tqdm(total=total, unit=unit, leave=False, disable=not progress)
