"""Callbacks do nothing unless overridden; early stopping has limits."""

from d2l_ext.callbacks import Callback, EarlyStopping
from d2l_ext.history import History

import pytest


def test_a_callback_overrides_only_what_it_needs():
    class OnlyEpochs(Callback):
        seen = None

        def on_epoch(self, epoch, net, history):
            self.seen = epoch

    callback = OnlyEpochs()
    callback.on_step(1, None)
    callback.on_epoch(2, None, History())
    assert callback.seen == 2


def test_early_stopping_waits_three_epochs_and_restores_by_default():
    assert EarlyStopping() == EarlyStopping(
        patience=3, min_delta=0.0, restore_best=True
    )


@pytest.mark.parametrize("patience", [0, -1])
def test_a_patience_below_one_is_refused(patience):
    with pytest.raises(ValueError, match=f"1 or more, not {patience}"):
        EarlyStopping(patience=patience)
