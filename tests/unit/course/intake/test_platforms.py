"""All names together tell whose each file is, on whatever platform."""

from __future__ import annotations

from pathlib import PurePosixPath

from d2l_course.intake.archives import Place
from d2l_course.intake.platforms import TABLE, Names

import pytest

EXERCISES = ("axes", "conv-axes", "running-average")
FILE = "conv-axes.ipynb"
MOODLE = "Jane Doe_12345_assignsubmission_file_"
BLACKBOARD = "HW 1_jdoe_attempt_2024-11-05-10-30-00_conv axes.ipynb"
BRIGHTSPACE = "155012-90210 - Jane Doe - Nov 5, 2024 1030 AM"


def place(text):
    """Returns the place of a file; the first zip in it is a student's."""
    path = PurePosixPath(text)
    for number, part in enumerate(path.parts, start=1):
        if part.lower().endswith(".zip"):
            return Place(path, PurePosixPath(*path.parts[:number]), True)
    return Place(path, path)


def named(*texts, **options):
    """Returns whom each path names first; None if nobody."""
    names = Names(map(place, texts), EXERCISES, "week-3", **options)
    found = [names.whose(place(text)) for text in texts]
    return [some[0] if some else None for some in found]


def students(*texts, **options):
    return [one and one.id for one in named(*texts, **options)]


#: What each platform makes of Jane's and Zoe's files, and the ids of both.
CLASSES = {
    "Moodle": (
        (f"{MOODLE}/{FILE}", f"Zoe Roe_6_assignsubmission_file_/{FILE}"),
        ("Jane_Doe_12345", "Zoe_Roe_6"),
    ),
    "Moodle, flat": (
        (f"{MOODLE}{FILE}", f"Zoe Roe_6_assignsubmission_file_{FILE}"),
        ("Jane_Doe_12345", "Zoe_Roe_6"),
    ),
    "Moodle 4, zips": (
        (
            f"Jane Doe_12_assignsubmission_file/hw.zip/{FILE}",
            f"Zoe Roe_6_assignsubmission_file/hw.zip/{FILE}",
        ),
        ("Jane_Doe_12", "Zoe_Roe_6"),
    ),
    "Canvas": (
        (f"doejane_12_67_{FILE}", "roezoe_LATE_13_68_conv-axes-1.ipynb"),
        ("doejane_12", "roezoe_13"),
    ),
    "Canvas, zips": (
        (f"doejane_12_67_hw.zip/{FILE}", f"roezoe_13_68_hw-1.zip/{FILE}"),
        ("doejane_12", "roezoe_13"),
    ),
    "Blackboard": (
        (BLACKBOARD, BLACKBOARD.replace("jdoe", "zroe")),
        ("jdoe", "zroe"),
    ),
    "Blackboard, underscores": (
        (
            BLACKBOARD.replace("jdoe", "j_doe"),
            BLACKBOARD.replace("jdoe", "z_doe"),
        ),
        ("j_doe", "z_doe"),
    ),
    "Blackboard, a title like Canvas's": (
        (f"HW_1_2_{BLACKBOARD[5:]}", f"HW_1_2_z{BLACKBOARD[6:]}"),
        ("jdoe", "zdoe"),
    ),
    "Brightspace": (
        (
            f"{BRIGHTSPACE}/{FILE}",
            f"155013-90210 - Zoe Roe - Nov 12, 2024 930 PM/{FILE}",
        ),
        ("Jane_Doe_155012", "Zoe_Roe_155013"),
    ),
    "Brightspace, flat": (
        (
            f"{BRIGHTSPACE} - {FILE}",
            f"155013-90210 - Zoe Roe - 12 November, 2024 2130 - {FILE}",
        ),
        ("Jane_Doe_155012", "Zoe_Roe_155013"),
    ),
    "ILIAS": (
        (
            f"Week_3/Submissions/Doe_Jane_jdoe_4711/20241105103000_{FILE}",
            f"Week_3/Submissions/Roe_Zoe_zroe_4712/20241105104500_{FILE}",
        ),
        ("Doe_Jane_jdoe_4711", "Roe_Zoe_zroe_4712"),
    ),
    "ILIAS in German": (
        (
            f"Woche_3/Abgaben/Doe_Jane_jdoe_4711/{FILE}",
            f"Woche_3/Abgaben/Roe_Zoe_zroe_4712/{FILE}",
        ),
        ("Doe_Jane_jdoe_4711", "Roe_Zoe_zroe_4712"),
    ),
    "Google Classroom": (
        (f"Jane Doe - {FILE}", "Copy of Zoe Roe - conv-axes (1).ipynb"),
        ("Jane_Doe", "Zoe_Roe"),
    ),
    "Google Drive": (
        ("Jane Doe - Untitled7.ipynb", f"Zoe Roe - {FILE}"),
        ("Jane_Doe", "Zoe_Roe"),
    ),
    "Google Forms": (
        ("conv-axes - Jane Doe.ipynb", "conv-axes (1) - Zoe Roe.ipynb"),
        ("Jane_Doe", "Zoe_Roe"),
    ),
    "Teams": (
        (
            f"Submitted files/Jane Doe/Week 3/Version 2/{FILE}",
            f"Submitted files/Zoe Roe/Week 3/{FILE}",
        ),
        ("Jane_Doe", "Zoe_Roe"),
    ),
    "Teams, a selection": (
        (
            f"Jane Doe/Week 3/Version 2/{FILE}",
            f"Zoe Roe/Week 3/Version 1/{FILE}",
        ),
        ("Jane_Doe", "Zoe_Roe"),
    ),
    "Gradescope": (
        (
            f"assignment_8_export/submission_4567/{FILE}",
            f"assignment_8_export/submission_4568/{FILE}",
        ),
        ("submission_4567", "submission_4568"),
    ),
    "plain folders": (
        (f"jane/hw/{FILE}", f"zoe/{FILE}"),
        ("jane", "zoe"),
    ),
    "plain zips": (
        (f"jane.zip/{FILE}", f"Zoe.ZIP/hw/{FILE}"),
        ("jane", "Zoe"),
    ),
    "plain files": (
        ("conv-axes_jane.ipynb", "zoe-Conv Axes.ipynb.txt"),
        ("jane", "zoe"),
    ),
    "plain numbers": (
        (f"12345678/{FILE}", f"20241105/{FILE}"),
        ("12345678", "20241105"),
    ),
}


