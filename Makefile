# Waymark's commands. `make help` lists them. Needs Python 3.11 or newer, and nothing else.

PYTHON ?= python3
PORT ?= 8000
export PORT

VENV := .venv
BIN := $(VENV)/bin
# Tests run on this many processes.
JOBS ?= 2
# The modules that hold use cases: every branch of them is tested.
USE_CASES = $(shell $(BIN)/python -c 'import tomllib; print(",".join(tomllib.load(open("pyproject.toml", "rb"))["tool"]["waymark"]["use-cases"]))')

.DEFAULT_GOAL := help
.PHONY: help run test test-sqlite test-services bench chaos check format lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.for-running ## start the site with the demonstration campaign (PORT=8000)
	@exec $(BIN)/python manage.py run

test: test-sqlite test-services ## run every test: on SQLite, then on PostgreSQL and Valkey
	@$(BIN)/coverage report
	@echo "Use cases, every branch:"
	@$(BIN)/coverage report --include="$(USE_CASES)" --fail-under=100

test-sqlite: $(VENV)/.for-developing # the whole suite on the embedded default
	@rm -f .coverage .coverage.*
	$(BIN)/pytest -n $(JOBS) --dist loadgroup --cov --cov-report= --cov-fail-under=0

test-services: $(VENV)/.for-developing # what touches a database, on PostgreSQL 18 and Valkey 9
	$(BIN)/python tests/real_services.py $(BIN)/pytest -n $(JOBS) --dist loadgroup \
		-m "not browser and not one_database" --cov --cov-append --cov-report= --cov-fail-under=0

bench: $(VENV)/.for-developing ## measure, and print ratios against named peers
	$(BIN)/python -m tests.bench

chaos: $(VENV)/.for-developing ## kill 150 workers while releases go live; two beats, four workers (half an hour)
	CHAOS=whole $(BIN)/pytest tests/campaign/releases/test_chaos.py -q

check: $(VENV)/.for-developing ## format, lint, types, import contracts, migrations, built files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py check --settings cms_site.settings.test
	$(BIN)/python manage.py makemigrations --check --dry-run --settings cms_site.settings.test
	$(BIN)/python manage.py build_theme --check --settings cms_site.settings.test

format: $(VENV)/.for-developing ## put code into its standard form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Exact versions with hashes, for all supported Pythons and platforms; no registry is named.
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --quiet
lock: $(VENV)/.for-developing ## compile requirements/*.txt again from pyproject.toml
	UV_PYTHON_DOWNLOADS=never $(LOCK) --extra production -o requirements/production.txt
	UV_PYTHON_DOWNLOADS=never $(LOCK) -c requirements/production.txt -o requirements/base.txt
	UV_PYTHON_DOWNLOADS=never $(LOCK) --extra production --group dev -c requirements/production.txt -o requirements/dev.txt

clean: ## remove what can be made again; your site in var/ stays
	rm -rf $(VENV) .ci/node_modules .coverage .coverage.* htmlcov .pytest_cache .mypy_cache .ruff_cache .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The virtual environment -------------------------------------------------------------------
# Some systems ship Python without ensurepip; their own pip then installs into ours.

PIP = $$( [ -x $(BIN)/pip ] && echo "$(BIN)/python -m pip" || echo "$(PYTHON) -m pip --python $(BIN)/python" )
INSTALL = $(PIP) install --quiet --disable-pip-version-check --require-hashes

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Waymark needs Python 3.11 or newer; set PYTHON=/path/to/python3.11. This is " + sys.version)'
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)

$(VENV)/.for-running: requirements/base.txt | $(BIN)/python
	@echo "Installing packages (once; a minute or two) …"
	@$(INSTALL) -r requirements/base.txt
	@touch $@

$(VENV)/.for-developing: requirements/dev.txt | $(BIN)/python
	@echo "Installing packages for tests (once; a minute or two) …"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@ $(VENV)/.for-running
