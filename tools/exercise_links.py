"""Sphinx extension: links from a chapter to the notebook of an exercise.

The role ``notebook`` with an exercise's id becomes two links: one opens the
student's notebook on Colab, from the branch that the publishing workflow
writes, the other downloads it from this site, where ``tools/book/site.py``
puts it.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

#: The branch with the students' notebooks; see .github/workflows/publish.yml.
BRANCH = "students"
COLAB = "https://colab.research.google.com/github"
SOURCES = Path(__file__).resolve().parent.parent / "exercises"


class NotebookRole(SphinxRole):
    """The role; its text is the id of an exercise."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Returns the two links, or a message that there is no exercise."""
        chapter, _, name = self.text.partition(".")
        path = f"{chapter}/{name}.ipynb"
        if not (SOURCES / path).is_file():
            message = self.inliner.reporter.error(
                f"there is no exercise {self.text!r}", line=self.lineno
            )
            return [], [message]
        up = "../" * self.env.docname.count("/")
        return [
            self._link("Open in Colab", self._colab(path)),
            nodes.Text(" · "),
            self._link("Download the notebook", f"{up}students/{path}"),
        ], []

    def _colab(self, path: str) -> str:
        url = self.env.config.html_theme_options["repository_url"]
        repository = url.removeprefix("https://github.com/").strip("/")
        return f"{COLAB}/{repository}/blob/{BRANCH}/{path}"

    @staticmethod
    def _link(text: str, address: str) -> nodes.reference:
        return nodes.reference("", text, refuri=address, internal=False)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_role("notebook", NotebookRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
