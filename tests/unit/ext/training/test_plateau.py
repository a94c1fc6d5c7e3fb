"""The rate drops when the loss has not fallen for a while."""

from __future__ import annotations

from d2l_ext.training import ReduceOnPlateau, fit

import mxnet as mx
import pytest
from fitting import NoLoss, batches_of, initialized
from mxnet import gluon

LOSSES = [5, 4, 4, 4, 4, 3.9, 3, 3.5, 3.5, 3.5, 3.5]


def rates_after(losses, **options):
    plateau = ReduceOnPlateau(1.0, 0.5, **options)
    found = []
    for epoch, loss in enumerate(losses, start=1):
        plateau.watch(loss)
        found.append(plateau(epoch))
    return found


@pytest.mark.parametrize(
    ("options", "drops"),
    [
        ({"patience": 1}, [2, 3, 4, 7, 8, 9, 10]),
        ({"patience": 2}, [3, 8, 10]),
        ({"patience": 3}, [4, 9]),
        ({"patience": 3, "min_delta": 0.2}, [4, 9]),
        ({"patience": 4, "min_delta": 0.2}, [5, 10]),
        ({"patience": 5, "min_delta": 2}, [5, 10]),
        ({"patience": 1, "min_lr": 0.25}, [2, 3]),
    ],
)
def test_the_rate_drops_after_so_many_epochs_without_a_lower_loss(
    options, drops
):
    expected = [
        0.5 ** sum(drop <= i for drop in drops) for i in range(len(LOSSES))
    ]
    assert rates_after(LOSSES, **options) == expected


@pytest.mark.parametrize("watched", [None, batches_of((4,), seed=1)])
def test_fit_trains_at_the_rates_that_it_gives(watched):
    plateau = ReduceOnPlateau(0.1, 0.5, patience=2)
    for _ in range(2):  # each training begins anew
        history = fit(
            *(initialized(), batches_of(), watched, 6),
            loss=NoLoss(),
            schedule=plateau,
            callbacks=[plateau],
        )
        rates = [0.1, 0.1, 0.1, 0.05, 0.05, 0.025]
        assert history.lr == pytest.approx(rates)
        assert plateau.current_lr == 0.025


def test_the_test_loss_counts_where_there_is_one():
    plateau = ReduceOnPlateau(0.5, patience=1)
    data = batches_of()
    history = fit(
        *(initialized(), data, batches_of((9,), seed=5), 12),
        schedule=plateau,
        callbacks=[plateau],
    )
    expected = ReduceOnPlateau(0.5, patience=1)
    for epoch, loss in enumerate(history.test_loss, start=1):
        assert history.lr[epoch - 1] == expected(epoch)
        expected.watch(loss)


def test_gluons_trainer_takes_it():
    plateau = ReduceOnPlateau(0.3, 0.5, patience=1)
    trainer = gluon.Trainer(
        initialized().collect_params(),
        mx.optimizer.SGD(lr_scheduler=plateau),
        kvstore=None,
    )
    assert trainer.learning_rate == 0.3
    for loss in (2, 2, 2):
        plateau.watch(loss)
    assert trainer.learning_rate == 0.3 / 4


def test_a_callback_that_is_not_the_schedule_is_refused():
    plateau = ReduceOnPlateau(0.1)
    with pytest.raises(ValueError, match="give fit the same object as its"):
        fit(initialized(), batches_of(), None, 1, callbacks=[plateau])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": 0}, "lr is a number above 0"),
        ({"factor": 1}, "factor lies between 0 and 1, not 1"),
        ({"factor": 0}, "factor lies between 0 and 1, not 0"),
        ({"patience": 0}, "patience is 1 or more, not 0"),
        ({"min_delta": -1}, "min_delta is 0 or more, not -1"),
        ({"min_lr": 0.2}, "min_lr is 0 to 0.1, not 0.2"),
    ],
)
def test_an_option_outside_its_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ReduceOnPlateau(**{"lr": 0.1} | options)
