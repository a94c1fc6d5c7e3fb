"""When a path arrives: visits or stays, and how is near measured?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Optimizer Landscapes"
FUNCTION = "my_arrival"
POINTS = 2
MAY_BE = {
    "path": "numbers of (k + 1, xy >= 2)",
    "minimum": "numbers of (xy >= 2)",
    "tolerance": "a number >= 0",
}

#: Which points are near, the shortest path first.
PATHS = [
    *("01", "10", "1", "0", "0101", "0110111", "1011", "111", "1000"),
    # Near for long, in the middle of the path too, and away again.
    *("0111111111011", "11111111111100"),
]


def cases(rng):
    for near in PATHS:
        minimum = rng.uniform(1, 3, size=2).round(1)
        tolerance = round(rng.uniform(0.3, 0.6), 2)
        angles = rng.uniform(0, 2 * np.pi, size=len(near))
        inside = np.array([letter == "1" for letter in near])
        radius = np.where(inside, 0.3, 2) * tolerance
        offsets = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        yield (
            minimum + (radius[:, None] * offsets).round(2),
            minimum,
            tolerance,
        )
    # On the edge; in the corner of the square; near in x and then in y; and
    # where squared distances tell something else.
    zero = np.zeros(2)
    yield np.array([[9, 9], [-3, 4], [0, 5]]), np.array([0, 0]), 5
    yield np.array([[2.0, 1.0], [0.8, -0.8], [0.1, 0.2]]), zero, 1.0
    yield np.array([[2.0, 1.0], [0.4, 0.3], [0.1, 0.2]]), zero, 0.3
    yield np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 0.0]]), zero, 3.0
    # At the minimum itself and nowhere else, which lies on the other side.
    minimum = np.array([round(rng.uniform(-3, -1), 1), 0.0])
    offsets = np.array([[0, 0], [2, 0], [5e-4, 0], [0, 0], [0, 0]])
    yield minimum + offsets, minimum, 0


def distances(path, minimum):
    return np.linalg.norm(path - minimum, axis=1)


def staying(near):
    """Returns the first index from which on all are near, or -1."""
    if not near[-1]:
        return -1
    away = np.flatnonzero(~near)
    return int(away[-1]) + 1 if len(away) else 0


def first_visit(path, minimum, tolerance):
    near = distances(path, minimum) <= tolerance
    return int(np.argmax(near)) if near.any() else -1


def last_step_away(path, minimum, tolerance):
    near = distances(path, minimum) <= tolerance
    arrival = staying(near)
    return arrival - 1 if arrival > 0 else arrival


def counted_from_one(path, minimum, tolerance):
    arrival = staying(distances(path, minimum) <= tolerance)
    return arrival if arrival < 0 else arrival + 1


def nearer_than_the_tolerance(path, minimum, tolerance):
    return staying(distances(path, minimum) < tolerance)


def too_late_for_never(path, minimum, tolerance):
    arrival = staying(distances(path, minimum) <= tolerance)
    return len(path) if arrival < 0 else arrival


def steps_near(path, minimum, tolerance):
    near = distances(path, minimum) <= tolerance
    return int((~near).sum()) if near[-1] else -1


def in_a_square(path, minimum, tolerance):
    return staying(abs(path - minimum).max(axis=1) <= tolerance)


def squared_distance(path, minimum, tolerance):
    return staying(distances(path, minimum) ** 2 <= tolerance)


def from_the_origin(path, minimum, tolerance):
    return staying(np.linalg.norm(path, axis=1) <= tolerance)


WRONG = {
    "first-visit": Wrong(
        first_visit,
        "You returned the first step near the minimum. A path that rushes "
        "through has not arrived: it must stay near from this step on.",
        see="A fair race",
    ),
    "last-step-away": Wrong(
        last_step_away,
        "You returned the last step at which the path is away. It arrives at "
        "the next one.",
        see="A fair race",
    ),
    "counted-from-one": Wrong(
        counted_from_one,
        "You are one too high: the start is step 0, so that the step is the "
        "index of the point in the path.",
        see="A fair race",
    ),
    "edge-left-out": Wrong(
        nearer_than_the_tolerance,
        "You counted a point at exactly the tolerance as away. The tolerance "
        "is how far away a point may be at most: `<=`.",
        see="A fair race",
    ),
    "no-never": Wrong(
        too_late_for_never,
        "You returned the length of the path where it ends away from the "
        "minimum. There is no step after its last one: return -1.",
        see="A fair race",
    ),
    "count-of-steps-away": Wrong(
        steps_near,
        "You counted the steps away from the minimum. Steps that are near "
        "and left again come before the arrival, too.",
        see="A fair race",
    ),
    "in-a-square": Wrong(
        in_a_square,
        "You compared x and y each with the tolerance, which makes a square "
        "of the neighborhood. The distance is the Euclidean norm of both.",
        see="A fair race",
    ),
    "squared-distance": Wrong(
        squared_distance,
        "You compared the squared distance with the tolerance. Take the "
        "root, or square both.",
        see="A fair race",
    ),
    "from-the-origin": Wrong(
        from_the_origin,
        "You took the norm of the points themselves, which is the distance "
        "from the origin. Subtract the minimum first.",
        see="A fair race",
    ),
}

EQUIVALENT_MUTANTS = {
    "away = np.linalg.norm(path - minimum, axis=1) > tolerance -> "
    "away = np.linalg.norm(minimum - path, axis=1) > tolerance": "a distance "
    "is the same in both directions",
}
