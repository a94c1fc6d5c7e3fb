"""Each rule of the check has a notebook that passes and one that fails."""

from __future__ import annotations

import json
import re
import textwrap

from d2l_ext.evidence.declarations import FIELDS, problems, read

import nbformat
import pytest

from tools.notebooks import COLAB_CELL
from tools.notebooks.__main__ import ROOT, main
from tools.notebooks.check import COURSE_RULES, NOTEBOOK_RULES, check
from tools.notebooks.cleaner import clean
from tools.notebooks.reading import Course

CAPTION = {
    "image": {"alt": "Two curves"},
    "figure": {"caption": "One falls.", "name": "fig-loss"},
}


def code(id, source, *tags, outputs=(), **metadata):
    metadata |= {"tags": list(tags)} if tags else {}
    return nbformat.v4.new_code_cell(
        source, id=id, metadata=metadata, outputs=list(outputs)
    )


def markdown(source):
    return nbformat.v4.new_markdown_cell(source, id="some-text")


def stdout(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


class Project:
    """A small course in a temporary folder."""

    def __init__(self, root):
        self.root = root
        (root / "chapters").mkdir()
        (root / "d2l_ext").mkdir()
        (root / "evidence").mkdir()
        self.write_claims("{}")
        bib = "@article{ioffe2015,\n  year = 2015,\n}\n@book{wu2018, }\n"
        (root / "references.bib").write_text(bib, encoding="utf-8")

    def write_claims(self, text):
        path = self.root / "evidence" / "claims.yml"
        path.write_text(text, encoding="utf-8")

    def write_package(self, source):
        (self.root / "d2l_ext" / "norm.py").write_text(source)

    def write(self, name, *cells):
        first = [
            code("colab-install", COLAB_CELL, "colab", "remove-input"),
            code("imports", "import mxnet as mx"),
        ]
        return self.write_raw(name, *first, *cells)

    def write_raw(self, name, *cells):
        notebook = nbformat.v4.new_notebook() | {"cells": list(cells)}
        path = self.root / "chapters" / f"{name}.ipynb"
        path.write_text(clean(json.dumps(notebook)), encoding="utf-8")
        return path

    def findings(self, files=None):
        course = Course(self.root)
        return [
            f"{found.path.name}:{found.place}: {found.message}"
            for found in check(course, files or course.paths)
        ]


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def one_finding(project, *words):
    """Asserts that there is one finding and that it has the words."""
    findings = project.findings()
    assert len(findings) == 1, findings
    for word in words:
        assert word in findings[0]


def test_a_plain_chapter_has_no_findings(project):
    project.write("one", markdown("# One"), code("look", "%pip list\n1 + 1"))
    assert project.findings() == []


def test_every_rule_is_documented():
    for rule in NOTEBOOK_RULES + COURSE_RULES:
        assert rule.__doc__


# One notebook: is_clean and reading


def test_a_notebook_that_is_not_clean_is_found(project):
    path = project.write("one")
    path.write_text(path.read_text() + "\n")
    one_finding(project, "one.ipynb", "not clean")


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 3}', '{"nbformat": 4}'])
def test_a_file_that_is_no_notebook_is_found(project, text):
    (project.root / "chapters" / "one.ipynb").write_text(text)
    one_finding(project, "one.ipynb", "notebook")


def test_a_file_that_is_missing_is_found(project):
    findings = project.findings([project.root / "two.ipynb"])
    assert findings == ["two.ipynb:: No such file or directory"]


# Ids


@pytest.mark.parametrize("id", ["deadbee1", "Look", "a_b", "a--b", "7up"])
def test_an_id_that_is_not_words_is_found(project, id):
    project.write("one", code(id, "1"))
    one_finding(project, f"one.ipynb:{id}:", "bn-conv-axes")


@pytest.mark.parametrize("id", ["a", "bn-conv-axes", "resnet18-on-digits"])
def test_an_id_of_words_passes(project, id):
    project.write("one", code(id, "1"))
    assert project.findings() == []


def test_an_id_that_two_cells_have_is_found(project):
    project.write("one", code("same", "1"), code("same", "2"))
    assert project.findings() == ["one.ipynb:same: 2 cells have this id"] * 2


