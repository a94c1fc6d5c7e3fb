"""Statistics of all data from those of batches: what lies between them?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Batch Normalization in Practice"
FUNCTION = "merge_statistics"
POINTS = 2
MAY_BE = {
    "means": "numbers of (B, d)",
    "variances": "numbers >= 0 of (B, d)",
    "sizes": "whole numbers >= 1 of (B)",
}

#: The sizes of the batches, and the number of features. As many batches as
#: features in some, so that weights along a wrong axis give a wrong result
#: instead of an exception.
INPUTS = [
    ((1, 3), 1),
    ((2, 1), 2),
    ((4, 4, 2), 1),
    ((5, 2, 1), 3),
    ((8, 8, 8, 3), 2),
    ((2, 6), 4),
]


def cases(rng):
    for sizes, d in INPUTS:
        shape = (len(sizes), d)
        variances = rng.uniform(0.5, 4, size=shape).round(1)
        variances[np.array(sizes) == 1] = 0
        means = rng.normal(2, 2, size=shape).round(1)
        yield means, variances, np.array(sizes)
    # A single batch, and whole numbers.
    yield means[:1], variances[:1], np.array([5])
    means = rng.permuted([[-2, 1], [0, 3]], axis=1)
    yield means, rng.permuted([[0, 1], [2, 5]], axis=1), np.array([2, 3])


def weighted(values, sizes):
    return (sizes[:, None] * values).sum(axis=0) / sizes.sum()


def merged(means, variances, sizes):
    mean = weighted(means, sizes)
    return mean, weighted(variances + (means - mean) ** 2, sizes)


def within_only(means, variances, sizes):
    return weighted(means, sizes), weighted(variances, sizes)


def between_only(means, variances, sizes):
    mean = weighted(means, sizes)
    return mean, weighted((means - mean) ** 2, sizes)


def sizes_ignored(means, variances, sizes):
    return merged(means, variances, np.ones_like(sizes))


def averages_of_averages(means, variances, sizes):
    return means.mean(axis=0), variances.mean(axis=0)


def between_unweighted(means, variances, sizes):
    mean = weighted(means, sizes)
    between = ((means - mean) ** 2).mean(axis=0)
    return mean, weighted(variances, sizes) + between


def between_around_plain_mean(means, variances, sizes):
    between = means.var(axis=0)
    return weighted(means, sizes), weighted(variances, sizes) + between


def second_moment(means, variances, sizes):
    return weighted(means, sizes), weighted(variances + means**2, sizes)


def unbiased(means, variances, sizes):
    mean, var = merged(means, variances, sizes)
    return mean, var * sizes.sum() / (sizes.sum() - 1)


def pooled(means, variances, sizes):
    mean, freedom = weighted(means, sizes), (sizes - 1)[:, None]
    return mean, (freedom * variances).sum(axis=0) / freedom.sum()


def factor_per_batch(means, variances, sizes):
    # A batch of one example has no such factor, and a variance of 0.
    factors = sizes / np.maximum(sizes - 1, 1)
    return weighted(means, sizes), weighted(
        factors[:, None] * variances, sizes
    )


def deviations(means, variances, sizes):
    mean, var = merged(means, variances, sizes)
    return mean, np.sqrt(var)


def weights_on_features(means, variances, sizes):
    weights = sizes / sizes.sum()
    mean = (weights * means).sum(axis=0)
    between = (means - mean) ** 2
    return mean, (weights * (variances + between)).sum(axis=0)


def distance_not_squared(means, variances, sizes):
    mean = weighted(means, sizes)
    return mean, weighted(variances + np.abs(means - mean), sizes)


WRONG = {
    "within-only": Wrong(
        within_only,
        "You averaged the variances. They are the spread within the batches; "
        "that the means of the batches differ is part of the variance, too, "
        "so yours is too small.",
        see="The memory lags",
    ),
    "between-only": Wrong(
        between_only,
        "You returned the variance of the means. It is the spread between "
        "the batches; the one within them comes on top.",
        see="The memory lags",
    ),
    "sizes-ignored": Wrong(
        sizes_ignored,
        "You have the two parts of the variance, and gave all batches the "
        "same weight. All examples count the same, so a large batch counts "
        "more than a small one.",
        see="The memory lags",
    ),
    "averages-of-averages": Wrong(
        averages_of_averages,
        "You averaged means and variances as they are. Batches count by "
        "their size, and the differences between their means belong in the "
        "variance.",
        see="The memory lags",
    ),
    "between-unweighted": Wrong(
        between_unweighted,
        "You gave all batches the same weight in the spread between them. "
        "The mean of a large batch stands for more examples: weight it by "
        "the size, as the rest.",
        see="The memory lags",
    ),
    "between-around-plain-mean": Wrong(
        between_around_plain_mean,
        "You took the plain variance of the means, around their plain "
        "average. Measure their distances from the mean of all examples, and "
        "weight the squares by the sizes.",
        see="The memory lags",
    ),
    "second-moment": Wrong(
        second_moment,
        "You returned the mean of the squares. Subtract the square of the "
        "mean to get the variance.",
        see="The memory lags",
    ),
    "unbiased-variance": Wrong(
        unbiased,
        "You divided by N − 1 in the end. Asked is the biased variance of "
        "all N examples.",
        see="From scratch: a layer with a memory",
    ),
    "pooled": Wrong(
        pooled,
        "You pooled the variances with m − 1 examples a batch. That is an "
        "estimate for groups that each have a mean of their own; here all "
        "examples are one group, and variances are biased.",
        see="The memory lags",
    ),
    "factor-per-batch": Wrong(
        factor_per_batch,
        "You multiplied each variance by m / (m − 1). On average over random "
        "batches that makes up for the spread between them, and here the "
        "result is to be exact: you have the means themselves.",
        see="The memory lags",
    ),
    "standard-deviation": Wrong(
        deviations,
        "You took the root at the end. Asked is the variance.",
        see="The memory lags",
    ),
    "weights-on-features": Wrong(
        weights_on_features,
        "You multiplied by an array of shape (B,), which NumPy aligns with "
        "the last axis, the features. Give the weights the shape (B, 1).",
        see="The memory lags",
    ),
    "distance-not-squared": Wrong(
        distance_not_squared,
        "You added the distances of the means. A variance is made of "
        "squares: add the squared distances.",
        see="The memory lags",
    ),
}

EQUIVALENT_MUTANTS = {
    "between = (means - mean) ** 2 -> between = (mean - means) ** 2": "a "
    "square has no sign",
}
