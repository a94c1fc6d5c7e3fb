"""Runs a student's notebook where it can do no harm; one class a kind."""