@pytest.mark.parametrize("around", ["", "Week 3/", "hw 1/Week 3/"])
@pytest.mark.parametrize(("texts", "ids"), CLASSES.values(), ids=CLASSES)
def test_a_class_is_recognized_however_deep_it_lies(texts, ids, around):
    texts = [around + text for text in texts]
    assert students(*texts) == list(ids)
    # What lies beside them is nobody's, and changes nothing.
    beside = [f"{around}grades.csv", f"{around}conv-axes.ipynb", "list.html"]
    assert students(*beside, *texts) == [None] * 3 + list(ids)


@pytest.mark.parametrize(("texts", "ids"), CLASSES.values(), ids=CLASSES)
def test_a_single_late_file_is_recognized_as_with_the_others(texts, ids):
    alone = students(texts[0])
    # Only with others is it seen that a name may have a "_" in it, or that a
    # title looks like a name.
    assert alone in ([ids[0]], ["doe"], ["HW_1"])


def test_each_row_of_the_table_is_tried():
    found = {one.why for texts, _ in CLASSES.values() for one in named(*texts)}
    assert {row.platform for row in TABLE} <= found


@pytest.mark.parametrize(
    ("text", "date", "attempt"),
    [
        (BLACKBOARD, "20241105103000", 0),
        (f"{BRIGHTSPACE}/{FILE}", "20241105103000", 0),
        (f"{BRIGHTSPACE[:-7]}930 PM - {FILE}", "20241105213000", 0),
        (f"1-2 - Jane - 5 Nov, 2024 1030/{FILE}", "20241105103000", 0),
        (f"1-2 - Jane - 5 Maj, 2024 1030/{FILE}", "", 0),
        (f"Submissions/D_J_j_1/20241105103000_{FILE}", "20241105103000", 0),
        (f"D_J_j_1/20241105103000_{FILE}", "20241105103000", 0),
        (f"Submitted files/Jane/Week 3/Version 12/{FILE}", "", 12),
        (f"doejane_12_67_{FILE}", "", 67),
    ],
)
def test_platforms_tell_which_attempt_it_is(text, date, attempt):
    (one,) = named(text)
    assert (one.date, one.attempt) == (date, attempt)


def test_a_working_file_of_teams_is_a_draft():
    kinds = ("Working", "Submitted")
    texts = [f"{kind} files/Jane/Week 3/{FILE}" for kind in kinds]
    drafts = [one.draft for one in named(*texts)]
    assert drafts == [True, False]


