"""Hands out, collects and grades the exercises of the book.

``python -m d2l_course new|release|collect|grade|feedback|export`` makes
an assignment of exercises, and a gradebook and feedback of what students hand
in. Courses, notebooks and the gradebook are nbgrader's; what is missing there
is here: reading what learning platforms give, and grading that no submission
can harm or deceive. The page for instructors tells the whole way.
"""
