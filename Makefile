# Every target makes what it needs first: a virtual environment in .venv, from uv.lock.
# `make PYTHON=/path/to/python …` chooses the Python that .venv is made with.

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint format types check openapi fuzz bench e2e readers screenshots
.DELETE_ON_ERROR:

# The shell's own environment must not leak into ours.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH DJANGO_SETTINGS_MODULE

BIN := .venv/bin
READY := .venv/ready
READY_FOR_E2E := .venv/ready-for-e2e
READERS ?= var/readers
READERS_READY := $(READERS)/node_modules/.package-lock.json
PORT ?= 8000
PYTHON ?= python3.13 python3.14 python3.12 python3 python
UV_SYNC := UV_PROJECT_ENVIRONMENT=.venv UV_SYSTEM_CERTS=true $(BIN)/uv sync --quiet --locked --inexact --python $(BIN)/python

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# The demo keeps to itself: its own database in var/demo, and a project in the folder for temporary files.
demo: export DATA_DIR := var/demo
demo: export DATABASE_URL :=
demo: export PROJECT_ROOTS := $(or $(TMPDIR),/tmp)
demo: export IMPORT_ROOTS := $(CURDIR)/examples
demo: export AUTH_ENABLED := false
demo: export HTTPS := false
demo: export DEPLOYMENT_SETS_ENABLED := true
demo: $(READY) ## Everything from nothing: examples, nested sets, a deploy, then the UI (DEMO_SERVE=0: without it)
	@$(BIN)/python manage.py demo
	@test "$(DEMO_SERVE)" = 0 || $(BIN)/python manage.py serve --port $(PORT)

serve: $(READY) ## Migrate, collect static files and serve on http://127.0.0.1:8000 (PORT=8001: there)
	@$(BIN)/python manage.py serve --port $(PORT)

test: $(READY) ## Run the test suite (ARGS='tests/projects -n 0' is passed on to pytest)
	@$(BIN)/pytest $(ARGS)

lint: $(READY) ## Everything that reads the code without running it: style, types, floors, templates, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --check templates
	@$(BIN)/djlint --quiet --lint templates
	@$(MAKE) --no-print-directory check

format: $(READY) ## Rewrite code and templates in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint --quiet --reformat templates || true

types: $(READY) ## Check the types
	@$(BIN)/mypy .

check: types ## Check types, floors, system checks and that no migration is missing
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run

openapi: $(READY) ## Write down in docs/openapi.json what the API says about itself
	@$(BIN)/python manage.py export_openapi_schema --api config.api.api --indent 2 --output docs/openapi.json

fuzz: $(READY) ## Call the API as nobody would, made up from its own document (EXAMPLES=100: longer)
	@$(BIN)/pytest tests/fuzz $(ARGS)

bench: $(READY) ## Print how fast sets resolve, deploy and are listed, and hold them to their limits
	@set -e; for file in tests/benchmarks/bench_*.py; do \
		$(BIN)/python -m tests.benchmarks.$$(basename $$file .py); \
	done

e2e: $(READY_FOR_E2E) ## Drive the pages in Chromium
	@$(BIN)/pytest tests/browser -n 0 $(ARGS)

readers: export READERS := $(abspath $(READERS))
readers: $(READY) $(READERS_READY) ## Have Codex and Gemini CLI load what is deployed for them (READERS=/folder: there)
	@$(BIN)/pytest tests/readers -n 0 $(ARGS)

screenshots: $(READY_FOR_E2E) ## Take the pictures in docs/images anew, from the demo, in Chromium
	@$(BIN)/python -m tests.browser.pictures

# `--inexact` lets uv itself stay in the environment it fills.
$(READY): pyproject.toml uv.lock
	@set -e; \
	if [ -x $(BIN)/python ] && $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
		:; \
	else \
		rm -rf .venv; \
		for candidate in $(PYTHON); do \
			if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then \
				echo "Making .venv with $$("$$candidate" --version)."; \
				"$$candidate" -m venv .venv || { \
					rm -rf .venv; \
					echo "$$candidate cannot make a virtual environment (on Debian and Ubuntu: install python3-venv)." >&2; \
					exit 1; \
				}; \
				break; \
			fi; \
		done; \
		if [ ! -d .venv ] && command -v uv >/dev/null; then uv venv --seed --python 3.13 .venv; fi; \
		if [ ! -d .venv ]; then \
			echo "No Python 3.12 or newer was found (looked for: $(PYTHON), and uv)." >&2; \
			echo "Install Python 3.13 or uv, or name a Python: make PYTHON=/path/to/python3.13 $(or $(MAKECMDGOALS),demo)" >&2; \
			exit 1; \
		fi; \
	fi
	@test -x $(BIN)/uv || $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "Installing what uv.lock names."
	@$(UV_SYNC)
	@touch $@

$(READY_FOR_E2E): $(READY)
	@$(UV_SYNC) --group e2e
	@touch $@

# What npm would build or run afterwards, the readers do without.
$(READERS_READY): tests/readers/package.json tests/readers/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not installed (on Debian: apt-get install npm)." >&2; exit 1; }
	@mkdir -p $(READERS)
	@cp $^ $(READERS)
	@echo "Installing what tests/readers/package-lock.json names."
	@cd $(READERS) && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@
