"""Values cross the wire unchanged, and nothing else crosses it."""

from __future__ import annotations

import json
import time

from d2l_course.sandbox.inside import wire
from d2l_course.sandbox.inside.wire import Garbled, decode, encode, loads

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

KINDS = st.sampled_from(["?", "u1", "i2", "i8", "f2", "f4", "f8", ">f8"])
ARRAYS = KINDS.flatmap(
    lambda kind: st_numpy.arrays(
        kind, st_numpy.array_shapes(min_dims=1, max_dims=4, min_side=0)
    )
)


def sent(value):
    line = json.dumps({"value": encode(value)}).encode()
    return decode(loads(line)["value"])


@given(array=ARRAYS)
def test_arrays_arrive_to_the_last_bit(array):
    got = sent(array)
    assert got.shape == array.shape
    assert got.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(got, array)


@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.floats(allow_nan=False)
        | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
        ),
        max_leaves=5,
    ).filter(lambda value: depth(value) <= 3)
)
def test_plain_values_arrive(value):
    got = sent(value)
    assert got == value
    assert type(got) is type(value)


def depth(value):
    if isinstance(value, (list, tuple)):
        return 1 + max(map(depth, value), default=0)
    return 0


def test_scalars_become_numbers():
    got = sent((np.float32(1.5), np.array(2), np.bool_(True), float("inf")))
    assert got == (1.5, 2, True, float("inf"))
    assert [type(one) for one in got] == [float, int, bool, float]
    assert np.isnan(sent(np.nan))


def test_subclasses_become_arrays():
    got = sent(np.ma.masked_array([1.0, 2.0], [True, False]))
    assert type(got) is np.ndarray


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        ({1: 2}, "dict"),
        (1j, "complex"),
        (b"x", "bytes"),
        (10**60, "int"),
    ],
)
def test_what_is_no_value_is_named(value, name):
    got = sent(value)
    assert type(got).__name__ == name
    assert repr(got) == f"<{name}>"


@pytest.mark.parametrize(
    ("dtype", "items"),
    [
        (object, "objects"),
        (complex, "complex numbers"),
        ("U3", "texts"),
        ("S3", "byte strings"),
        ("M8[s]", "dates"),
        ("m8[s]", "durations"),
        ("V2", "records"),
    ],
)
def test_of_other_arrays_it_is_known_what_they_are(dtype, items):
    got = sent(np.zeros((2, 3), dtype))
    assert repr(got) == f"<array of {items} of shape (2, 3)>"


def test_nothing_that_is_read_comes_from_memory_that_nobody_filled(
    monkeypatch,
):
    def empty(*_, **__):
        raise AssertionError("it is not filled")

    monkeypatch.setattr(wire.np, "empty", empty)
    monkeypatch.setattr(wire.np, "empty_like", empty)
    for kind in wire._ITEMS:
        got = decode({"kind": kind, "shape": [3]})
        assert isinstance(got, wire.Other)
    decode({"objects": [1, None, {"list": []}]})


@pytest.mark.parametrize("items", [["a", "b"], [1.5, None], [np.ones(2), 3]])
def test_an_array_of_objects_holds_what_was_in_it(items):
    array = np.full(len(items), None, object)
    array[:] = items
    got = sent(array)
    assert got.dtype == object
    for one, other in zip(got, items, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_array_of_texts_may_stand_for_a_tuple_of_them():
    assert tuple(sent(np.array(["mean", "var"]))) == ("mean", "var")


@pytest.mark.parametrize(
    "value",
    [np.array(1j), np.array("x"), np.datetime64("2020"), np.void(b"a")],
)
def test_what_is_one_thing_for_numpy_is_its_item(value):
    plain = value.item()
    got = sent(value)
    assert got == plain or repr(got) == f"<{type(plain).__name__}>"


def test_longer_numbers_are_rounded():
    assert sent(np.longdouble(1.5)) == 1.5
    assert sent(np.full(2, 1.5, np.longdouble)).tolist() == [1.5, 1.5]


def nested(depth):
    return [nested(depth - 1)] if depth else []


ENDLESS = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (nested(4), "nested more than 4 deep"),
        (ENDLESS, "nested more than 4 deep"),
        ([0] * 1001, "a list of more than 1000"),
        (np.zeros((1,) * 7), "of more than 6 axes"),
        ("x" * (1 << 20), "of more than 1 MB"),
        ("é" * 300_000, "of more than 1 MB"),
        ([[0.1] * 1000] * 1000, "of more than 1 MB"),
        ([np.zeros(60_000)] * 3, "of more than 1 MB"),
        (np.zeros((0, 1 << 31), "u1"), "of more than 1 MB"),
    ],
)
def test_what_is_too_large_is_told_and_no_tampering(value, said):
    assert said in repr(sent(value))


