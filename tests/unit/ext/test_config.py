"""The settings: which values are taken, and what is said of the others."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from d2l_ext import config
from d2l_ext.config import MAX_SEED, read, settings

import pytest


def test_without_a_variable_every_setting_has_its_default():
    now = read({})
    assert (now.ctx, now.seed, now.scale) == ("auto", 0, "quick")
    assert now.data == config.default_cache()
    assert not now.gate


def test_the_default_folder_is_this_packages_own_in_the_users_cache():
    folder = config.default_cache()
    assert folder.is_absolute()
    assert folder.name == "d2l-ext"


@pytest.mark.parametrize(
    ("value", "ctx"),
    [
        ("auto", "auto"),
        ("cpu", "cpu"),
        ("cpu(1)", "cpu(1)"),
        ("gpu", "gpu"),
        ("gpu(12)", "gpu(12)"),
        (" GPU(0) ", "gpu(0)"),
    ],
)
def test_a_context_is_read(value, ctx):
    assert read({"D2L_EXT_CTX": value}).ctx == ctx


@pytest.mark.parametrize(
    "value", ["", "cuda", "cpu1", "cpu(-1)", "cpu(a)", "auto(1)", "gpu(0", "0"]
)
def test_another_context_is_refused_and_the_right_ones_listed(value):
    with pytest.raises(ValueError, match="D2L_EXT_CTX") as refused:
        read({"D2L_EXT_CTX": value})
    assert repr(value) in str(refused.value)
    assert "auto, cpu, cpu(1), gpu, gpu(1)" in str(refused.value)


@pytest.mark.parametrize(
    ("value", "seed"),
    [("0", 0), (" 7 ", 7), ("007", 7), (str(MAX_SEED), 2**31 - 1)],
)
def test_a_seed_is_read(value, seed):
    assert read({"D2L_EXT_SEED": value}).seed == seed


@pytest.mark.parametrize(
    "value", ["", "-1", "1.0", "1e3", "nan", "inf", "zero", str(MAX_SEED + 1)]
)
def test_another_seed_is_refused_and_the_range_given(value):
    with pytest.raises(ValueError, match="D2L_EXT_SEED") as refused:
        read({"D2L_EXT_SEED": value})
    assert repr(value) in str(refused.value)
    assert f"from 0 to {MAX_SEED}" in str(refused.value)


@pytest.mark.parametrize(
    ("value", "scale"),
    [("quick", "quick"), ("full", "full"), (" Full\n", "full")],
)
def test_a_scale_is_read(value, scale):
    now = read({"D2L_EXT_SCALE": value})
    assert now.scale == scale
    assert now.full == (scale == "full")


@pytest.mark.parametrize(
    ("value", "budget"),
    [("short", "short"), ("long", "long"), (" Long\n", "long")],
)
def test_a_budget_is_read(value, budget):
    assert read({"D2L_EXT_BUDGET": value}).budget == budget


def test_a_folder_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read({"D2L_EXT_DATA": "some/folder "}).data == Path("some/folder")
    assert read({"D2L_EXT_DATA": "~/data"}).data == tmp_path / "data"


def test_an_empty_folder_is_the_default():
    assert read({"D2L_EXT_DATA": "  "}).data == config.default_cache()


@pytest.mark.parametrize(
    ("scale", "seed", "recorded"),
    [
        ("quick", "0", True),
        ("quick", "1", False),
        ("full", "0", False),
        ("full", "1", False),
    ],
)
def test_claims_are_tested_at_quick_scale_with_seed_0_alone(
    scale, seed, recorded
):
    chosen = {"D2L_EXT_SCALE": scale, "D2L_EXT_SEED": seed}
    assert read(chosen).recorded is recorded
    assert not read(chosen | {"D2L_EXT_BUDGET": "long"}).recorded


@pytest.mark.parametrize(
    ("value", "gate"), [("on", True), ("off", False), (" On\n", True)]
)
def test_the_gate_is_read(value, gate):
    assert read({"D2L_EXT_GATE": value}).gate is gate


@pytest.mark.parametrize(
    ("variable", "value", "listed"),
    [
        *(
            ("D2L_EXT_SCALE", value, "is not a scale; use one of: quick, full")
            for value in ("", "fast", "quick,full", "1")
        ),
        *(
            ("D2L_EXT_BUDGET", value, "a budget; use one of: short, long")
            for value in ("", "10", "short,long", "tenfold")
        ),
        *(
            ("D2L_EXT_GATE", value, "setting of the gate; use one of: off, on")
            for value in ("", "1", "true", "yes", "on,off")
        ),
    ],
)
def test_another_word_is_refused_and_the_right_ones_listed(
    variable, value, listed
):
    with pytest.raises(ValueError, match=listed) as refused:
        read({variable: value})
    assert str(refused.value).startswith(f"{variable}={value!r} is not a ")


def test_other_variables_are_not_looked_at():
    assert read({"D2L_EXT_SCAL": "huge", "SEED": "x"}) == read({})


def test_settings_come_from_the_environment(with_settings, tmp_path):
    with_settings(ctx="cpu(1)", seed=5, scale="full", data=tmp_path, gate="on")
    asked = config.Settings("cpu(1)", 5, "full", "short", tmp_path, gate=True)
    assert settings() == asked


def test_settings_are_read_once(with_settings, monkeypatch):
    with_settings(seed=5)
    before = settings()
    monkeypatch.setenv("D2L_EXT_SEED", "6")
    assert settings() is before


def test_a_wrong_variable_is_refused_each_time_it_is_asked_for(with_settings):
    with_settings(scale="huge")
    for _ in range(2):
        with pytest.raises(ValueError, match="'huge' is not a scale"):
            settings()


def test_settings_cannot_be_changed_in_passing():
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().seed = 3
