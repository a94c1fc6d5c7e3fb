"""Names that the settings of courses carry that are older than d2l_course."""
