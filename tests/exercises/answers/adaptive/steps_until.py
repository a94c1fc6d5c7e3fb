"""Answers to adaptive.steps-until."""

import numpy as np


def factors(beta1, beta2, num_steps):
    t = np.arange(1, num_steps + 1)
    return (1 - beta1**t) / np.sqrt(1 - beta2**t)


def all_near(beta1, beta2, tolerance, num_steps):
    return abs(factors(beta1, beta2, num_steps) - 1) <= tolerance


def right_backwards(beta1, beta2, tolerance, num_steps):
    for t in range(num_steps, 0, -1):
        factor = (1 - beta1**t) / (1 - beta2**t) ** 0.5
        if not 1 - tolerance <= factor <= 1 + tolerance:
            return t + 1
    return 1


def right_all_that_follow(beta1, beta2, tolerance, num_steps):
    near = all_near(beta1, beta2, tolerance, num_steps)
    for t in range(1, num_steps + 1):
        if near[t - 1 :].all():
            return t
    return num_steps + 1


def wrong_bisection(beta1, beta2, tolerance, num_steps):
    near = all_near(beta1, beta2, tolerance, num_steps)
    low, high = 0, num_steps
    while low < high:
        middle = (low + high) // 2
        if near[middle]:
            high = middle
        else:
            low = middle + 1
    return low + 1


def wrong_bisection_after_a_look_at_the_end(
    beta1, beta2, tolerance, num_steps
):
    near = all_near(beta1, beta2, tolerance, num_steps)
    if not near[-1]:
        return num_steps + 1
    return wrong_bisection(beta1, beta2, tolerance, num_steps)


def in_a_row(count):
    """Returns an answer that is content with so many near steps in a row."""

    def steps_until(beta1, beta2, tolerance, num_steps):
        near = all_near(beta1, beta2, tolerance, num_steps)
        for t in range(num_steps):
            if near[t : t + count].all():
                return t + 1
        return num_steps + 1

    return steps_until


wrong_two_in_a_row = in_a_row(2)
wrong_three_in_a_row = in_a_row(3)
wrong_ten_in_a_row = in_a_row(10)
wrong_hundred_in_a_row = in_a_row(100)


def wrong_near_at_the_start_is_enough(beta1, beta2, tolerance, num_steps):
    if all_near(beta1, beta2, tolerance, num_steps)[0]:
        return 1
    return right_backwards(beta1, beta2, tolerance, num_steps)


def wrong_never_away_is_never_near(beta1, beta2, tolerance, num_steps):
    away = ~all_near(beta1, beta2, tolerance, num_steps)
    return num_steps + 1 - int(np.argmax(away[::-1]))


def wrong_lower_edge_left_out(beta1, beta2, tolerance, num_steps):
    values = factors(beta1, beta2, num_steps)
    away = (values - 1 > tolerance) | (1 - values >= tolerance)
    return 1 + int(max(np.flatnonzero(away) + 1, default=0))


def wrong_after_the_peak(beta1, beta2, tolerance, num_steps):
    values = factors(beta1, beta2, num_steps)
    for t in range(int(values.argmax()), num_steps):
        if abs(values[t] - 1) <= tolerance:
            return t + 1
    return num_steps + 1
