"""Spoils data as a broken download or an inventive student does."""

from __future__ import annotations

import random

#: How many spoiled ones a test tries.
MANY = 5000


def mangled(data, rng):
    """Returns bytes with some changed, cut out, repeated or put in."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((1, 1, 2, 4, 50)))
        new = rng.choice(
            (
                *(b"", b"\0", b"\xff" * (to - at), bytes(to - at)),
                *(rng.randbytes(to - at), bytes(data[at:to]) * 2),
            )
        )
        data[at:to] = new
    return bytes(data)


def many_mangled(data, seed=0):
    """Yields :data:`MANY` of :func:`mangled`, the same each time."""
    rng = random.Random(seed)
    for _ in range(MANY):
        yield mangled(data, rng)
