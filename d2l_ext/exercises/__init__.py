"""A name that exercises carry that are older than d2l_check."""
