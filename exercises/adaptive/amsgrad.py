"""AMSGrad: the maximum of what, corrected how, and where is epsilon?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Adaptive Learning Rates"
FUNCTION = "amsgrad_step"
POINTS = 2
MAY_BE = {
    "w": "numbers of (...)",
    "g": "numbers of (...)",
    "m": "numbers of (...)",
    "s": "numbers >= 0 of (...)",
    "s_max": "numbers >= 0 of (...)",
    "t": "a whole number >= 0",
    "lr": "a number > 0",
    "beta1": "a number >= 0 < 1",
    "beta2": "a number >= 0 < 1",
    "epsilon": "a number > 0",
}

#: Shapes and numbers of steps before this one, the smallest first.
INPUTS = [((1,), 0), ((1,), 1), ((2,), 0), ((2,), 2), ((2, 2), 3), ((6,), 1)]


def cases(rng):
    for shape, t in INPUTS:
        # Before the first step the state is zero.
        m = rng.normal(0, 2, size=shape).round(1) * (t > 0)
        s = rng.uniform(0.5, 4, size=shape).round(1) * (t > 0)
        s_max = s + rng.uniform(0, 4, size=shape).round(1) * (t > 0)
        # Large now and then: the average rises above its maximum.
        g = rng.choice([-1, 1], shape) * rng.uniform(0.2, 6, shape).round(1)
        yield (
            *(rng.normal(0, 2, size=shape).round(1), g, m, s, s_max, t),
            round(rng.uniform(0.1, 1), 2),
            # Small, and t, too: the bias correction shows.
            round(rng.uniform(0.3, 0.6), 2),
            round(rng.uniform(0.7, 0.95), 2),
            round(rng.uniform(0.3, 1), 2),
        )
    # The average falls and the maximum stays, then the other way around.
    w, one = np.array([1.0, -2.0]), np.ones(2)
    for g in (0.1 * one, 9 * one):
        yield w, g, 0.5 * one, one, 2 * one, 4, 0.1, 0.5, 0.75, 0.5
    # The first step on a small gradient: the maximum is hardly above zero.
    yield w, 0.02 * one, 0 * one, 0 * one, 0 * one, 0, 0.1, 0.5, 0.75, 0.5
    # Whole numbers, and averages that remember nothing.
    w, g = (rng.permutation([-3, 0, 1]) for _ in range(2))
    m = rng.permutation([-2, 4, 5])
    s = rng.permutation([0, 3, 6])
    yield w, g, m, s, s + rng.permutation([0, 1, 2]), 2, 1, 0.5, 0.75, 1
    yield w, g, m, s, s + 1, 2, 0.1, 0, 0, 0.5


def averages(g, m, s, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2


def step_size(t, lr, beta1, beta2):
    return lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)


def plain_adam(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
    m, s = averages(g, m, s, beta1, beta2)
    lr = step_size(t + 1, lr, beta1, beta2)
    s_max = np.maximum(s_max, s)
    return w - lr * m / (np.sqrt(s) + epsilon), m, s, s_max, t + 1


def old_maximum(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
    m, s = averages(g, m, s, beta1, beta2)
    w = w - step_size(t + 1, lr, beta1, beta2) * m / (np.sqrt(s_max) + epsilon)
    return w, m, s, np.maximum(s_max, s), t + 1


def outside(s, t, beta2, epsilon):
    return np.sqrt(s) + epsilon


def with_maximum(size, root=outside):
    """Returns AMSGrad with another step size or another divisor."""

    def step(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
        m, s = averages(g, m, s, beta1, beta2)
        s_max = np.maximum(s_max, s)
        divisor = root(s_max, t + 1, beta2, epsilon)
        w = w - size(t + 1, lr, beta1, beta2) * m / divisor
        return w, m, s, s_max, t + 1

    return step


def uncorrected(t, lr, beta1, beta2):
    return lr


def correction_without_root(t, lr, beta1, beta2):
    return lr * (1 - beta2**t) / (1 - beta1**t)


def only_the_mean_corrected(t, lr, beta1, beta2):
    return lr / (1 - beta1**t)


def correction_of_last_step(t, lr, beta1, beta2):
    return step_size(t - 1, lr, beta1, beta2)


def inside(s, t, beta2, epsilon):
    return np.sqrt(s + epsilon)


def of_the_corrected(s, t, beta2, epsilon):
    # The factor of the step size is divided out of ε, too.
    return np.sqrt(s) + epsilon * np.sqrt(1 - beta2**t)


def fed_back(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
    m, s = averages(g, m, s, beta1, beta2)
    s_max = np.maximum(s_max, s)
    w = w - step_size(t + 1, lr, beta1, beta2) * m / (np.sqrt(s_max) + epsilon)
    return w, m, s_max, s_max, t + 1


def maximum_of_corrected(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
    m, s = averages(g, m, s, beta1, beta2)
    s_max = np.maximum(s_max, s / (1 - beta2 ** (t + 1)))
    m_hat = m / (1 - beta1 ** (t + 1))
    w = w - lr * m_hat / (np.sqrt(s_max) + epsilon)
    return w, m, s, s_max, t + 1


def swapped(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
    step = with_maximum(step_size)
    return step(w, g, m, s, s_max, t, lr, beta2, beta1, epsilon)


def step_not_counted(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon):
    step = with_maximum(step_size)
    *state, _ = step(w, g, m, s, s_max, t, lr, beta1, beta2, epsilon)
    return *state, t


WRONG = {
    "plain-adam": Wrong(
        plain_adam,
        "You kept the maximum and divided by the root of the present average "
        "all the same, which is Adam. Divide by the root of the maximum.",
        see="Adam: momentum, and an honest start",
    ),
    "old-maximum": Wrong(
        old_maximum,
        "You divided by the maximum from before this step. Take the present "
        "average into it first: at the first step it is 0.",
        see="Adam: momentum, and an honest start",
    ),
    "no-bias-correction": Wrong(
        with_maximum(uncorrected),
        "You left out the bias correction. Both averages start at zero, and "
        "with the default β's the first steps come out too large.",
        see="Adam: momentum, and an honest start",
    ),
    "correction-without-root": Wrong(
        with_maximum(correction_without_root),
        "You corrected by 1 − β₂ᵗ. It corrects an average of squares whose "
        "root you divide by: take the root of the correction, too.",
        see="Adam: momentum, and an honest start",
    ),
    "only-the-mean-corrected": Wrong(
        with_maximum(only_the_mean_corrected),
        "You corrected m alone. The average of the squares starts at zero, "
        "too, and its correction √(1 − β₂ᵗ) belongs into the step.",
        see="Adam: momentum, and an honest start",
    ),
    "correction-of-the-last-step": Wrong(
        with_maximum(correction_of_last_step),
        "You corrected with the number of steps before this one, at which "
        "the averages do not have this gradient yet. Count this step, too: "
        "the first one is t = 1, since at 0 you would divide by zero.",
        see="Adam: momentum, and an honest start",
    ),
    "epsilon-inside": Wrong(
        with_maximum(step_size, inside),
        "You added ε under the root. In AdaGrad, RMSProp and AdaDelta it is "
        "there; in Adam and here it is outside.",
        see="Where people go wrong",
    ),
    "epsilon-of-the-corrected": Wrong(
        with_maximum(step_size, of_the_corrected),
        "You corrected the average before you added ε to its root, as the "
        "algorithm of Adam's paper does. The formula here corrects the whole "
        "fraction, so that ε stands next to the uncorrected root.",
        see="Adam: momentum, and an honest start",
    ),
    "average-fed-back": Wrong(
        fed_back,
        "You returned the maximum as the average, too. The next average "
        "would go on from it and could never fall: s has to forget, and only "
        "s_max remembers.",
        see="RMSProp: forget",
    ),
    "maximum-of-the-corrected": Wrong(
        maximum_of_corrected,
        "You took the maximum of the corrected averages. At the first step "
        "the correction is a factor of 1 / (1 − β₂), and the maximum would "
        "keep it: take the maximum of s as it is.",
        see="Adam: momentum, and an honest start",
    ),
    "step-not-counted": Wrong(
        step_not_counted,
        "You returned `t` as it came in. It is part of the state: the next "
        "step has to know that there was one more before it, or the "
        "correction stays that of the first step.",
        see="Adam: momentum, and an honest start",
    ),
    "betas-swapped": Wrong(
        swapped,
        "You exchanged the two β's: β₁ is for the gradient and β₂, with the "
        "longer memory, for its square.",
        see="Adam: momentum, and an honest start",
    ),
}

EQUIVALENT_MUTANTS = {
    "s_max = np.maximum(s_max, s) -> s_max = np.maximum(s, s_max)": "the "
    "maximum does not depend on the order",
}
