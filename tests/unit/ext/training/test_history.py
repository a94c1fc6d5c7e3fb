"""The record of a run: its table, its figure, its line of text."""

from d2l_ext.plotting import subplots
from d2l_ext.training.history import History, plot_history

import matplotlib.pyplot as plt
import pytest


def two_epochs(**options):
    return History(
        train_loss=[2.0, 1.0],
        train_acc=[0.25, 0.5],
        test_loss=[1.5, 1.25],
        test_acc=[0.375, 0.75],
        lr=[0.1, 0.05],
        seconds=[1.0, 2.5],
        step_loss=[2.5, 1.5, 1.25, 0.75],
        **options,
    )


@pytest.mark.parametrize(
    ("accuracy", "epoch"), [(0.1, 1), (0.375, 1), (0.4, 2), (0.75, 2)]
)
def test_epochs_to_is_the_first_epoch_that_is_as_good(accuracy, epoch):
    assert two_epochs().epochs_to(accuracy) == epoch


def test_epochs_to_is_none_if_no_epoch_is_as_good():
    assert two_epochs().epochs_to(0.76) is None
    assert History().epochs_to(0.0) is None


def test_the_table_has_a_row_an_epoch_from_one():
    frame = two_epochs().to_frame()
    assert list(frame.index) == [1, 2]
    assert frame.index.name == "epoch"
    assert list(frame.columns) == [
        *("train_loss", "train_acc", "test_loss", "test_acc"),
        *("lr", "seconds"),
    ]
    assert frame.test_acc[2] == 0.75
    assert frame.lr.tolist() == [0.1, 0.05]


def test_the_table_leaves_out_what_was_not_measured():
    history = two_epochs()
    history.test_loss, history.test_acc = [], []
    columns = ["train_loss", "train_acc", "lr", "seconds"]
    assert list(history.to_frame().columns) == columns


def test_no_epoch_is_an_empty_table():
    frame = History(step_loss=[float("nan")], diverged_at=1).to_frame()
    assert frame.empty
    assert frame.index.name == "epoch"


def curves(ax):
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines}


def test_a_history_plots_itself_by_epoch():
    history = two_epochs()
    _, ax = plt.subplots()
    assert history.plot(ax=ax, title="a run") is ax
    assert curves(ax) == {
        "training loss": history.train_loss,
        "training accuracy": history.train_acc,
        "test accuracy": history.test_acc,
    }
    assert ax.get_xlabel() == "epoch"


def test_a_run_without_an_epoch_is_plotted_by_step():
    history = History(step_loss=[2.0, 9.0], stopped_by="the loss became nan")
    ax = history.plot()
    assert curves(ax) == {"training loss": [2.0, 9.0]}
    assert ax.get_xlabel() == "step"


def test_a_history_is_one_line_of_text():
    assert str(two_epochs()) == (
        "2 epochs in 3.5 s: train loss 1.000, train acc 0.500, test acc 0.750"
    )
    assert str(two_epochs(stopped_by="a reason")).endswith("0.750 (a reason)")


def test_a_run_without_an_epoch_says_why():
    assert str(History()) == "no epoch completed (not trained)"
    history = History(stopped_by="the loss became nan at step 1")
    assert str(history) == "no epoch completed (the loss became nan at step 1)"


def test_histories_share_nothing():
    History().train_loss.append(1.0)
    assert History().num_epochs == 0


# The picture of it.


def draw(ax):
    """Renders the figure, as a notebook does; the locators run only then."""
    ax.figure.canvas.draw()
    return ax


@pytest.fixture
def history():
    return History(
        train_loss=[2.0, 1.0],
        train_acc=[0.5, 0.6],
        test_loss=[2.1, 1.1],
        test_acc=[0.4, 0.5],
        step_loss=[2.2, 1.8, 1.1, 0.9],
    )


def test_a_history_draws_on_the_axes_given(history):
    _, ax = subplots()
    assert history.plot(ax) is plot_history(history, ax=ax) is ax


def test_a_history_without_a_test_set_draws_that_of_training(history):
    history.test_acc, history.test_loss = [], []
    labels = [line.get_label() for line in plot_history(history).lines]
    assert labels == ["training loss", "training accuracy"]


def test_a_history_that_diverged_later_draws_its_epochs(history):
    history.diverged_at, history.stopped_by = 4, "the loss became nan"
    history.step_loss[-1] = float("nan")
    assert len(draw(plot_history(history)).lines) == 3


def test_a_history_that_diverged_at_once_draws_its_steps():
    steps = [2.0, 5.0, float("inf")]
    history = History(
        step_loss=steps, diverged_at=3, stopped_by="the loss became inf"
    )
    ax = draw(plot_history(history))
    (line,) = ax.lines
    assert line.get_ydata().tolist() == steps
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "loss")
    assert ax.get_title() == "the loss became inf"
    assert plot_history(history, title="Mine").get_title() == "Mine"


def test_a_history_that_diverged_at_its_first_step_is_drawn():
    history = History(step_loss=[float("nan")], diverged_at=1)
    assert len(draw(plot_history(history)).lines) == 1


def test_a_history_draws_loss_and_accuracies_by_epoch(history):
    ax = draw(history.plot(title="A run"))
    assert {
        line.get_label(): line.get_ydata().tolist() for line in ax.lines
    } == {
        "training loss": [2, 1],
        "training accuracy": [0.5, 0.6],
        "test accuracy": [0.4, 0.5],
    }
    assert all(line.get_xdata().tolist() == [1, 2] for line in ax.lines)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss, accuracy")
    assert ax.get_title() == "A run"
