"""Averages of models: sums in NumPy, learnt weights, snapshots."""

from __future__ import annotations

import d2l_ext
from d2l_ext.optimizers import CosineRestarts
from d2l_ext.training import (
    Callback,
    Ensemble,
    Snapshots,
    disagreement,
    evaluate,
    fit,
    predict_proba,
)

import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    NUM_CLASSES,
    Softmax,
    assert_close,
    batches_of,
    in_numpy,
    initialized,
    same,
    weights_of,
)
from mxnet import np
from mxnet.gluon import nn

TEST = batches_of((9, 4), seed=5)


class Forest:
    """A classifier with scikit-learn's interface: class by largest input."""

    def __init__(self, num_classes=NUM_CLASSES, classes=None):
        self.num_classes = num_classes
        self.classes_ = range(num_classes) if classes is None else classes

    def predict_proba(self, X):
        assert type(X) is onp.ndarray
        assert X.ndim == 2
        p = onp.exp(X[:, : self.num_classes])
        return p / p.sum(axis=1, keepdims=True)


def nets(count=3):
    return [initialized() for _ in range(count)]


def by_hand(models, X):
    """Probabilities of linear networks in float64: (k, m, c)."""
    y = onp.zeros(len(X), dtype=int)
    return onp.stack([Softmax(net).forward(X, y)[0] for net in models])


# The average.


@pytest.mark.parametrize("weights", [None, [0.2, 0.5, 0.3], [0, 1, 0]])
def test_an_ensemble_averages_probabilities(weights):
    models = nets()
    ensemble = Ensemble(models, weights)
    for (X, _), (numbers, _) in zip(TEST, in_numpy(TEST), strict=True):
        each = by_hand(models, numbers)
        shares = [1 / 3] * 3 if weights is None else weights
        expected = sum(w * p for w, p in zip(shares, each, strict=True))
        assert_close(ensemble.predict_proba(X), expected)
        assert (ensemble.predict(X) == expected.argmax(axis=1)).all()


def test_an_ensemble_of_one_is_evaluated_as_its_model():
    net = initialized()
    assert_close(Ensemble([net]).evaluate(TEST), evaluate(net, TEST))


def test_networks_and_other_classifiers_vote_together():
    net = initialized()
    (X, _), _ = TEST
    mixed = Ensemble([net, Forest(), Ensemble([net])], [0.5, 0.25, 0.25])
    expected = 0.75 * by_hand([net], in_numpy(TEST)[0][0])[0]
    expected += 0.25 * Forest().predict_proba(X.asnumpy())
    assert_close(mixed.predict_proba(X), expected)


def test_images_are_rows_to_other_classifiers():
    X = np.arange(24.0).reshape(2, 1, 3, 4) / 24
    expected = Forest().predict_proba(X.asnumpy().reshape(2, 12))
    assert_close(predict_proba(Forest(), X), expected)


def test_networks_predict_in_prediction_mode_on_their_context():
    net = nn.HybridSequential()
    net.add(nn.Dropout(0.5), nn.BatchNorm(), nn.Dense(NUM_CLASSES))
    initialized(net, ctx=mx.cpu(1))
    X = np.ones((2, 4), ctx=mx.cpu(1))
    assert_close(predict_proba(net, X), predict_proba(net, X))
    with pytest.raises(ValueError, match=r"the network is on cpu\(1\)"):
        predict_proba(net, np.ones((2, 4)))


def test_the_average_beats_its_models_where_their_mistakes_differ():
    models = []
    for seed in range(5):
        net = initialized()
        fit(net, batches_of((4, 4), seed=seed), None, 30, lr=0.5)
        models.append(net)
    mean = onp.mean([evaluate(net, TEST)[0] for net in models])
    assert Ensemble(models).evaluate(TEST)[0] < mean


# Learnt weights.


def test_learnt_weights_are_the_best_on_a_grid():
    models = nets(2)
    ensemble = Ensemble(models).fit_weights(TEST)
    losses = [
        Ensemble(models, [w, 1 - w]).evaluate(TEST)[0]
        for w in onp.linspace(0, 1, 201)
    ]
    assert ensemble.evaluate(TEST)[0] <= min(losses) + 1e-6
    assert ensemble.weights.sum() == pytest.approx(1)


def test_learnt_weights_satisfy_the_conditions_of_a_minimum():
    models = nets(4)
    ensemble = Ensemble(models).fit_weights(TEST, num_steps=20_000)
    pairs = in_numpy(TEST)
    likely = onp.concatenate(
        [by_hand(models, X)[:, onp.arange(len(y)), y] for X, y in pairs],
        axis=1,
    )
    slopes = (likely / (ensemble.weights @ likely)).mean(axis=1)  # (k,)
    assert (slopes <= 1 + 1e-3).all()
    used = ensemble.weights > 1e-3
    onp.testing.assert_allclose(slopes[used], 1, atol=1e-3)
    assert (ensemble.weights >= 0).all()


