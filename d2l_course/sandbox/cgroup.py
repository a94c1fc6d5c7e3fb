"""A limit on all memory of a sandbox, where the system offers one.

It is a group of processes, of Linux's control groups, version 2. In it counts
what the kernel keeps for them, too. The system offers one where this process
is in a group, or below one, in which it may make another with a limit: for
root, or in a session that systemd delegates to its user. Most containers offer
none, and are limited as a whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

#: Where the groups are.
ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
#: Becomes a command in a group of its own. Where that fails after all, the
#: command runs as if there were none.
_ENTER = """
{ mkdir "$0" && echo "$1" > "$0/memory.max" && echo 0 > "$0/cgroup.procs"
} 2> /dev/null
shift
exec "$@"
"""
#: A group can be removed as soon as all that was in it has ended.
_LEAVE = """
[ -e "$0/cgroup.kill" ] && echo 1 > "$0/cgroup.kill"
for attempt in $(seq 100)
do
    [ -d "$0" ] || exit 0
    rmdir "$0" 2> /dev/null || sleep 0.05
done
"""


def parent() -> Path | None:
    """Returns the nearest group in which one can be made, None if none is."""
    own = _own()
    if own is None:
        return None
    folders = [ROOT / own, *(ROOT / own).parents]
    above = [folder for folder in folders if folder.is_relative_to(ROOT)]
    return next(filter(_offers, above), None)


def _own() -> str | None:
    """Returns the group of this process, below the root."""
    try:
        lines = _OWN.read_text("utf-8").splitlines()
    except OSError:
        return None
    # The one of version 2; older systems have others beside it.
    found = [line[3:] for line in lines if line.startswith("0::")]
    return found[0].lstrip("/") if found else None


def _offers(folder: Path) -> bool:
    processes = folder / "cgroup.procs"
    try:
        for_groups = (folder / "cgroup.subtree_control").read_text("utf-8")
    except OSError:
        return False
    # Whoever moves a process needs the right to both groups, and to the
    # nearest that is above both.
    may = os.access(folder, os.W_OK) and os.access(processes, os.W_OK)
    return may and "memory" in for_groups.split()


def entering(group: Path, limit: int, command: Sequence[str]) -> list[str]:
    """Returns the command that runs another in a new group.

    Parameters
    ----------
    group : Path
    limit : int
        How much memory all in it may have together, in bytes.
    command : sequence of str
    """
    return ["/bin/sh", "-c", _ENTER, os.fspath(group), str(limit), *command]


def leaving(group: Path) -> list[str]:
    """Returns the command that ends all in a group, and removes it."""
    return ["/bin/sh", "-c", _LEAVE, os.fspath(group)]
