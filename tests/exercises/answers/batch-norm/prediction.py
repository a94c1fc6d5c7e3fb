"""Answers to batch-norm.prediction."""

import numpy as np


def right_axis_moved(X, gamma, beta, mean, var, axis, epsilon):
    X = np.moveaxis(X, axis, -1)
    X_hat = (X - mean) / (var + epsilon) ** 0.5
    return np.moveaxis(gamma * X_hat + beta, -1, axis)


def wrong_type_of_the_input(X, gamma, beta, mean, var, axis, epsilon):
    Y = np.zeros_like(X)
    Y[...] = right_axis_moved(X, gamma, beta, mean, var, axis, epsilon)
    return Y


def wrong_epsilon_never_zero(X, gamma, beta, mean, var, axis, epsilon):
    epsilon = epsilon or 1e-5
    return right_axis_moved(X, gamma, beta, mean, var, axis, epsilon)


def wrong_scale_without_sign(X, gamma, beta, mean, var, axis, epsilon):
    return right_axis_moved(X, abs(gamma), beta, mean, var, axis, epsilon)


def wrong_scale_of_zero_replaced(X, gamma, beta, mean, var, axis, epsilon):
    gamma = np.where(gamma, gamma, 1)
    return right_axis_moved(X, gamma, beta, mean, var, axis, epsilon)


def wrong_negative_axis_without_the_rest(
    X, gamma, beta, mean, var, axis, epsilon
):
    axis = abs(axis)
    return right_axis_moved(X, gamma, beta, mean, var, axis, epsilon)
