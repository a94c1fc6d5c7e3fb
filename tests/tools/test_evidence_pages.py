"""The pages of the evidence: the table, the score and the surprises."""

from __future__ import annotations

import io
import re

from d2l_ext.evidence import declarations as declared
from d2l_ext.evidence.bars import UNMEASURED
from d2l_ext.evidence.declarations import VERDICTS, declarations
from d2l_ext.evidence.published import published

import made_up_evidence
import pytest
import yaml
from parsed_html import Parsed
from sphinx.application import Sphinx

from tools import evidence_pages
from tools.evidence_pages import summary
from tools.evidence_pages.entries import Entry, Link, counted
from tools.evidence_pages.table import ABOUT_ARM, ABOUT_CLAIM, table

CLAIMS = yaml.safe_load(declared.CLAIMS_FILE.read_text(encoding="utf-8"))
PAGE = "evidence.html"


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """The folder with evidence for each claim of the book."""
    folder = tmp_path_factory.mktemp("evidence")
    made_up_evidence.write(folder, made_up_evidence.for_all(CLAIMS))
    return folder


@pytest.fixture(scope="module")
def entries(made_up):
    return entries_of(published(made_up / "verdicts.json"))


def entries_of(found):
    return [
        Entry(
            *(name, declaration, found.get(name)),
            Link(declaration.chapter, f"c.html#claim-{name}"),
            declaration.source and Link(declaration.source, "b.html#1"),
        )
        for name, declaration in declarations().items()
    ]


class TestTable:
    def test_each_claim_has_a_body_with_its_anchor_and_links(self, entries):
        page = Parsed(table(entries, PAGE))
        ids = [a["id"] for a in page.with_("tbody")]
        assert ids == [f"evidence-{name}" for name in declarations()]
        links = {a["href"] for a in page.with_("a")}
        assert {f"c.html#claim-{name}" for name in declarations()} <= links
        assert "b.html#1" in links

    def test_each_row_is_as_wide_as_the_table(self, entries):
        columns = len(ABOUT_CLAIM) + len(ABOUT_ARM)
        source = table(entries, PAGE)
        for body in re.findall(r"<tbody.*?</tbody>", source, re.DOTALL):
            below = 0
            for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
                width, starts = below, 0
                for cell in re.findall(r"<t[hd] [^>]*>", row):
                    span = re.search(r'colspan="(\d+)"', cell)
                    width += int(span.group(1)) if span else 1
                    rows = re.search(r'rowspan="(\d+)"', cell)
                    if rows and int(rows.group(1)) > 1:
                        starts += 1
                        last = int(rows.group(1))
                if starts:
                    below, left = starts, last
                if below:
                    left -= 1
                    below = below if left else 0
                assert width == columns, body

    def test_it_shows_numbers_bars_and_seeds_of_each_arm(self, entries):
        source = table(entries, PAGE)
        page = Parsed(source)
        arms = [
            arm
            for entry in entries
            if entry.evidence and entry.declaration.margin is not None
            for arm in entry.evidence.arms
        ]
        # A bar with the interval, and the dots of the seeds.
        assert len(page.with_("svg", "aria-label")) == 2 * len(arms)
        assert "30 of 30" in page.text
        assert "the rate is 0.5, ten times the epochs" in page.text
        assert "1 failed" in page.text
        assert "; δ 1" in page.text
        assert "corrected p .020" in page.text

    def test_each_cell_says_its_column_on_a_phone(self, entries):
        page = Parsed(table(entries, PAGE))
        for cell in page.with_("td", "data-column"):
            assert cell["data-label"]
            assert cell["role"] == "cell"

    def test_the_filters_wait_for_the_script(self, entries):
        (form,) = Parsed(table(entries, PAGE)).with_("form")
        assert "hidden" in form

    def test_without_evidence_it_says_so(self):
        page = Parsed(table(entries_of({}), PAGE))
        assert len(page.with_("tbody")) == len(declarations())
        kinds = [d.kind for d in declarations().values()]
        measured = len(kinds) - kinds.count("machine")
        assert page.text.count(UNMEASURED) == measured
        assert page.text.count("each machine’s own") == kinds.count("machine")
        assert not page.with_("svg")

    def test_markup_in_a_claim_does_nothing(self):
        first = entries_of({})[0]
        entry = Entry(
            first.claim,
            declared.Declaration(
                "c",
                "<b>x</b> & y",
                "exact",
                declared.Metric("<i>m</i>", "<u>u</u>", "equal"),
                fixed="<b>depth</b>",
            ),
            *(None, Link("<em>c</em>", 'x"><b>'), None),
        )
        page = Parsed(table([entry], PAGE))
        assert {"b", "i", "u", "em"}.isdisjoint({tag for tag, _ in page.tags})
        assert "<b>x</b> & y" in page.text
        assert "Held fixed: <b>depth</b>" in page.text


