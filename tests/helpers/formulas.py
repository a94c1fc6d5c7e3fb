"""Each rule written out for one number; all else is held to it."""

import math

import mxnet as mx
import numpy as onp
from mxnet import np

NUM_STEPS = 10

#: Options other than the defaults, with an epsilon that is felt.
OPTIONS = {
    "sgd": {"lr": 0.3},
    "momentum": {"lr": 0.1, "momentum": 0.8},
    "nesterov": {"lr": 0.1, "momentum": 0.8},
    "adagrad": {"lr": 0.3, "epsilon": 0.1},
    "rmsprop": {"lr": 0.1, "rho": 0.7, "epsilon": 0.1},
    "adadelta": {"rho": 0.7, "epsilon": 0.1},
    "adam": {"lr": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1},
    "adamw": {"lr": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1},
}

#: MXNet's own, with the same options by MXNet's names.
MXNETS = {
    "sgd": ("sgd", {"learning_rate": 0.3}),
    "momentum": ("sgd", {"learning_rate": 0.1, "momentum": 0.8}),
    "nesterov": ("nag", {"learning_rate": 0.1, "momentum": 0.8}),
    "adagrad": ("adagrad", {"learning_rate": 0.3, "eps": 0.1}),
    "rmsprop": (
        "rmsprop",
        {"learning_rate": 0.1, "gamma1": 0.7, "epsilon": 0.1},
    ),
    "adadelta": ("adadelta", {"rho": 0.7, "epsilon": 0.1}),
    "adam": (
        "adam",
        {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1},
    ),
}


def sgd(w, gradients, lr):
    for g in gradients:
        w -= lr * g
        yield w


def momentum(w, gradients, lr, momentum):
    v = 0
    for g in gradients:
        v = momentum * v + lr * g
        w -= v
        yield w


def nesterov(w, gradients, lr, momentum):
    v = 0
    for g in gradients:
        v = momentum * v + lr * g
        w -= momentum * v + lr * g
        yield w


def adagrad(w, gradients, lr, epsilon):
    for t in range(1, len(gradients) + 1):
        s = sum(g**2 for g in gradients[:t])
        w -= lr * gradients[t - 1] / math.sqrt(s + epsilon)
        yield w


def average(values, rho):
    """Returns the moving average after the last of the values."""
    ages = range(len(values) - 1, -1, -1)
    return (1 - rho) * sum(
        rho**age * value for age, value in zip(ages, values, strict=True)
    )


def rmsprop(w, gradients, lr, rho, epsilon):
    for t in range(1, len(gradients) + 1):
        s = average([g**2 for g in gradients[:t]], rho)
        w -= lr * gradients[t - 1] / math.sqrt(s + epsilon)
        yield w


def adadelta(w, gradients, rho, epsilon):
    steps = []
    for t in range(1, len(gradients) + 1):
        s = average([g**2 for g in gradients[:t]], rho)
        d = average([step**2 for step in steps], rho)
        scale = math.sqrt(d + epsilon) / math.sqrt(s + epsilon)
        steps.append(scale * gradients[t - 1])
        w -= steps[-1]
        yield w


def adam(w, gradients, lr, beta1, beta2, epsilon, decay=0.0):
    for t in range(1, len(gradients) + 1):
        m_hat = average(gradients[:t], beta1) / (1 - beta1**t)
        s_hat = average([g**2 for g in gradients[:t]], beta2) / (1 - beta2**t)
        epsilon_hat = epsilon / math.sqrt(1 - beta2**t)
        w -= lr * m_hat / (math.sqrt(s_hat) + epsilon_hat) + lr * decay * w
        yield w


def adamw(w, gradients, **options):
    return adam(w, gradients, **options, decay=0.01)


FORMULAS = {
    function.__name__: function
    for function in (
        *(sgd, momentum, nesterov, adagrad),
        *(rmsprop, adadelta, adam, adamw),
    )
}


def start_and_gradients(shape=(3, 4), seed=1):
    rng = onp.random.default_rng(seed)
    return rng.normal(size=shape), rng.normal(size=(NUM_STEPS, *shape))


def run(rule, w, gradients):
    """Returns the weights after each step of the rule."""
    state, path = rule.init(w), []
    for t, g in enumerate(gradients, start=1):
        w, state = rule.update(w, g, state, t)
        path.append(w)
    return path


def run_mxnet(optimizer, w, gradients, ctx=None):
    """Returns the weights after each step of an optimizer of MXNet."""
    weight = np.array(w, dtype="float32", ctx=ctx)
    update, path = mx.optimizer.get_updater(optimizer), []
    for g in gradients:
        update(0, np.array(g, dtype="float32", ctx=ctx), weight)
        path.append(weight.asnumpy())
    return path


def by_formula(name, w, gradients, options):
    paths = [
        list(
            FORMULAS[name](w[index], [g[index] for g in gradients], **options)
        )
        for index in onp.ndindex(w.shape)
    ]
    return onp.array(paths).T.reshape(gradients.shape)
