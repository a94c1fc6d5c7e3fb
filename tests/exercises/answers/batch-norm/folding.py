"""Answers to batch-norm.folding."""

import numpy as np


def right_filter_by_filter(W, b, gamma, beta, mean, var, epsilon):
    weights, bias = np.zeros(W.shape), np.zeros(b.shape)
    for k in range(len(W)):
        scale = gamma[k] / (var[k] + epsilon) ** 0.5
        weights[k] = scale * W[k]
        bias[k] = scale * (b[k] - mean[k]) + beta[k]
    return weights, bias


def wrong_type_of_the_weights(W, b, gamma, beta, mean, var, epsilon):
    weights, bias = np.zeros_like(W), np.zeros_like(b)
    answer = right_filter_by_filter(W, b, gamma, beta, mean, var, epsilon)
    weights[...], bias[...] = answer
    return weights, bias


def wrong_epsilon_never_zero(W, b, gamma, beta, mean, var, epsilon):
    epsilon = epsilon or 1e-5
    return right_filter_by_filter(W, b, gamma, beta, mean, var, epsilon)


def wrong_scale_without_sign(W, b, gamma, beta, mean, var, epsilon):
    return right_filter_by_filter(W, b, abs(gamma), beta, mean, var, epsilon)


def wrong_scale_of_zero_replaced(W, b, gamma, beta, mean, var, epsilon):
    gamma = np.where(gamma, gamma, 1)
    return right_filter_by_filter(W, b, gamma, beta, mean, var, epsilon)
