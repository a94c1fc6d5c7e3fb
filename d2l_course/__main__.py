"""The command ``python -m d2l_course``."""

import sys

from d2l_course.cli import main

sys.exit(main(sys.argv[1:]))