# Code


def test_code_that_does_not_parse_is_found(project):
    project.write("one", code("broken", "def f(:"))
    one_finding(project, "one.ipynb:broken:", "not Python")


def test_a_cell_of_26_lines_is_found_and_one_of_25_passes(project):
    lines = "x = 1\n" * 25
    project.write("one", code("long", lines + "y = 2"), code("fits", lines))
    one_finding(project, "one.ipynb:long:", "26 lines")


def test_a_line_of_80_characters_is_found_and_one_of_79_passes(project):
    source = f"#{'x' * 78}\n#{'x' * 79}"
    project.write("one", code("wide", source), markdown("x" * 200))
    one_finding(project, "one.ipynb:wide:", "line 2 has 80 characters")


# Tags and kept outputs


def test_an_unknown_tag_is_found_and_the_known_ones_are_listed(project):
    project.write("one", code("look", "1", "hide-inputs"))
    one_finding(project, "'hide-inputs'", "hide-input,")


def test_a_kept_output_that_nbval_compares_passes(project):
    tags = ("keep_output", "nbval-check-output")
    project.write("one", code("look", "1", *tags, outputs=[stdout("1")]))
    assert project.findings() == []


@pytest.mark.parametrize("tag", ["keep_output", "nbval-check-output"])
def test_one_tag_of_a_kept_output_without_the_other_is_found(project, tag):
    project.write("one", code("look", "1", tag, outputs=[stdout("1")]))
    one_finding(project, "one.ipynb:look:", "go together")


def test_a_kept_output_that_is_not_there_is_found(project):
    project.write(
        "one", code("look", "1", "keep_output", "nbval-check-output")
    )
    one_finding(project, "one.ipynb:look:", "no output")


# The first two cells


def test_a_chapter_without_the_colab_cell_is_found(project):
    project.write_raw("one", markdown("# One"), code("imports", "import os"))
    one_finding(project, "'colab-install' and 'imports'")


def test_a_colab_cell_with_other_code_is_found(project):
    path = project.write("one")
    path.write_text(path.read_text().replace("mxnet==", "mxnet>="))
    assert any("Colab cell" in finding for finding in project.findings())


# Figures


@pytest.mark.parametrize(
    "source",
    [
        "plt.plot(x)",
        "plotting.bars(x)",
        "history.plot()",
        "fit(net).plot()",
        "d2l.plot(x, y)",
        "for x in xs:\n    plt.hist(x)",
    ],
)
def test_a_figure_without_a_description_is_found(project, source):
    project.write("one", code("draw", source))
    findings = project.findings()
    assert [finding.split()[-1] for finding in findings] == [
        "mystnb.image.alt",
        "mystnb.figure.caption",
        "mystnb.figure.name",
    ]


@pytest.mark.parametrize("mystnb", [{"image": {"alt": " "}}, "none"])
def test_a_figure_with_an_empty_description_is_found(project, mystnb):
    project.write("one", code("draw", "plt.plot(x)", mystnb=mystnb))
    assert len(project.findings()) == 3


def test_a_described_figure_passes(project):
    project.write("one", code("draw", "plt.plot(x)", mystnb=CAPTION))
    assert project.findings() == []


def test_a_cell_that_only_defines_a_drawing_function_passes(project):
    source = "def draw(x):\n    plt.plot(x)\n\nplotting.color_of('one')"
    project.write("one", code("define", source))
    assert project.findings() == []


def test_a_cell_tagged_figure_must_describe_it(project):
    project.write("one", code("draw", "draw(x)", "figure"))
    assert len(project.findings()) == 3


def test_an_interactive_figure_takes_alt_and_caption_in_the_call(project):
    source = (
        "figure, axes = plotting.subplots()\n"
        "plotting.interactive(\n"
        "    figure, [plotting.Control('x', [1])], traces,\n"
        "    alt='A slider', caption='It moves'\n"
        ")"
    )
    project.write("one", code("play", source))
    assert project.findings() == []


