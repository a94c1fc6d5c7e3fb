"""All that knows nbgrader; nothing else of the project imports it."""
