"""The code exercises: their sources, and what is made from them.

- ``python -m tools.exercises new <chapter>.<name> <function>`` starts one,
- ``build`` writes the cases that the package carries,
- ``students <folder>`` writes the notebooks that students get, and
- ``check`` prints a line for each finding and fails if there is one.
"""
