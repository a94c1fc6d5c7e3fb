"""Grades submissions: runs them inside, judges them outside."""