@pytest.mark.parametrize("missing", ["alt", "caption"])
def test_an_interactive_figure_without_them_is_found(project, missing):
    given = "caption='It moves'" if missing == "alt" else "alt='A slider'"
    project.write("one", code("play", f"plotting.interactive(f, {given})"))
    one_finding(project, "one.ipynb:play:", f"without {missing}=")


@pytest.mark.parametrize(
    "source",
    [
        "![](a.png)",
        "text ![ ](a.png) text",
        '<img src="a.png">',
        '<img src="a.png" alt="">',
        'text <img src="a.png"> text',
        "```{figure} a.png\nA caption\n```",
        "````{note}\n```{image} a.png\n:width: 3em\n```\n````",
    ],
)
def test_an_image_without_alt_text_is_found(project, source):
    project.write("one", markdown(source))
    one_finding(project, "one.ipynb:some-text:", "a.png", "alt text")


@pytest.mark.parametrize(
    "source",
    [
        "![A cat](a.png)",
        '<img src="a.png" alt="A cat">',
        "```{figure} a.png\n:alt: A cat\n\nA caption\n```",
        "```{image} a.png\n---\nalt: A cat\n---\n```",
        "`![](a.png)`",
    ],
)
def test_an_image_with_alt_text_passes(project, source):
    project.write("one", markdown(source))
    assert project.findings() == []


# Claims

CLAIM = """
faster:
  chapter: one
  statement: It is faster.
  source: ioffe2015
  kind: effect
  metric: {name: epochs saved, unit: percent, direction: higher}
  margin: 10
"""


def test_a_claim_declared_once_and_used_once_passes(project):
    project.write_claims(CLAIM)
    project.write("one", code("claim-faster", "claim('faster', a < b)"))
    assert project.findings() == []


def test_a_claim_that_no_notebook_uses_is_found(project):
    project.write_claims(CLAIM)
    project.write("one")
    one_finding(project, "claims.yml:faster:", "no notebook uses")


def test_a_claim_that_is_used_twice_is_found(project):
    project.write_claims(CLAIM)
    use = "d2l_ext.claim('faster', a < b)"
    project.write("one", code("claim-faster", use), code("again", use))
    one_finding(project, "one.ipynb:again:", "more than once")


def test_a_claim_that_another_chapter_uses_is_found(project):
    project.write_claims(CLAIM)
    project.write("one")
    project.write("two", code("claim-faster", "claim('faster', True)"))
    one_finding(project, "two.ipynb:claim-faster:", "belongs to chapter 'one'")


def test_a_claim_that_is_not_declared_is_found(project):
    project.write("one", code("claim-slower", "claim('slower', True)"))
    one_finding(project, "'slower' is not declared")


@pytest.mark.parametrize("call", ["claim()", "claim(name, True)", "claim(3)"])
def test_a_claim_whose_id_is_not_written_out_is_found(project, call):
    project.write("one", code("claim-faster", call))
    one_finding(project, "id in quotes")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (CLAIM + CLAIM, "declared twice"),
        (CLAIM.replace("  margin", "  chapter: one\n  margin"), "twice"),
        ("[", "cannot be read"),
        ("- faster", "not a mapping"),
    ],
)
def test_a_claims_file_that_cannot_be_read_is_found(project, wrong, message):
    project.write_claims(wrong)
    project.write("one")
    one_finding(project, "claims.yml::", message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("margin", "author: me\n  margin"), "unknown field 'author'"),
        (("margin", "verdict: holds\n  margin"), "unknown field 'verdict'"),
        (("margin", "arms: one\n  margin"), "'arms' is not a list of texts"),
        (("  statement: It is faster.\n", ""), "'statement' is missing"),
        (("It is faster.", "3"), "'statement' is not text"),
        (("effect", "efect"), "unknown kind 'efect'; use one of: exact,"),
        (("  margin: 10\n", ""), "an effect needs a margin"),
        (("ioffe2015", "iofe2015"), "did you mean ioffe2015?"),
    ],
)
def test_a_wrong_declaration_is_found(project, change, message):
    project.write_claims(CLAIM.replace(*change))
    project.write("one", code("claim-faster", "claim('faster', True)"))
    one_finding(project, "claims.yml:faster:", message)


