"""What nbgrader's settings of a course refer to; this needs nbgrader."""

from __future__ import annotations

import re
from typing import Any

from d2l_check.source import stub

from nbgrader import preprocessors  # type: ignore[import-untyped]


class ClearSolutions(preprocessors.ClearSolutions):
    """Puts a stub that names the function in place of each solution."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        """Clears a cell; see nbgrader."""
        function = re.search(r"^def (\w+)", cell.source, re.MULTILINE)
        if function:
            self.code_stub = {"python": stub(function[1])}
        return super().preprocess_cell(cell, resources, index)