class TestSummary:
    def test_the_score_counts_all_but_the_machines_own(self, entries):
        counts = counted(entries)
        assert tuple(counts) == VERDICTS
        kinds = [d.kind for d in declarations().values()]
        assert sum(counts.values()) == len(kinds) - kinds.count("machine")
        page = Parsed(summary.scoreboard(entries, PAGE))
        assert f"{sum(counts.values())} sentences" in page.text
        for verdict, count in counts.items():
            assert f"{count}{verdict}" in page.text
        links = [a["href"] for a in page.with_("a")]
        assert f"{PAGE}?verdict=does%20not%20hold" in links

    def test_before_there_is_evidence_the_score_says_so(self):
        page = Parsed(summary.scoreboard(entries_of({}), PAGE))
        assert f"0{VERDICTS[0]}" in page.text
        assert UNMEASURED in page.text

    def test_the_chapters_add_up_to_the_book(self, entries):
        source = summary.chapters(entries, PAGE)
        Parsed(source)
        rows = [
            [int(n.replace("–", "0")) for n in re.findall("<td>([–\\d]+)<", r)]
            for r in re.findall("<tr>.*?</tr>", source)[1:]
        ]
        *chapters, book = rows
        assert [sum(column) for column in zip(*chapters, strict=True)] == book
        assert len(chapters) == len(
            {d.chapter for d in declarations().values() if d.kind != "machine"}
        )

    def test_the_surprises_are_claims_of_the_book(self):
        assert set(summary.SURPRISES) <= set(declarations())
        assert len(summary.SURPRISES) >= summary.NUM_SURPRISES

    def test_what_is_no_surprise_drops_out_and_the_next_moves_up(self):
        def shown(holding):
            found = {}
            for name in summary.SURPRISES:
                record = made_up_evidence.effect([-2.0, -3.0, -2.5])
                verdict = "holds" if name in holding else "does not hold"
                record["arms"][0]["verdict"] = verdict
                found[name] = evidence(name, record | {"verdict": verdict})
            source = summary.surprises(entries_of(found), PAGE)
            Parsed(source)
            return re.findall("#evidence-([-a-z]+)", source)

        assert shown([]) == list(summary.SURPRISES[:5])
        first, second = summary.SURPRISES[:2]
        assert shown([first]) == list(summary.SURPRISES[1:6])
        assert shown(summary.SURPRISES[:-1]) == [summary.SURPRISES[-1]]
        assert shown([first, second])[0] == summary.SURPRISES[2]

    def test_a_surprise_shows_the_arm_that_goes_against_it(self, entries):
        source = summary.surprises(entries, PAGE)
        page = Parsed(source)
        assert len(page.with_("li")) <= summary.NUM_SURPRISES
        assert page.with_("svg", "aria-label")

    def test_without_evidence_there_is_no_surprise(self):
        text = Parsed(summary.surprises(entries_of({}), PAGE)).text
        assert text == "Surprises: not measured yet."


def evidence(name, record):
    from d2l_ext.evidence import published as module

    return module._claim(name, record)


CONF = """\
extensions = ["myst_parser", "sphinxcontrib.bibtex", "tools.evidence_pages"]
bibtex_bibfiles = ["references.bib"]
html_theme = "basic"
"""
BIB = """\
@article{ioffe2015, author = {Ioffe, Sergey and Szegedy, Christian},
  title = {T}, journal = {J}, year = {2015}}
"""


# Sphinx reads its theme's templates with warnings of its own.
@pytest.mark.filterwarnings("default")
class TestExtension:
    @pytest.fixture
    def build(self, tmp_path, made_up, monkeypatch):
        """Returns a function that builds a book; it gives its folder."""

        def build_book(shown, *, root=made_up.parent):
            monkeypatch.setattr(evidence_pages, "ROOT", root)
            monkeypatch.setattr(evidence_pages, "FOLDER", made_up.name)
            path = root / made_up.name / "verdicts.json"
            monkeypatch.setattr(
                evidence_pages, "published", lambda: published(path)
            )
            book = tmp_path / "book"
            part = book / "chapters" / "reference"
            part.mkdir(parents=True)
            (book / "conf.py").write_text(CONF)
            (book / "references.bib").write_text(BIB)
            (book / "index.md").write_text("# Index\n")
            pages = {
                "evidence": f"```{{evidence}} {shown}\n```\n",
                "bibliography": "```{bibliography}\n:all:\n```\n",
                "batch-norm": "Text.\n",
            }
            for name, text in pages.items():
                title = f"---\norphan: true\n---\n# The {name}\n\n"
                (part / f"{name}.md").write_text(title + text)
            warnings, out = io.StringIO(), tmp_path / "out"
            Sphinx(
                *(book, book, out, tmp_path / "trees", "html"),
                status=None,
                warning=warnings,
            ).build()
            html = out / "chapters" / "reference" / "evidence.html"
            return html.read_text(encoding="utf-8"), out, warnings.getvalue()

        return build_book

    def test_claims_link_to_their_cells_and_sources(self, build):
        html, out, _ = build("table")
        assert '<a href="batch-norm.html#claim-bn-init">The batch-norm' in html
        source = re.search(
            r'<a href="bibliography.html#([^"]+)">Ioffe and Szegedy, 2015',
            html,
        )
        bibliography = out / "chapters" / "reference" / "bibliography.html"
        assert f'id="{source.group(1)}"' in bibliography.read_text()

    def test_what_can_be_downloaded_is_copied_and_linked(self, build, made_up):
        html, out, _ = build("downloads")
        links = re.findall(r'href="(\.\./[^"]*)" download', html)
        assert [link.rpartition("/")[2] for link in links] == [
            *("runs.csv", "verdicts.json"),
        ]
        page = out / "chapters" / "reference"
        for link in links:
            copied = (page / link).resolve()
            name = copied.name
            assert copied.read_text() == (made_up / name).read_text()

    def test_before_there_is_evidence_the_page_stands(self, build, tmp_path):
        html, out, warnings = build("downloads", root=tmp_path)
        assert "nothing to download yet" in html
        assert not list(out.rglob("runs.csv"))
        assert "Traceback" not in warnings

    def test_an_unknown_word_is_reported_with_those_that_there_are(
        self, build
    ):
        _, _, warnings = build("everything")
        assert "evidence" in warnings
        assert "scoreboard" in warnings
