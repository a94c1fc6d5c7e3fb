"""Makes assignments and the students' copies of them."""
