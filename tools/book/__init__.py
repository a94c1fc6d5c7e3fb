"""Builds the book's site: ``python -m tools.book``, or ``make book``.

- ``chapter``: executes one chapter,
- ``sources``: what the outputs of a chapter depend on,
- ``outputs``: keeps the outputs, and executes what they no longer stand for,
- ``site``: makes the pages from them.
"""