def test_a_model_that_knows_nothing_gets_no_weight():
    good, bad = initialized(), initialized(scale=5)
    fit(good, batches_of((40,)), None, 60, lr=0.5)
    ensemble = Ensemble([bad, good]).fit_weights(batches_of((60,), seed=3))
    assert ensemble.weights[1] > 0.8


# Diversity.


def test_disagreement_is_the_share_of_different_predictions():
    models = nets()
    (X, _), _ = TEST
    predicted = [net(X).asnumpy().argmax(axis=1) for net in models]
    found = disagreement(models, X)
    assert found.shape == (3, 3)
    for i in range(3):
        for j in range(3):
            assert found[i, j] == (predicted[i] != predicted[j]).mean()
    assert found.max() > 0
    assert (disagreement([models[0]] * 2, X) == 0).all()


# Snapshots.


class Path(Callback):
    def __init__(self):
        self.path = []

    def on_step(self, step, net):
        self.path.append(weights_of(net))


def test_snapshots_are_the_weights_after_their_steps():
    schedule = CosineRestarts(0.5, 3)
    snapshots, path = Snapshots(schedule.ends(3)), Path()
    for _ in range(2):  # each training begins anew
        path.path.clear()
        net = initialized()
        fit(
            *(net, batches_of(), None, 3),
            schedule=schedule,
            callbacks=[snapshots, path],
        )
    models = snapshots.models(net)
    assert len(models) == 3
    for step, model in zip((3, 6, 9), models, strict=True):
        kept = {name: w.asnumpy() for name, w in model.weights.items()}
        assert same(kept, path.path[step - 1])


def test_snapshots_predict_with_their_weights_and_leave_the_network():
    snapshots = Snapshots([1, 9])
    net = initialized()
    fit(net, batches_of(), None, 3, lr=0.5, callbacks=[snapshots])
    before = weights_of(net)
    first, last = snapshots.models(net)
    (X, _), _ = TEST
    assert_close(predict_proba(last, X), predict_proba(net, X))
    assert abs(predict_proba(first, X) - predict_proba(net, X)).max() > 0.01
    each = [predict_proba(model, X) for model in (first, last)]
    both = Ensemble([first, last])
    assert_close(both.predict_proba(X), sum(each) / 2)
    assert same(weights_of(net), before)


# What is refused.


def test_four_weights_for_three_models_are_refused():
    with pytest.raises(
        ValueError, match="of 3 models has as many weights, not 4"
    ):
        Ensemble(nets(), [0.25, 0.25, 0.25, 0.25])
    with pytest.raises(ValueError, match=r"have the sum 0\.75"):
        Ensemble(nets(), [0.25, 0.25, 0.25])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ensemble([]), "at least one model"),
        (lambda: Ensemble(nets(2), [1.5, -0.5]), "numbers from 0 with the su"),
        (lambda: Ensemble(nets(2), [onp.nan, 1]), "numbers from 0 with"),
        (lambda: Snapshots([]), "at least one step"),
        (lambda: Snapshots([3, 0]), "a step is 1 or more, not 0"),
        (lambda: Snapshots([4]).models(None), r"\(the first is 4\)"),
    ],
)
def test_what_is_no_ensemble_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_models_with_different_classes_are_refused():
    (X, _), _ = TEST
    for use in (
        lambda models: Ensemble(models).predict(X),
        lambda models: Ensemble(models).evaluate(TEST),
        lambda models: Ensemble(models).fit_weights(TEST),
        lambda models: disagreement(models, X),
    ):
        with pytest.raises(
            ValueError, match=r"the same classes; .*: 3 \(Dense\), 2 \(Forest"
        ):
            use([initialized(), Forest(2)])


def test_a_classifier_of_other_labels_is_refused():
    (X, _), _ = TEST
    with pytest.raises(
        ValueError, match=r"Forest learned the classes \[5, 6, 7\], and a net"
    ):
        predict_proba(Forest(classes=[5, 6, 7]), X)


def test_labels_that_are_no_class_are_refused():
    (X, y), _ = TEST
    with pytest.raises(ValueError, match=r"3 classes \(0 to 2\)"):
        Ensemble(nets()).evaluate([(X, y + 1)])
    with pytest.raises(ValueError, match="the data are empty"):
        Ensemble(nets()).evaluate([])


def test_what_is_no_model_or_no_array_is_refused():
    (X, _), _ = TEST
    with pytest.raises(ValueError, match="a model is a network, or has pred"):
        predict_proba(lambda X: X, X)
    with pytest.raises(ValueError, match=r"an array of mxnet\.np, not ndarra"):
        predict_proba(initialized(), X.asnumpy())
    with pytest.raises(ValueError, match="not initialized"):
        predict_proba(nn.Dense(3), X)


def test_the_seed_does_not_change_predictions():
    net = initialized()
    (X, _), _ = TEST
    d2l_ext.seed(1)
    first = Ensemble([net]).predict_proba(X)
    d2l_ext.seed(2)
    assert (Ensemble([net]).predict_proba(X) == first).all()
