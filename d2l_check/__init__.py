"""Checks a student's answer and names the misconception that it shows.

An answer is judged by what it does: it is called on recorded inputs, and what
it returns is compared with what the right answer and each known wrong answer
return there. So neither a solution nor a grader is installed with the book.
"""

from d2l_check.checking import check

__all__ = ["check"]
