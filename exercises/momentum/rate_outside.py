"""The learning rate outside of the velocity: which rate for which gradient?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Momentum and Nesterov's Method"
FUNCTION = "outside_path"
POINTS = 2
MAY_BE = {
    "w": "numbers of (d)",
    "gradients": "numbers of (T, d)",
    "rates": "numbers >= 0 of (T)",
    "momentum": "a number >= 0 < 1",
}

#: Dimensions and numbers of steps, the smallest first.
SIZES = [(1, 2), (1, 3), (2, 1), (2, 3), (3, 4), (2, 6)]


def cases(rng):
    for d, num_steps in SIZES:
        yield (
            rng.normal(0, 3, size=d).round(1),
            rng.normal(1, 1, size=(num_steps, d)).round(1),
            # No two neighbors are equal.
            np.resize([0.5, 0.1], num_steps)
            + rng.uniform(0, 0.3, size=num_steps).round(2),
            round(rng.uniform(0.4, 0.8), 2),
        )
    # Whole numbers, in points that are none; then a whole rate and one of 0,
    # and no memory.
    w, gradients = rng.permutation([-2, 0]), rng.permutation([[3, -1], [0, 5]])
    yield w, gradients, np.array([0.5, 0.25]), 0.5
    yield w + 0.5, gradients / 2, np.array([0, 2]), 0


def path_by(step):
    """Turns a step, given this rate and the last one, into a path."""

    def path(w, gradients, rates, momentum):
        v, points = np.zeros_like(w), [w]
        for t, g in enumerate(gradients):
            w, v = step(w, v, g, rates[t], rates[max(t - 1, 0)], momentum)
            points.append(w)
        return np.stack(points)

    return path


@path_by
def inside(w, v, g, rate, last_rate, momentum):
    v = momentum * v + rate * g
    return w - v, v


@path_by
def inside_and_outside(w, v, g, rate, last_rate, momentum):
    v = momentum * v + rate * g
    return w - rate * v, v


@path_by
def rescaled(w, v, g, rate, last_rate, momentum):
    v = momentum * v * rate / last_rate + g
    return w - rate * v, v


@path_by
def average(w, v, g, rate, last_rate, momentum):
    v = momentum * v + (1 - momentum) * g
    return w - rate * v, v


@path_by
def old_velocity(w, v, g, rate, last_rate, momentum):
    return w - rate * v, momentum * v + g


@path_by
def without_memory(w, v, g, rate, last_rate, momentum):
    return w - rate * g, v


@path_by
def nesterov(w, v, g, rate, last_rate, momentum):
    v = momentum * v + g
    return w - rate * (momentum * v + g), v


@path_by
def uphill(w, v, g, rate, last_rate, momentum):
    v = momentum * v + g
    return w + rate * v, v


def without_start(w, gradients, rates, momentum):
    v, points = np.zeros_like(w), np.zeros_like(gradients)
    for t, g in enumerate(gradients):
        v = momentum * v + g
        w = w - rates[t] * v
        points[t] = w
    return points


WRONG = {
    "rate-inside": Wrong(
        inside,
        "You put the learning rate inside of the velocity, as MXNet does. "
        "There each gradient keeps the rate of its own step; outside, all of "
        "them are multiplied by the present one.",
        see="When the learning rate changes",
    ),
    "rate-twice": Wrong(
        inside_and_outside,
        "You multiplied by the learning rate twice: the gradient on its way "
        "into the velocity, and the velocity. Outside means only the latter.",
        see="When the learning rate changes",
    ),
    "rescaled-too": Wrong(
        rescaled,
        "You rescaled the velocity when the rate changed. That is the remedy "
        "for a rate inside; outside, the velocity has no rate in it.",
        see="When the learning rate changes",
    ),
    "average": Wrong(
        average,
        "You multiplied the gradient by 1 − γ. Some libraries keep such an "
        "average; this velocity is a sum, and its steps are 1 / (1 − γ) "
        "times as long.",
        see="Where people go wrong",
    ),
    "old-velocity": Wrong(
        old_velocity,
        "You stepped by the velocity from before this gradient, so that each "
        "gradient acts one step too late. Update it first.",
        see="A velocity",
    ),
    "no-memory": Wrong(
        without_memory,
        "You stepped by the gradient alone: γ does nothing, and this is "
        "gradient descent. What goes from one step into the next?",
        see="A velocity",
    ),
    "nesterov": Wrong(
        nesterov,
        "You counted the present gradient 1 + γ times. That is Nesterov's "
        "step, in the form of the frameworks; plain momentum steps by v.",
        see="Nesterov: look first",
    ),
    "uphill": Wrong(
        uphill,
        "You added the step. The gradient points uphill, and the velocity is "
        "a sum of gradients: subtract it.",
        see="A velocity",
    ),
    "no-start": Wrong(
        without_start,
        "You left the start out: T steps have T + 1 points.",
        see="When the learning rate changes",
    ),
}
