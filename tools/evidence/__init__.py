"""Measures the claims of the book over many seeds, and judges them.

``python -m tools.evidence run`` measures what is missing and rewrites
``evidence/runs.csv``; ``verdicts`` computes ``evidence/verdicts.json`` from
it; ``check`` says which evidence is missing or belongs to another version of
a chapter; ``show`` prints the verdicts.

A claim is measured by the chapter's own cells: those that its cell needs,
found by :mod:`tools.evidence.slices`, run in a fresh process for each seed.
What is finished is kept below ``_build/evidence/``, with digests of what it
depended on, so that an interrupted run goes on where it was and never mixes
measurements of different code.
"""
