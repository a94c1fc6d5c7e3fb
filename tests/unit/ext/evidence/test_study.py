"""A study: both sides get the same care, and the rate is chosen fairly."""

import math

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.evidence.recording import recording
from d2l_ext.evidence.study import Side, Study
from d2l_ext.evidence.trial import trial

import numpy as onp
import pytest
from mxnet.gluon import nn

RATES = [0.03, 0.3, 3]


def data(seed=0):
    rng = onp.random.default_rng(seed)
    y = rng.integers(3, size=60)
    X = rng.normal(size=(60, 4))
    X[onp.arange(60), y] += 2
    return (
        MiniBatches(X[:40], y[:40], 8),
        MiniBatches(X[40:], y[40:], 10, shuffle=False),
    )


def linear():
    return nn.Dense(3)


def deep():
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation="relu"), nn.Dense(3))
    return net


def study(sides=None, **options):
    options = {"rates": RATES, "num_epochs": 2} | options
    return Study(sides or {"linear": linear, "deep": deep}, data(), **options)


def test_each_run_is_the_trial_of_its_side_seed_and_rate():
    results = study(num_seeds=2).run()
    for run in results.runs:
        make_net = {"linear": linear, "deep": deep}[run.side]
        same = trial(
            make_net, *data(), seed=run.seed, lr=run.rate, num_epochs=2
        )
        assert run.trial.history.step_loss == same.history.step_loss
        assert run.numbers["test_acc"] == same.test_acc
        assert run.numbers["train_loss"] == same.train_loss


def test_sides_share_seeds_and_rates():
    table = study(num_seeds=2, choose=None).run().table
    pairs = [
        list(zip(part.seed, part.rate, strict=True))
        for _, part in table.groupby("side")
    ]
    assert pairs[0] == pairs[1]
    assert len(pairs[0]) == 2 * len(RATES)


def test_the_lowest_training_loss_chooses_the_rate_of_each_side_and_seed():
    table = study(num_seeds=3).run().table
    for _, part in table.groupby(["side", "seed"]):
        best = part.loc[part.train_loss.idxmin()]
        assert part[part.chosen].rate.tolist() == [best.rate]
        assert part.rate.min() < best.rate < part.rate.max()


def test_validation_images_choose_and_are_not_trained_on():
    results = study(choose="valid_loss").run()
    table = results.table
    for _, part in table.groupby("side"):
        assert part[part.chosen].valid_loss.item() == part.valid_loss.min()
    train_iter, _ = data()
    rest, _ = train_iter.split()
    run = results.best("deep")[0]
    same = trial(
        deep, rest, data()[1], seed=run.seed, lr=run.rate, num_epochs=2
    )
    assert run.trial.history.step_loss == same.history.step_loss


def test_a_grid_is_widened_at_the_edge_by_its_own_step():
    table = study({"deep": deep}, rates=[1e-4, 1e-3, 1e-2]).run().table
    assert table.rate.max() > 1e-2
    ratios = table.rate[1:].to_numpy() / table.rate[:-1].to_numpy()
    assert ratios == pytest.approx(10)
    chosen = table[table.chosen].rate.item()
    assert table.rate.min() < chosen < table.rate.max()


@pytest.mark.parametrize("rates", [[1e-12, 1e-11, 1e-10], [1e11, 1e12, 1e13]])
def test_a_best_rate_that_stays_at_the_edge_is_refused(rates):
    with pytest.raises(ValueError, match=r"of 'deep', .* at the edge of"):
        study({"deep": deep}, rates=rates).run()


def test_one_rate_needs_no_choice():
    results = study(rates=0.1).run()
    assert results.rates("deep") == [0.1]
    assert len(results.runs) == 2


def test_rates_that_are_the_subject_are_all_kept():
    results = study(choose=None, num_seeds=2).run()
    assert results.by_rate("deep").shape == (2, 3)
    assert (
        results.by_rate("deep", "train_loss")[1, 0]
        == (results.runs[9].numbers["train_loss"])
    )


def test_values_are_in_the_order_of_the_seeds():
    results = study(num_seeds=2).run()
    values = results.values("linear")
    assert values.tolist() == [
        run.numbers["test_acc"] for run in results.best("linear")
    ]
    assert [run.seed for run in results.best("linear")] == [0, 1]


def test_a_side_has_its_own_rates_data_and_options():
    sides = {
        "one": Side(deep, rates=0.2, data=data(1), optimizer="adam"),
        "other": deep,
    }
    results = study(sides).run()
    one = results.best("one")[0]
    same = trial(
        deep, *data(1), seed=0, lr=0.2, num_epochs=2, optimizer="adam"
    )
    assert one.rate == 0.2
    assert one.trial.history.step_loss == same.history.step_loss
    assert results.best("other")[0].rate in [r.rate for r in results.runs]


def test_data_may_vary_with_the_seed():
    results = Study(
        {"deep": deep}, data, rates=0.1, num_epochs=1, num_seeds=2
    ).run()
    for run in results.runs:
        same = trial(
            deep, *data(run.seed), seed=run.seed, lr=0.1, num_epochs=1
        )
        assert run.trial.history.step_loss == same.history.step_loss


def test_further_numbers_are_measured_of_each_trial():
    results = study(
        rates=0.1, measure={"epochs": lambda t: t.history.num_epochs}
    ).run()
    assert results.values("deep", "epochs").tolist() == [2]


def test_curves_have_a_row_for_each_seed():
    results = study(rates=0.1, num_seeds=2, curves=True).run()
    assert results.curves("deep").shape == (2, 2)
    assert results.curves("deep", "train_loss").shape == (2, 2)


def test_a_run_that_diverges_has_no_loss_to_be_chosen_by():
    results = study({"deep": deep}, rates=[0.1, 1e30], choose=None).run()
    assert results.by_rate("deep", "train_loss")[0, 1] == math.inf
    assert math.isnan(results.curves("deep", "train_loss")[1, 0])


def test_a_long_budget_trains_ten_times_as_long(with_settings):
    with_settings(budget="long")
    run = study({"deep": deep}, rates=0.1).run().runs[0]
    assert run.trial.history.num_epochs == 20


def test_a_run_for_the_evidence_has_one_seed():
    with recording():
        assert (
            len(study({"deep": deep}, rates=0.1, num_seeds=5).run().runs) == 1
        )


def test_an_unknown_side_is_named_with_those_that_there_are():
    with pytest.raises(KeyError, match=r"no side 'wide'.*linear, deep"):
        study(rates=0.1).run().values("wide")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rates": []}, "ascending order"),
        ({"rates": [0.3, 0.1]}, "ascending order"),
        ({"rates": [0.1, 0.1]}, "ascending order"),
        ({"rates": 0}, "a learning rate is a number above 0"),
        ({"rates": [0.1, math.nan]}, "a learning rate is a number above 0"),
        ({"num_epochs": 0}, "num_epochs is 1 or more"),
        ({"num_seeds": 0}, "num_seeds is 1 or more"),
        ({"choose": "test_acc"}, "chooses no rate; use one of"),
        ({"sides": {"one": Side(deep, rates=[])}}, "ascending order"),
    ],
)
def test_what_makes_no_study_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        study(**options)


def test_a_study_without_sides_is_refused():
    with pytest.raises(ValueError, match="at least one side"):
        Study({}, data(), rates=0.1, num_epochs=1)


def test_a_network_in_place_of_a_function_is_refused():
    with pytest.raises(ValueError, match="returns a new network"):
        Side("deep")