def test_the_example_for_authors_is_a_claim():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    records = read(textwrap.dedent(example))
    citations = Course(ROOT).citations
    assert len(records) == 1
    assert list(problems(records, citations=citations)) == []
    assert next(iter(records.values())).keys() == set(FIELDS)


def test_a_claim_of_a_chapter_that_does_not_exist_is_found(project):
    project.write_claims(CLAIM.replace("one", "three"))
    project.write("one", code("claim-faster", "claim('faster', True)"))
    findings = project.findings()
    assert "claims.yml:faster: there is no chapter 'three'" in findings


# Names


def test_a_function_defined_in_two_chapters_is_found_in_both(project):
    project.write("one", code("define", "def mean(x): return x"))
    project.write("two", code("define", "class mean: pass"))
    findings = project.findings()
    assert len(findings) == 2
    assert "two.ipynb, too; move it to d2l_ext" in findings[0]


def test_a_variable_of_two_chapters_passes(project):
    project.write("one", code("define", "net = 1"))
    project.write("two", code("define", "net = 2"))
    assert project.findings() == []


def test_a_function_that_the_package_has_is_found(project):
    project.write_package("def mean(x): ...\ndef _mean(x): ...")
    project.write(
        "one",
        code("define", "def mean(x): ..."),
        code("own", "def _mean(): 1"),
    )
    one_finding(project, "one.ipynb:define:", "d2l_ext.norm, too")


def test_a_teaching_definition_that_is_compared_passes(project):
    project.write_package("def mean(x): ...")
    project.write(
        "one",
        code("define", "def mean(x): ...", "teaching-definition"),
        code("compare", "mean(x) == norm.mean(x)", "compares-definition"),
    )
    assert project.findings() == []


def test_a_teaching_definition_that_is_not_compared_is_found(project):
    project.write_package("def mean(x): ...")
    project.write(
        "one",
        code("define", "def mean(x): ...", "teaching-definition"),
        code("compare", "median(x)", "compares-definition"),
    )
    one_finding(project, "one.ipynb:define:", "not compared")


def test_a_teaching_definition_of_an_unknown_name_is_found(project):
    project.write("one", code("define", "def f(): ...", "teaching-definition"))
    one_finding(project, "no such name")


# Which files, and the command


def test_a_check_of_one_file_still_sees_the_whole_course(project):
    one = project.write("one", code("define", "def mean(x): ..."))
    project.write("two", code("define", "def mean(x): ...", "unheard-of"))
    findings = project.findings([one])
    assert len(findings) == 2
    assert not any("unheard-of" in finding for finding in findings)


def test_the_command_prints_findings_and_fails(project, capsys):
    path = project.write("one", code("Look", "1"))
    assert main(["check"], project.root) == 1
    assert f"{path}:Look: the id" in capsys.readouterr().out


def test_a_finding_names_a_file_below_here_by_its_relative_path(
    project, monkeypatch, capsys
):
    project.write("one", code("Look", "1"))
    monkeypatch.chdir(project.root)
    assert main(["check", "chapters/one.ipynb"], project.root) == 1
    assert capsys.readouterr().out.startswith("chapters/one.ipynb:Look: ")


def test_an_unreadable_file_is_found_once(project, monkeypatch, capsys):
    (project.root / "chapters" / "one.ipynb").write_text("{")
    monkeypatch.chdir(project.root)
    assert main(["check", "chapters/one.ipynb"], project.root) == 1
    assert capsys.readouterr().out.count("not a notebook") == 1


def test_the_command_cleans_and_then_passes(project, capsys):
    path = project.write("one")
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4))
    assert main(["clean"], project.root) == 0
    assert capsys.readouterr().out == f"cleaned {path}\n"
    assert main(["check"], project.root) == 0
    assert main(["clean", str(path)], project.root) == 0
    assert "cleaned" not in capsys.readouterr().out


def test_the_command_says_which_file_it_could_not_clean(project):
    path = project.root / "chapters" / "one.ipynb"
    path.write_text("{")
    with pytest.raises(SystemExit, match=r"one\.ipynb: is not a notebook"):
        main(["clean"], project.root)
    assert path.read_text() == "{"


def test_the_command_looks_at_this_checkout():
    assert (ROOT / "d2l_ext").is_dir()