@pytest.mark.parametrize(
    "texts",
    [
        [BLACKBOARD, BLACKBOARD.replace("11-05", "11-06")],
        [f"{BRIGHTSPACE}/{FILE}", f"{BRIGHTSPACE[:-4]}45 AM/{FILE}"],
        [f"jane_{FILE[:-6]}_2024-11-0{n}.ipynb" for n in (5, 6)],
        [f"jane 2024-11-0{n} 10:30:00.zip/{FILE}" for n in (5, 6)],
        [f"jane/{FILE}", f"jane (1)/{FILE}"],
        [f"jane.zip/{FILE}", f"jane (1).zip/{FILE}", f"jane.zip.zip/{FILE}"],
        [f"jane/Version {n}/{FILE}" for n in (1, 2)],
        [f"Jane{accent}/{FILE}" for accent in ("\xe9", "e\u0301")],
    ],
)
def test_a_date_or_a_copy_makes_no_second_student(texts):
    other = texts[0].replace("jdoe", "zoe").replace("Doe", "Roe")
    other = other.replace("jane", "zoe").replace("Jane", "Zoe")
    *ids, zoe = students(*texts, other)
    assert len(set(ids)) == 1
    assert zoe not in ids


def test_two_students_of_one_name_stay_two():
    texts = [f"doej_{n}_9_axes.ipynb" for n in (1, 2)]
    assert len(set(students(*texts))) == 2


def test_one_notebook_among_zips_is_its_owners_and_no_more():
    zips = [f"jane.zip/{FILE}", f"zoe.zip/{FILE}"]
    assert students(*zips, "bob_conv-axes.ipynb") == ["jane", "zoe", "bob"]
    assert students(*zips, FILE) == ["jane", "zoe", None]
    around = [f"hw/{text}" for text in zips]
    assert students(*around, "hw/bob_conv-axes.ipynb")[2] == "bob"
    assert students(*around, FILE) == ["jane", "zoe", None]


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (f"mallory.zip/jane/{FILE}", "mallory"),
        (f"mallory.zip/jane.zip/{FILE}", "mallory"),
        (f"mallory_1_2_my.zip/{MOODLE}/{FILE}", "mallory_1"),
        (f"mallory_1_2_{BLACKBOARD}", "mallory_1"),
        (f"Mal_1_assignsubmission_file_{MOODLE}axes.ipynb", "Mal_1"),
        (f"Mal_1_assignsubmission_file_/jane_1_2_{FILE}", "Mal_1"),
    ],
)
def test_what_a_student_names_makes_nobody_else_of_him(text, student):
    texts = [text, text.replace(FILE, f"b/{FILE}")]
    assert students(*texts) == [student] * 2
    beside = [f"zoe/{FILE}", f"bob/{FILE}"]
    assert students(text, *beside) == [student, "zoe", "bob"]


def test_a_folder_with_folders_of_names_is_a_students_beside_others():
    inside = [f"mallory/{name}/{FILE}" for name in ("jane", "zoe")]
    assert set(students(*inside, f"bob/{FILE}")) == {"mallory", "bob"}
    assert set(students(*inside, students={"mallory"})) == {"mallory"}
    flat = [f"mallory/{name}_{FILE}" for name in ("jane", "zoe")]
    assert set(students(*flat, students={"mallory"})) == {"mallory"}


@pytest.mark.parametrize(
    "text",
    [
        *("conv-axes.ipynb", "Copy of conv-axes (2).ipynb"),
        *("conv-axes-Copy1.ipynb", "conv-axes_copy.ipynb"),
        *("conv-axes.ipynb.txt", "conv-axes_2024-11-05.ipynb"),
        *("conv-axes_2024_11_05.ipynb", "conv-axes_v2_final.ipynb"),
        *("conv-axes-1.ipynb", "week-3/conv-axes.ipynb", "Untitled.ipynb"),
        *("conv-axes/week 3.ipynb", "conv-axes.zip/jane/x.ipynb"),
    ],
)
def test_what_programs_add_to_names_is_no_student(text):
    assert students(text) == [None]


def test_one_students_exercises_are_no_students():
    texts = [f"jane/{name}/x.ipynb" for name in EXERCISES]
    assert students(*texts) == ["jane"] * 3


def test_the_roster_tells_how_deep_the_students_are():
    text = f"hw 1/group a/jane/{FILE}"
    found = students(text, in_roster=lambda one: one.name == "jane")
    assert found == ["jane"]
