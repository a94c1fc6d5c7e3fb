"""What a training run leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


class DivergenceWarning(UserWarning):
    """Says at which step the loss stopped being a number."""


@dataclass
class History:
    """The record of one call of :func:`d2l_ext.fit`.

    Attributes
    ----------
    train_loss, train_acc, test_loss, test_acc : list of float
        One number an epoch: the mean loss and the fraction of right
        predictions. Those of training are averages over the epoch, taken
        while the weights change; those of the test set are taken after it,
        and the lists are empty without one.
    lr : list of float
        The learning rate of the epoch's last step.
    seconds : list of float
        The wall-clock time of each epoch, evaluation included.
    step_loss : list of float
        The mean loss of each mini-batch, in order.
    diverged_at : int or None
        The step (from 1) whose loss was not finite; training stopped there.
    stopped_by : str or None
        Why training ended before its last epoch, if it did.
    best_epoch : int or None
        With early stopping, the epoch (from 1) of the lowest test loss.
    """

    train_loss: list[float] = field(default_factory=list)
    train_acc: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_acc: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    step_loss: list[float] = field(default_factory=list)
    diverged_at: int | None = None
    stopped_by: str | None = None
    best_epoch: int | None = None

    @property
    def num_epochs(self) -> int:
        """The number of epochs that were completed."""
        return len(self.train_loss)

    def epochs_to(self, accuracy: float) -> int | None:
        """Returns the first epoch (from 1) whose test accuracy is as high.

        ``None`` if no epoch reached it.
        """
        for epoch, reached in enumerate(self.test_acc, start=1):
            if reached >= accuracy:
                return epoch
        return None

    def to_frame(self) -> pd.DataFrame:
        """Returns the numbers as a table, one row an epoch (from 1)."""
        import pandas as pd

        columns = [
            *("train_loss", "train_acc", "test_loss", "test_acc"),
            *("lr", "seconds"),
        ]
        data = {
            name: getattr(self, name)
            for name in columns
            if getattr(self, name)
        }
        index = pd.RangeIndex(1, self.num_epochs + 1, name="epoch")
        return pd.DataFrame(data, index=index)

    def plot(
        self, ax: matplotlib.axes.Axes | None = None, **options: Any
    ) -> matplotlib.axes.Axes:
        """Draws loss and accuracy against the epoch.

        See :func:`plot_history`.
        """
        return plot_history(self, ax=ax, **options)

    def __str__(self) -> str:
        if not self.num_epochs:
            return f"no epoch completed ({self.stopped_by or 'not trained'})"
        parts = [
            f"{name.replace('_', ' ')} {values[-1]:.3f}"
            for name in ("train_loss", "train_acc", "test_acc")
            if (values := getattr(self, name))
        ]
        epochs = f"{self.num_epochs} epochs in {sum(self.seconds):.1f} s"
        end = f" ({self.stopped_by})" if self.stopped_by else ""
        return f"{epochs}: {', '.join(parts)}{end}"


def plot_history(
    history: History,
    *,
    ax: matplotlib.axes.Axes | None = None,
    title: str | None = None,
) -> matplotlib.axes.Axes:
    """Draws the loss and the accuracies of a training run by epoch.

    A run that diverged in its first epoch has no epoch to draw: its losses
    are drawn by step then.
    """
    # Imported here: who trains without a figure needs no Matplotlib.
    from d2l_ext.plotting import plot_curves

    if not history.num_epochs:
        return plot_curves(
            {"training loss": history.step_loss},
            xlabel="step",
            ylabel="loss",
            ax=ax,
            title=title or history.stopped_by,
        )
    curves = {
        "training loss": history.train_loss,
        "training accuracy": history.train_acc,
        "test accuracy": history.test_acc,
    }
    return plot_curves(
        {label: values for label, values in curves.items() if values},
        xlabel="epoch",
        ylabel="loss, accuracy",
        ax=ax,
        title=title,
    )
