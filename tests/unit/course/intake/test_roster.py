"""A list of students decides whose a file is."""

from __future__ import annotations

from d2l_course.course import CourseError
from d2l_course.intake.platforms import Named
from d2l_course.intake.roster import read_roster

import pytest

TABLE = """\
ID,Name,Username,Email
s1,"Doe, Jane",jd17,jane.doe@uni.example
s2,Zoë Roe-Smith,zr18,zoe@uni.example
s3,Al Foe,al1,al@uni.example
s4,Al Foe,al2,foe@uni.example
"""


@pytest.fixture
def roster(tmp_path):
    """Returns a function that reads a roster of this text."""

    def read(text=TABLE, encoding="utf-8"):
        path = tmp_path / "students.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path)

    return read


@pytest.mark.parametrize(
    ("name", "students"),
    [
        *((name, ("s1",)) for name in ("s1", "S1", "jd17", "Jane Doe")),
        *((name, ("s1",)) for name in ("Doe_Jane_jd17_4711", "doejane")),
        *((name, ("s1",)) for name in ("jane.doe@uni.example", "jane.doe")),
        ("Jane Doe jd17", ("s1",)),
        *((name, ("s1",)) for name in ("Doe, Jane", "Jane Doe_12345")),
        *((name, ("s2",)) for name in ("zoe roe smith", "Roe-Smith Zoe")),
        *((name, ("s3",)) for name in ("al1", "Al Foe al1")),
        ("Al Foe", ("s3", "s4")),
        *((name, ()) for name in ("Jane", "Roe", "x", "", "4711", "Foe Jo")),
    ],
)
def test_a_student_is_found_by_id_login_address_or_name(
    roster, name, students
):
    assert roster().find(Named(name)) == students


def test_a_login_is_taken_from_where_the_platform_has_it(roster):
    table = TABLE.replace("jd17", "jane")
    named = Named("Smith_Al_jane_4711", login="jane")
    assert roster(table).find(named) == ("s1",)
    assert roster(table).find(Named("jane smith")) == ()


def test_the_platforms_number_may_be_an_id(roster):
    table = TABLE.replace("s1,", "12345,")
    assert roster(table).find(Named("Jane", "12345")) == ("12345",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", ",;\t")
def test_it_is_read_as_spreadsheets_write_it(roster, encoding, delimiter):
    table = "Student ID,First Name,Last_Name\r\ns1,Zoë,Roe\r\n,,\r\n"
    found = roster(table.replace(",", delimiter), encoding)
    assert found.students == ("s1",)
    for name in ("Zoe Roe", "roezoe"):
        assert found.find(Named(name)) == ("s1",)


def test_a_login_or_an_address_may_stand_for_the_id(roster):
    found = roster("Login,Name\njd17,Jane Doe\n")
    assert found.students == ("jd17",)
    found = roster("E-mail;Note\njane.doe@uni.example;x\n")
    assert found.students == ("jane.doe_uni.example",)
    assert found.find(Named("jane.doe")) == found.students


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column id, login or email"),
        ("Name,Points\nJane,2\n", "has no column id, login or email"),
        ("id\ns1\ns1\n", "has s1 twice"),
        ("id,name\n,Jane\n", "student 1: the id ''"),
        ("id\ns1\n../x\n", "student 2: the id '../x' needs letters"),
        ("id\n" + "x" * 200_000, "field larger"),
    ],
)
def test_what_is_wrong_with_it_is_told(roster, text, said):
    with pytest.raises(CourseError, match="--roster") as caught:
        roster(text)
    assert said in str(caught.value)


def test_a_roster_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CourseError, match=r"--roster .* cannot be read"):
        read_roster(tmp_path / "students.csv")
