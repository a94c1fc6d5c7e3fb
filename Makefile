# `make` prints the targets. The environment is made by tools/setup.sh.
PYTHON ?= python3
PORT ?= 8000
RUN := .venv/bin/python
# Tests run side by side, one process a core: a thread each.
PYTEST := OMP_NUM_THREADS=1 $(RUN) -m pytest -n auto
# A reader's settings must not change what is built and tested.
unexport D2L_EXT_CTX D2L_EXT_SEED D2L_EXT_SCALE D2L_EXT_BUDGET D2L_EXT_GATE
unexport VIRTUAL_ENV PYTHONPATH

.PHONY: help setup book serve test lint notebooks unit exercises nbval browser \
	lanes machines evidence full bench clean

help:
	@echo "make book       build the book into _build/html"
	@echo "make serve      serve the built book on this machine"
	@echo "make test       run all tests; its parts are:"
	@echo "  make lint       format, style and types of the code"
	@echo "  make notebooks  conventions of the chapters, and their evidence"
	@echo "  make unit       tests of d2l_ext and the tools"
	@echo "  make exercises  check the exercises and grade submissions"
	@echo "  make nbval      run the chapters on each context"
	@echo "  make browser    test the built book in a browser"
	@echo "make lanes      test in fresh environments: classic and Colab-like"
	@echo "make machines   run the claims as other machines would"
	@echo "make evidence   measure the claims over many seeds, and judge them"
	@echo "make full       run the chapters at full scale on IMAGES=folder"
	@echo "make bench      measure speed and memory against d2l and PyTorch"
	@echo "make clean      remove what was built, and the environments"

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh

book: setup
	@$(RUN) -m tools.book $(if $(REPOSITORY),--repository $(REPOSITORY))

serve: book
	@echo "The book is at http://localhost:$(PORT)/ (stop with Ctrl-C)"
	@$(RUN) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

test: lint notebooks unit exercises nbval browser
	@echo "All tests passed."

lint: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

notebooks: setup
	$(RUN) -m tools.notebooks check
	$(RUN) -m tools.evidence check --long-seeds 0

unit: setup
	$(PYTEST) tests/unit tests/tools

exercises: setup
	$(RUN) -m tools.exercises check
	$(PYTEST) tests/exercises

nbval: setup
	$(RUN) -m tools.run_chapters

browser: book
	$(RUN) -m pytest tests/book

lanes: setup
	$(RUN) -m tools.lanes $(LANES)

# As older processors, with two threads, and beside busy programs. It takes an
# hour; what is interrupted goes on where it was.
machines: setup
	$(RUN) -m tools.machines

# What was measured of the claims as they stand is not measured again; what is
# interrupted goes on where it was.
evidence: setup
	$(RUN) -m tools.evidence run

# The real training sets take hours on a CPU; a folder with fewer images of
# the same format shows that the reference set-ups run.
full: setup
	$(RUN) -m tools.run_chapters --contexts cpu --full "$(IMAGES)"

bench: setup
	$(RUN) benchmarks/run.py

clean:
	rm -rf _build .lanes dist .venv
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