def test_of_a_large_array_the_shape_is_known():
    got = sent(np.zeros((1000, 1000)))
    assert repr(got) == "<array of numbers of shape (1000, 1000)>"


@given(
    value=st.recursive(
        st.text(max_size=200) | st.integers() | st.binary() | ARRAYS,
        lambda inner: st.lists(inner, max_size=30) | st.tuples(inner, inner),
        max_leaves=200,
    )
)
def test_whatever_is_returned_can_be_said(value):
    line = json.dumps(encode(value))
    assert len(line) <= wire.MOST_BYTES
    decode(json.loads(line))


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"pickle": "x"},
        {"tuple": 7},
        {"tuple": [], "list": []},
        {"tuple": [0] * 1001},
        {"list": [{"list": [{"list": [{"list": [{"list": []}]}]}]}]},
        {"array": "", "dtype": "<f8", "shape": [1]},
        {"array": "AAAA", "dtype": "<f8", "shape": [1]},
        {"array": "????", "dtype": "|u1", "shape": [3]},
        {"array": 7, "dtype": "|u1", "shape": [3]},
        {"array": "AAAA", "dtype": "O", "shape": [3]},
        {"array": "AAAA", "dtype": ["|u1"], "shape": [3]},
        {"array": "AAAA", "dtype": "|u1", "shape": [-3]},
        {"array": "AAAA", "dtype": "|u1", "shape": [3, True]},
        {"array": "AAAA", "dtype": "|u1", "shape": [3.0]},
        {"array": "AAAA", "dtype": "|u1", "shape": "3"},
        {"array": "AAAA", "dtype": "|u1", "shape": []},
        {"array": "", "dtype": "|u1", "shape": [0] * 7},
        {"array": "", "dtype": "|u1", "shape": [0, 2**40]},
        {"array": "AgIC", "dtype": "|b1", "shape": [3]},
        {"kind": "O", "shape": [2**40]},
        {"kind": "T", "shape": [1]},
        {"kind": "c", "shape": []},
        {"large": "x"},
        {"large": []},
        {"objects": 7},
        {"objects": [{"pickle": "x"}]},
        {"kind": ["O"], "shape": [1]},
        {"other": 7},
    ],
)
def test_what_nobody_encodes_is_garbled(data):
    with pytest.raises(Garbled):
        decode(data)


@pytest.mark.parametrize(
    "line", [b"", b"x", b"7", b"[]", b"[" * 100_000, b"\xff", b'{"a": 1} x']
)
def test_what_is_no_message_is_garbled(line):
    with pytest.raises(Garbled):
        loads(line)


@pytest.mark.parametrize("digits", [41, 1_000_000])
def test_a_number_of_many_digits_takes_no_time(digits):
    start = time.monotonic()
    with pytest.raises(Garbled):
        loads(b'{"a": ' + b"7" * digits + b"}")
    assert time.monotonic() - start < 1


def test_the_name_of_a_type_is_short_and_harmless():
    got = decode({"other": "x" * 1000})
    assert len(type(got).__name__) == 40
    assert isinstance(decode({"other": ""}), wire.Other)


@pytest.mark.parametrize(
    "name", ["a\0b", "\ud800", "", "a b", "import\n", "n" * 100]
)
def test_any_name_of_a_type_can_be_read(name):
    assert isinstance(decode({"other": name}), wire.Other)
