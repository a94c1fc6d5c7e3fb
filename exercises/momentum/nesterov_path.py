"""Nesterov's method: look where, step from where, return which point?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Momentum and Nesterov's Method"
FUNCTION = "nesterov_path"
POINTS = 2
MAY_BE = {
    "H": "numbers of (d, d)",
    "u": "numbers of (d)",
    "lr": "a number > 0",
    "momentum": "a number >= 0 < 1",
    "num_steps": "a whole number >= 0",
}

#: Dimensions and numbers of steps, the smallest first. From the zero velocity
#: most methods take the same first step.
SIZES = [(1, 2), (2, 0), (2, 1), (2, 2), (2, 3), (3, 5)]


def cases(rng):
    for d, num_steps in SIZES:
        A = rng.normal(size=(d, d)).round(1)
        yield (
            (A @ A.T + np.eye(d)).round(2),
            rng.uniform(1, 4, size=d).round(1),
            round(rng.uniform(0.1, 0.3), 2),
            round(rng.uniform(0.4, 0.8), 2),
            num_steps,
        )
    # Whole numbers, in points that are none: the first step is a quarter of
    # odd numbers.
    H = np.array([[2, -1, 0], [-1, 2, -1], [0, -1, 3]])
    u = np.array([-1, 2 * rng.integers(1, 4), 0])
    yield H, u, 0.25, 0.5, 2
    yield H / 4, u + 0.5, 1, 0, 3


def path_by(step):
    """Turns a step, given the gradient as a function, into a path."""

    def path(H, u, lr, momentum, num_steps):
        v, points = np.zeros_like(u), [u]
        for _ in range(num_steps):
            u, v = step(u, v, lambda w: H @ w, lr, momentum)
            points.append(u)
        return np.stack(points)

    return path


@path_by
def heavy_ball(u, v, gradient, lr, momentum):
    v = momentum * v + lr * gradient(u)
    return u - v, v


@path_by
def never_updated(u, v, gradient, lr, momentum):
    return u - momentum * v - lr * gradient(u - momentum * v), v


@path_by
def updated_too_late(u, v, gradient, lr, momentum):
    return u - v, momentum * v + lr * gradient(u - momentum * v)


@path_by
def look_back(u, v, gradient, lr, momentum):
    v = momentum * v + lr * gradient(u + momentum * v)
    return u - v, v


@path_by
def look_too_far(u, v, gradient, lr, momentum):
    v = momentum * v + lr * gradient(u - v)
    return u - v, v


@path_by
def look_ahead_points(w, v, gradient, lr, momentum):
    g = gradient(w)
    v = momentum * v + lr * g
    return w - momentum * v - lr * g, v


@path_by
def step_from_look_ahead(u, v, gradient, lr, momentum):
    ahead = u - momentum * v
    v = momentum * v + lr * gradient(ahead)
    return ahead - v, v


@path_by
def average(u, v, gradient, lr, momentum):
    ahead = u - momentum * v
    v = momentum * v + (1 - momentum) * lr * gradient(ahead)
    return u - v, v


@path_by
def mixed_units(u, v, gradient, lr, momentum):
    v = momentum * v + gradient(u - momentum * v)
    return u - lr * v, v


def without_start(H, u, lr, momentum, num_steps):
    v, points = np.zeros_like(u), np.zeros((num_steps, len(u)))
    for t in range(num_steps):
        v = momentum * v + lr * H @ (u - momentum * v)
        u = u - v
        points[t] = u
    return points


WRONG = {
    "heavy-ball": Wrong(
        heavy_ball,
        "You took the gradient at the point itself, which is plain "
        "momentum. Nesterov's method takes it where γv is about to lead.",
        see="Nesterov: look first",
    ),
    "never-updated": Wrong(
        never_updated,
        "You never put anything into the velocity. It stays zero, the "
        "look-ahead point is the point itself, and what is left is gradient "
        "descent, whatever γ is.",
        see="Where people go wrong",
    ),
    "updated-too-late": Wrong(
        updated_too_late,
        "You stepped by the old velocity and updated it after that, so that "
        "each gradient acts one step too late. The new velocity makes the "
        "step.",
        see="Where people go wrong",
    ),
    "look-back": Wrong(
        look_back,
        "You took the gradient at u + γv. The velocity is subtracted from "
        "the point, so that u + γv lies behind it and not ahead.",
        see="Nesterov: look first",
    ),
    "look-too-far": Wrong(
        look_too_far,
        "You took the gradient at u − v. Only γv of the step to come is "
        "settled already: friction takes the rest.",
        see="Nesterov: look first",
    ),
    "look-ahead-points": Wrong(
        look_ahead_points,
        "You returned the look-ahead points, where the weights of a "
        "framework live. The method is right and the path is another one: "
        "here it is that of u, from which γv has not been subtracted.",
        see="Nesterov: look first",
    ),
    "step-from-look-ahead": Wrong(
        step_from_look_ahead,
        "You stepped from the look-ahead point, and the new velocity has γv "
        "in it: it is subtracted twice. Look from there, step from u.",
        see="Nesterov: look first",
    ),
    "average": Wrong(
        average,
        "You multiplied the gradient by 1 − γ. That makes the velocity an "
        "average, with an effective step of η; the chapter's is a sum, with "
        "η / (1 − γ).",
        see="Where people go wrong",
    ),
    "mixed-units": Wrong(
        mixed_units,
        "You have the learning rate outside of the velocity and look ahead "
        "by γv. With η outside, v is in units of the gradient, and the step "
        "that is settled is ηγv.",
        see="When the learning rate changes",
    ),
    "no-start": Wrong(
        without_start,
        "You left the start out: num_steps steps have num_steps + 1 points.",
        see="Nesterov: look first",
    ),
}

EQUIVALENT_MUTANTS = {
    "gradient = H @ (path[-1] - momentum * v) -> "
    "gradient = (path[-1] - momentum * v) @ H": "H is symmetric, so that "
    "rows and columns are the same",
}
