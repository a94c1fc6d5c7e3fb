"""An earlier name of :mod:`d2l_course.nbgrader.stubs`."""

from d2l_course.nbgrader.stubs import ClearSolutions

__all__ = ["ClearSolutions"]
