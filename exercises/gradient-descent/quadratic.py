"""Descent on a quadratic: which gradient, at which point?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Gradient Descent and Its Variants"
FUNCTION = "quadratic_descent"
POINTS = 2
MAY_BE = {
    "H": "numbers of (d, d)",
    "b": "numbers of (d)",
    "w": "numbers of (d)",
    "lr": "a number > 0",
    "num_steps": "a whole number >= 0",
}

#: Dimensions and numbers of steps, the smallest first.
SIZES = [(1, 1), (1, 3), (2, 0), (2, 1), (2, 4), (3, 3), (4, 2)]


def cases(rng):
    for d, num_steps in SIZES:
        A = rng.normal(0, 1, size=(d, d))
        yield (
            (A @ A.T + np.eye(d)).round(1),
            rng.uniform(0.5, 3, size=d).round(1),
            rng.uniform(-3, -0.5, size=d).round(1),
            round(rng.uniform(0.1, 0.4), 2),
            num_steps,
        )
    # Whole numbers, in points that are none; and a whole rate.
    H = np.array([[2, -1], [-1, 0]])
    w = np.array([0, 3 + 4 * rng.integers(3)])
    yield H, np.array([-2, 0]), w, 0.25, 2
    yield np.array([[0.5]]), np.array([3.0]), w[:1] + rng.uniform(1, 2), 1, 2


def path_of(gradient, w, lr, num_steps):
    path = [w]
    for _ in range(num_steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return np.stack(path)


def right_path(H, b, w, lr, num_steps):
    return path_of(lambda w: H @ w - b, w, lr, num_steps)


def uphill(H, b, w, lr, num_steps):
    return path_of(lambda w: b - H @ w, w, lr, num_steps)


def without_b(H, b, w, lr, num_steps):
    return path_of(lambda w: H @ w, w, lr, num_steps)


def plus_b(H, b, w, lr, num_steps):
    return path_of(lambda w: H @ w + b, w, lr, num_steps)


def half_kept(H, b, w, lr, num_steps):
    return path_of(lambda w: H @ w / 2 - b, w, lr, num_steps)


def half_forgotten(H, b, w, lr, num_steps):
    return path_of(lambda w: 2 * H @ w - b, w, lr, num_steps)


def each_coordinate_alone(H, b, w, lr, num_steps):
    return path_of(lambda w: np.diag(H) * w - b, w, lr, num_steps)


def gradient_at_the_start(H, b, w, lr, num_steps):
    return path_of(lambda _: H @ w - b, w, lr, num_steps)


def without_the_start(H, b, w, lr, num_steps):
    return right_path(H, b, w, lr, num_steps)[1:]


def one_step_short(H, b, w, lr, num_steps):
    return right_path(H, b, w, lr, num_steps - 1)


def last_point(H, b, w, lr, num_steps):
    return right_path(H, b, w, lr, num_steps)[-1]


def one_array(H, b, w, lr, num_steps):
    w = w.astype(float)
    path = [w]
    for _ in range(num_steps):
        w -= lr * (H @ w - b)
        path.append(w)
    return np.stack(path)


WRONG = {
    "uphill": Wrong(
        uphill,
        "You stepped along the gradient. It points uphill: descent subtracts "
        "it.",
        see="One rule, three variants",
    ),
    "no-linear-term": Wrong(
        without_b,
        "You left b out of the gradient. The derivative of the linear term "
        "moves the minimum away from the origin.",
        see="How large may the learning rate be?",
    ),
    "sign-of-b": Wrong(
        plus_b,
        "You added b to the gradient. The linear term of f has a minus, and "
        "so has its derivative.",
        see="How large may the learning rate be?",
    ),
    "half-kept": Wrong(
        half_kept,
        "You kept the ½ of the quadratic term. Its derivative has a factor "
        "of 2, and the two cancel.",
        see="How large may the learning rate be?",
    ),
    "half-forgotten": Wrong(
        half_forgotten,
        "You have the derivative of the quadratic term twice. The square "
        "gives a factor of 2, and the ½ in front of it takes it away.",
        see="How large may the learning rate be?",
    ),
    "each-coordinate-alone": Wrong(
        each_coordinate_alone,
        "You used the diagonal of H alone, as if the coordinates did not "
        "know of each other. Each entry of the gradient depends on all of "
        "w, by a product of matrix and vector.",
        see="How large may the learning rate be?",
    ),
    "gradient-at-the-start": Wrong(
        gradient_at_the_start,
        "You took all steps with the gradient of the first point. It changes "
        "on the way: take it anew at each point.",
        see="One rule, three variants",
    ),
    "no-start": Wrong(
        without_the_start,
        "You left out the point that the path starts from. It is the first "
        "row; there are `num_steps` + 1 in all.",
        see="From scratch",
    ),
    "one-step-short": Wrong(
        one_step_short,
        "You took one step too few. Between `num_steps` + 1 points there are "
        "`num_steps` steps; the start is no step.",
        see="From scratch",
    ),
    "last-point": Wrong(
        last_point,
        "You returned the last point. All points of the path are wanted, one "
        "a row.",
        see="From scratch",
    ),
    "one-array": Wrong(
        one_array,
        "You put one and the same array into the path again and again. "
        "`w -= ...` changes that array, and with it all points so far, so "
        "that in the end all of them are the last one: make a new array in "
        "each step.",
        see="From scratch",
    ),
}

EQUIVALENT_MUTANTS = {
    "w = w - lr * (H @ w - b) -> w = w - lr * (w @ H - b)": (
        "H is the same as its transpose"
    ),
}
