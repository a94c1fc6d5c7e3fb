"""A sandbox made by Docker or Podman, of what bubblewrap's is made of.

All that runs is mounted into the image, so that any image will do.
"""

from __future__ import annotations

from dataclasses import dataclass

from d2l_course.sandbox.base import ENVIRONMENT, HOST, Sandbox
from d2l_course.sandbox.mounts import INSIDE, masked, mounts, python

#: Ends a container that its grader cannot end.
TIMEOUT = "/usr/bin/timeout"
_CONTAINED = [
    *("--rm", "--interactive", "--network=none", "--read-only"),
    *("--tmpfs=/tmp:ro,size=4k", "--workdir=/tmp"),
    *("--cap-drop=ALL", "--security-opt=no-new-privileges"),
    *("--user=65534:65534", "--pids-limit=32", f"--hostname={HOST}"),
]


@dataclass(frozen=True)
class Container(Sandbox):
    """The worker in a container.

    Attributes
    ----------
    image : str
        The image to start from.
    """

    image: str = "busybox"

    def command(self, name: str) -> list[str]:
        """Returns the command that starts the container ``name``."""
        shown = mounts() | {TIMEOUT: TIMEOUT}
        options = [self.kind, "run", f"--name={name}", *_CONTAINED]
        options += [f"--memory={self.limits.memory_of_all()}"]
        for variable, value in ENVIRONMENT.items():
            options += [f"--env={variable}={value}"]
        for outside, inside in shown.items():
            options += [f"--volume={outside}:{inside}:ro"]
        covered = masked(shown, self.hidden)
        options += [f"--tmpfs={path}:ro,size=4k" for path in covered]
        # The container would outlive a grader that is killed.
        seconds = f"{self.limits.seconds + 30:g}"
        limit = [self.image, TIMEOUT, "-sKILL", seconds]
        return [*options, *limit, *python(INSIDE)]

    def end_command(self, name: str) -> list[str]:
        """Returns the command that ends the container."""
        return [self.kind, "kill", name]


class Docker(Container):
    """A container of Docker's."""

    kind = program = "docker"


class Podman(Container):
    """A container of Podman's."""

    kind = program = "podman"
