"""Running statistics: how much of the old is kept, and from what start?"""

from d2l_check.source import Wrong

CHAPTER = "Batch Normalization in Practice"
FUNCTION = "running_statistics"
POINTS = 2
MAY_BE = {
    "X": "numbers of (T, m, d)",
    "momentum": "a number >= 0 < 1",
}

#: Shapes and momenta, the smallest first. As many examples as features in
#: some, so that a wrong axis gives a wrong result instead of an exception.
INPUTS = [
    ((1, 3, 1), 0.75),
    ((2, 2, 1), 0.6),
    ((1, 2, 2), 0.0),
    ((3, 2, 2), 0.9),
    ((2, 3, 3), 0.7),
    ((3, 4, 2), 0.8),
    ((5, 3, 2), 0.25),
]


def cases(rng):
    for shape, momentum in INPUTS:
        centers = rng.normal(2, 3, size=(shape[0], 1, shape[2]))
        yield (centers + rng.normal(0, 2, size=shape)).round(1), momentum
    # One example a batch; then whole numbers, and no memory.
    yield rng.normal(1, 2, size=(2, 1, 2)).round(1), 0.5
    yield rng.permuted([[[0, -3], [1, 2]], [[5, 0], [-2, 7]]], axis=1), 0


def averaged(values, start, momentum):
    """Returns the moving average of values (T, d) after the last."""
    for value in values:
        start = momentum * start + (1 - momentum) * value
    return start


def remembered(X, momentum, mean=0.0, var=1.0, axis=1, ddof=0):
    means, variances = X.mean(axis=axis), X.var(axis=axis, ddof=ddof)
    return averaged(means, mean, momentum), averaged(variances, var, momentum)


def momentum_swapped(X, momentum):
    return remembered(X, 1 - momentum)


def variance_from_zero(X, momentum):
    return remembered(X, momentum, var=0.0)


def mean_from_one(X, momentum):
    return remembered(X, momentum, mean=1.0)


def from_the_first_batch(X, momentum):
    return remembered(X, momentum, X[0].mean(axis=0), X[0].var(axis=0))


def bias_corrected(X, momentum):
    mean, var = remembered(X, momentum, var=0.0)
    weight = 1 - momentum ** len(X)
    return mean / weight, var / weight


def unbiased(X, momentum):
    return remembered(X, momentum, ddof=1)


def without_memory(X, momentum):
    return remembered(X, 0.0)


def plain_average(X, momentum):
    return X.mean(axis=1).mean(axis=0), X.var(axis=1).mean(axis=0)


def examples_averaged(X, momentum):
    return remembered(X, momentum, axis=2)


def one_step(X, momentum):
    every = X.reshape(1, -1, X.shape[2])
    return remembered(every, momentum)


def standard_deviation(X, momentum):
    mean, _ = remembered(X, momentum)
    return mean, averaged(X.std(axis=1), 1.0, momentum)


def around_the_running_mean(X, momentum):
    mean, var = 0.0, 1.0
    for batch in X:
        mean = averaged([batch.mean(axis=0)], mean, momentum)
        var = averaged([((batch - mean) ** 2).mean(axis=0)], var, momentum)
    return mean, var


def not_weighted(X, momentum):
    mean, var = 0.0, 1.0
    for batch in X:
        mean = momentum * mean + batch.mean(axis=0)
        var = momentum * var + batch.var(axis=0)
    return mean, var


WRONG = {
    "momentum-swapped": Wrong(
        momentum_swapped,
        "You gave the momentum to the new batch. Here, as in Gluon, it is "
        "what the memory keeps; PyTorch means the other part by the word.",
        see="The memory lags",
    ),
    "variance-from-zero": Wrong(
        variance_from_zero,
        "You started the running variance at 0. It starts at 1, so that an "
        "untrained layer divides by about 1 in prediction mode.",
        see="From scratch: a layer with a memory",
    ),
    "mean-from-one": Wrong(
        mean_from_one,
        "You started the running mean at 1, like the variance. It starts at "
        "0.",
        see="From scratch: a layer with a memory",
    ),
    "from-the-first-batch": Wrong(
        from_the_first_batch,
        "You started with the statistics of the first batch. The layer has "
        "its memory before it sees any batch: a mean of 0, a variance of 1.",
        see="From scratch: a layer with a memory",
    ),
    "bias-corrected": Wrong(
        bias_corrected,
        "You divided by 1 − α^T, as Adam does. Batch normalization does not "
        "correct for its start, and keeps a rest of it in the statistics.",
        see="The memory lags",
    ),
    "unbiased-variance": Wrong(
        unbiased,
        "You divided by m − 1 in the variance. Gluon remembers the biased "
        "variance, the one that it normalizes the batch with.",
        see="From scratch: a layer with a memory",
    ),
    "no-memory": Wrong(
        without_memory,
        "You returned the statistics of the last batch. The momentum says "
        "how much of those before it stays.",
        see="The memory lags",
    ),
    "plain-average": Wrong(
        plain_average,
        "You gave all batches the same weight. In a moving average the "
        "latest batch counts most, and the start counts, too.",
        see="The memory lags",
    ),
    "wrong-axis": Wrong(
        examples_averaged,
        "You averaged over the features of each example. A feature is "
        "normalized over the examples of a batch: average over these.",
        see="From scratch: a layer with a memory",
    ),
    "all-at-once": Wrong(
        one_step,
        "You took all batches as a single one and updated once. The memory "
        "is updated after each batch, with its statistics.",
        see="The memory lags",
    ),
    "standard-deviation": Wrong(
        standard_deviation,
        "You averaged standard deviations. The layer remembers the variance "
        "and takes the root when it normalizes.",
        see="From scratch: a layer with a memory",
    ),
    "around-the-running-mean": Wrong(
        around_the_running_mean,
        "You measured the variance around the running mean. Each batch's "
        "variance is around its own mean: what is remembered are the two "
        "statistics that the batch was normalized with.",
        see="From scratch: a layer with a memory",
    ),
    "weights-above-one": Wrong(
        not_weighted,
        "You added the new statistics in full. The weights of old and new "
        "add up to 1; otherwise the average grows with the number of steps.",
        see="The memory lags",
    ),
}
