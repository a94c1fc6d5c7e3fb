"""The best pair of learning rate and momentum: which curvatures, what root?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Momentum and Nesterov's Method"
FUNCTION = "best_momentum"
POINTS = 2
MAY_BE = {
    "H": "numbers of (d, d)",
}

#: The numbers of dimensions, the smallest first.
DIMENSIONS = [2, 2, 3, 3, 4]


def cases(rng):
    # Along the axes, and the steepest direction is not the last one.
    yield (np.diag([round(rng.uniform(3, 9), 1), 1.0]),)
    for d in DIMENSIONS:
        A = rng.normal(size=(d, d)).round(1)
        yield ((A @ A.T + np.diag(np.arange(1.0, d + 1))).round(2),)
    yield (np.array([[round(rng.uniform(0.5, 5), 1)]]),)
    # Whole numbers; their signs count, and so do zeros.
    whole = np.diag(rng.integers(1, 5, size=3))
    yield (whole + np.array([[4, -1, 1], [-1, 4, 1], [1, 1, 4]]),)
    yield (whole + np.array([[4, -1, 0], [-1, 3, -1], [0, -1, 2]]),)


def extremes(H):
    eigenvalues = np.linalg.eigvalsh(H)
    return eigenvalues[0], eigenvalues[-1]


def pair(low, high):
    """Returns the best pair for the smallest and the largest curvature."""
    low, high = np.sqrt(low), np.sqrt(high)
    rate = (high - low) / (high + low)
    return np.array([(2 / (low + high)) ** 2, rate**2])


def axes_only(H):
    return pair(np.diag(H).min(), np.diag(H).max())


def without_roots(H):
    low, high = extremes(H)
    return pair(low**2, high**2)


def condition_without_root(H):
    low, high = extremes(H)
    rate = (high - low) / (high + low)
    return np.array([pair(low, high)[0], rate**2])


def rate_as_momentum(H):
    lr, momentum = pair(*extremes(H))
    return np.array([lr, np.sqrt(momentum)])


def rate_not_squared(H):
    lr, momentum = pair(*extremes(H))
    return np.array([np.sqrt(lr), momentum])


def gradient_descents_rate(H):
    low, high = extremes(H)
    return np.array([2 / (low + high), pair(low, high)[1]])


def nesterovs_pair(H):
    low, high = extremes(H)
    return np.array([1 / high, np.sqrt(pair(low, high)[1])])


def momentum_first(H):
    return pair(*extremes(H))[::-1]


WRONG = {
    "axes-only": Wrong(
        axes_only,
        "You took the numbers on the diagonal for the curvatures. They are "
        "that only where the ravine lies along the axes; in general the "
        "curvatures are the eigenvalues of H.",
        see="One direction at a time",
    ),
    "no-roots": Wrong(
        without_roots,
        "You left out the roots of the curvatures, in η and in γ. The band "
        "of equal rates ends where √(ηλ) is 1 − √γ and 1 + √γ.",
        see="The best γ",
    ),
    "no-root-of-the-condition-number": Wrong(
        condition_without_root,
        "You computed γ from κ instead of its root. That is gradient "
        "descent's rate, squared; that momentum needs √κ where gradient "
        "descent needs κ is the whole point.",
        see="The best γ",
    ),
    "rate-as-momentum": Wrong(
        rate_as_momentum,
        "You returned the rate of convergence ρ in the place of γ. In the "
        "band the rate is √γ, so that γ is its square.",
        see="The best γ",
    ),
    "learning-rate-not-squared": Wrong(
        rate_not_squared,
        "You returned √η. The sum of the two equations for the ends of the "
        "band has √η in it: solve it for η.",
        see="The best γ",
    ),
    "learning-rate-of-gradient-descent": Wrong(
        gradient_descents_rate,
        "You returned the learning rate that is best for gradient descent, "
        "2 / (λ_min + λ_max). Momentum bears a larger one.",
        see="The best γ",
    ),
    "pair-of-nesterov": Wrong(
        nesterovs_pair,
        "You returned the pair for Nesterov's method, η = 1 / λ_max and "
        "γ = (√κ − 1) / (√κ + 1). On a quadratic the heavy ball has a faster "
        "one.",
        see="Nesterov: look first",
    ),
    "momentum-first": Wrong(
        momentum_first,
        "You returned γ and η, the right numbers in the wrong order: the "
        "learning rate comes first.",
        see="The best γ",
    ),
}

EQUIVALENT_MUTANTS = {
    "rate = (high - low) / (high + low) -> "
    "rate = (low - high) / (high + low)": "only the square of the rate is "
    "returned",
}
