"""Starts the command; it needs nothing of MXNet and does not wait for it."""

import sys

if __name__ == "__main__":
    # The package is imported without it, as where it cannot be installed.
    sys.modules["mxnet"] = None  # type: ignore[assignment]

    from tools.evidence.command import main

    sys.exit(main())
