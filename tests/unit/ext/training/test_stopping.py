"""Training stops when it no longer helps, with the best weights."""

from __future__ import annotations

from d2l_ext.networks import mlp
from d2l_ext.training import DivergenceWarning, evaluate, fit
from d2l_ext.training.stopping import EarlyStopping

import numpy as onp
import pytest
from fitting import (
    assert_close,
    batches_of,
    initialized,
    jump_at,
    noisy_run,
    stops_at,
)


@pytest.mark.parametrize("patience", [1, 2, 5])
@pytest.mark.parametrize("min_delta", [0.0, 0.2])
def test_training_stops_when_the_test_loss_no_longer_falls(
    patience, min_delta
):
    losses = noisy_run()[1].test_loss
    end, best_epoch = stops_at(losses, patience, min_delta)
    assert best_epoch < end < len(losses), "the run shows nothing"
    net, history, test = noisy_run(EarlyStopping(patience, min_delta))
    assert history.test_loss == losses[:end]
    assert history.best_epoch == best_epoch
    epochs = "1 epoch" if patience == 1 else f"{patience} epochs"
    assert history.stopped_by.startswith(f"no lower loss for {epochs}")
    assert_close(evaluate(net, test)[0], losses[best_epoch - 1])


def test_the_last_weights_are_kept_on_request():
    stopping = EarlyStopping(patience=2, restore_best=False)
    net, history, test = noisy_run(stopping)
    assert history.best_epoch < history.num_epochs
    assert_close(evaluate(net, test)[0], history.test_loss[-1])


def test_the_best_weights_are_restored_without_an_early_end():
    net, history, test = noisy_run(EarlyStopping(patience=100))
    assert history.num_epochs == 30
    assert history.stopped_by is None
    assert history.best_epoch == 1 + onp.argmin(history.test_loss)
    assert_close(evaluate(net, test)[0], min(history.test_loss))


def test_a_run_that_diverges_gets_its_best_weights_back():
    net = initialized(mlp([8]))
    train, test = batches_of(), batches_of((9,), seed=5)
    with pytest.warns(DivergenceWarning):
        history = fit(
            *(net, train, test, 4),
            schedule=jump_at(5),
            early_stopping=EarlyStopping(),
        )
    assert history.best_epoch == 1
    assert_close(evaluate(net, test)[0], history.test_loss[0])


def test_early_stopping_needs_data_to_watch():
    with pytest.raises(ValueError, match="early_stopping needs data to watch"):
        fit(initialized(), batches_of(), early_stopping=EarlyStopping())


def test_early_stopping_waits_three_epochs_and_restores_by_default():
    assert EarlyStopping() == EarlyStopping(
        patience=3, min_delta=0.0, restore_best=True
    )


@pytest.mark.parametrize("patience", [0, -1])
def test_a_patience_below_one_is_refused(patience):
    with pytest.raises(ValueError, match=f"1 or more, not {patience}"):
        EarlyStopping(patience=patience)
