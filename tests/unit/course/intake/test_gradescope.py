"""Gradescope's list says who handed in what its numbered folders have."""

from __future__ import annotations

from d2l_course.intake.gradescope import read_list
from d2l_course.intake.notebooks import Unreadable

import pytest

pytest.importorskip("yaml")

LISTED = b"""\
submission_4567:
  :submitters:
  - :name: Jane Doe
    :sid: '0042'
    :email: jane@example.org
  :created_at: 2026-11-05 10:30:00.861687000 Z
  :score: 2.0
  :results:
    tests:
    - name: 'one: two'
      output: |-
        submission_4568:
          :submitters: []
  :history:
  - :id: 1
    :created_at: 2026-11-04 10:30:00.000000000 Z
submission_4568:
  :submitters:
  - :name: Zoe Roe
    :sid: 43
  - :email: bob@example.org
submission_4569:
  :submitters: []
"""


def test_a_folder_has_one_student_or_a_group():
    found = read_list(LISTED)
    assert set(found) == {"submission_4567", "submission_4568"}
    (jane,), (zoe, bob) = found.values()
    assert jane.id == "Jane_Doe_0042"
    assert (jane.date, zoe.date) == ("20261105103000", "")
    assert jane.sure == ("jane@example.org", "0042")
    assert (zoe.id, bob.id) == (
        "Zoe_Roe_43",
        "bob_example.org_bob_example.org",
    )


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-05 10:30:00 Z", "20261105103000"),
        ("2026-11-05 10:30:00.5 -07:00", "20261105173000"),
        ("2026-11-05T10:30:00+0100", "20261105093000"),
        ("2026-11-05 10:30:00", "20261105103000"),
        ("2026-13-05 10:30:00 Z", ""),
        ("0001-01-01 00:00:00 +23:59", ""),
        ("yesterday", ""),
        ("[]", ""),
    ],
)
def test_times_are_those_of_one_zone(text, date):
    listed = f"s:\n  :submitters:\n  - :name: Jo\n  :created_at: {text}\n"
    ((one,),) = read_list(listed.encode()).values()
    assert one.date == date


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"- a",
        b"a: b: c",
        b"[" * 100_000,
        b"{a: " * 100_000,
        b"a: &a [*a, *a]\n<<: *b: c",
        b"a: 'x",
        b"\xff\xfe\x00\xd8",
        bytes(9 << 20),
    ],
)
def test_what_is_no_list_is_told(data):
    with pytest.raises(Unreadable, match="is "):
        read_list(data)


@pytest.mark.parametrize(
    "about",
    [
        "!!python/object/apply:os.system [exit]",
        "!ruby/object:Gem {}",
        "':submitters': [[x], x, {':name': [x]}, {':sid': {a: b}}]",
        "{':submitters': {':name': x}, ? [a] : b, ? {a: b} : c}",
        "{':submitters': [{':name': '../..'}, {':name': '\U0001f600'}]}",
        "&a {':submitters': *a}",
    ],
)
def test_a_list_may_say_anything(about):
    beside = "\njane:\n  :submitters:\n  - :name: Jane\n"
    indented = about.replace("\n", "\n  ")
    found = read_list(f"x:\n  {indented}{beside}".encode())
    assert [one.id for one in found["jane"]] == ["Jane"]
    assert set(found) == {"jane"}
