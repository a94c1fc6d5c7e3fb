#!/bin/sh
# Creates .venv with everything in uv.lock. Needs Python 3.10 to 3.13 only;
# uv is installed into .venv, so nothing outside the checkout is touched but
# the user's own caches.
set -eu
cd "$(dirname "$0")/.."

supported='import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))'
python=
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.10; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$supported" 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "No Python 3.10 to 3.13 was found (MXNet 1.9.1 runs on these)." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.12 book" >&2
    exit 1
fi

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c "$supported" 2>/dev/null; then
    rm -rf .venv
    echo "Creating .venv with $("$python" --version) ..."
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "$python cannot create a virtual environment. On Debian and" >&2
        echo "Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi
if ! [ -x .venv/bin/uv ]; then
    .venv/bin/python -m pip install --quiet "uv>=0.5"
fi
echo "Installing what uv.lock lists into .venv ..."
# An environment of the caller's own must not be taken for this one.
unset VIRTUAL_ENV UV_PYTHON || true
UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --python .venv/bin/python
touch .venv/.ready
