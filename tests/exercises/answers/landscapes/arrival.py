"""Answers to landscapes.arrival."""

import numpy as np


def all_near(path, minimum, tolerance):
    return ((path - minimum) ** 2).sum(axis=1) ** 0.5 <= tolerance


def right_backwards(path, minimum, tolerance):
    near = all_near(path, minimum, tolerance)
    t = len(path)
    while t and near[t - 1]:
        t -= 1
    return -1 if t == len(path) else t


def in_a_row(count):
    """Returns an answer that is content with so many near points in a row."""

    def my_arrival(path, minimum, tolerance):
        near = all_near(path, minimum, tolerance)
        for t in range(len(path)):
            if near[t : t + count].all():
                return t
        return -1

    return my_arrival


wrong_two_in_a_row = in_a_row(2)
wrong_three_in_a_row = in_a_row(3)
wrong_five_in_a_row = in_a_row(5)
wrong_eight_in_a_row = in_a_row(8)


def wrong_bisection(path, minimum, tolerance):
    near = all_near(path, minimum, tolerance)
    if not near[-1]:
        return -1
    low, high = 0, len(path) - 1
    while low < high:
        middle = (low + high) // 2
        if near[middle]:
            high = middle
        else:
            low = middle + 1
    return low


def wrong_near_at_the_start_is_enough(path, minimum, tolerance):
    if all_near(path, minimum, tolerance)[0]:
        return 0
    return right_backwards(path, minimum, tolerance)


def wrong_near_most_of_the_time(path, minimum, tolerance):
    near = all_near(path, minimum, tolerance)
    for t in range(len(path)):
        if near[t:].mean() > 0.8:
            return t
    return -1


def wrong_distances_along_the_axes_added(path, minimum, tolerance):
    near = abs(path - minimum).sum(axis=1) <= tolerance
    away = np.flatnonzero(~near)
    if not near[-1]:
        return -1
    return int(away[-1]) + 1 if len(away) else 0
