"""Answers to batch-norm.conv-axes."""

import numpy as np


def right_by_channels(X, gamma, beta, epsilon):
    Y = np.zeros(X.shape)
    for k in range(X.shape[1]):
        mean, var = X[:, k].mean(), X[:, k].var()
        X_hat = (X[:, k] - mean) / np.sqrt(var + epsilon)
        Y[:, k] = gamma[k] * X_hat + beta[k]
    return Y


def right_channels_last(X, gamma, beta, epsilon):
    X = X.transpose(0, 2, 3, 1)
    axes = (0, 1, 2)
    X_hat = (X - X.mean(axis=axes)) / (X.var(axis=axes) + epsilon) ** 0.5
    return (gamma * X_hat + beta).transpose(0, 3, 1, 2)


def wrong_type_of_the_input(X, gamma, beta, epsilon):
    Y = np.zeros_like(X)
    for k in range(X.shape[1]):
        mean, var = X[:, k].mean(), X[:, k].var()
        X_hat = (X[:, k] - mean) / np.sqrt(var + epsilon)
        Y[:, k] = gamma[k] * X_hat + beta[k]
    return Y


def wrong_epsilon_never_zero(X, gamma, beta, epsilon):
    return right_by_channels(X, gamma, beta, epsilon or 1e-5)


def wrong_epsilon_fixed_below(X, gamma, beta, epsilon):
    return right_by_channels(X, gamma, beta, max(epsilon, 1e-5))


def wrong_scale_without_sign(X, gamma, beta, epsilon):
    return right_by_channels(X, abs(gamma), beta, epsilon)


def wrong_scale_of_zero_replaced(X, gamma, beta, epsilon):
    return right_by_channels(X, np.where(gamma, gamma, 1), beta, epsilon)
