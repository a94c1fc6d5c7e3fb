"""Runs the chapters' claims as other machines would: ``make machines``.

Readers have other processors, other numbers of threads, and other programs
beside the book. Each chapter is run under each of
:data:`~tools.machines.conditions.CONDITIONS`, one after the other, and the
report says for every claim which verdict it got in each of them and whether
its numbers differ.

Each run that came to its end is kept below ``_build/machines/``. What is
interrupted, by hand or after ``--minutes``, goes on where it was; what a
chapter depends on is part of a run's name, so that only changes run again.
"""
