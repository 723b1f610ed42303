# The verbs of this project; `make` lists them. Needs Python 3.11, make and git, nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
# The machine's own certificates, so that a company's proxy is trusted as everywhere else.
export UV_SYSTEM_CERTS := 1
# dbt and Airflow tell nobody about this run.
export DBT_SEND_ANONYMOUS_USAGE_STATS := False
export DO_NOT_TRACK := 1
export RUN

.PHONY: help setup demo ui shell test long browser chaos chaos-airflow lint format bench docs types lock clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(READY) ## build the environment in .venv from requirements.lock

# uv installs the rest; its own hashes come out of the same lock.
$(READY): requirements.lock pyproject.toml
	@echo "Building the environment in .venv (about a minute, once)"
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" || { echo "This needs Python 3.11. Set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv .venv
	@awk '/^uv==/{on=1} on; on && !/\\$$/{exit}' requirements.lock > .venv/uv.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## the whole path on a simulated TikTok: spend, ROI, events, receipts
	@exec $(BIN)/python -m sandbox.demo run

ui: $(READY) ## the same demo with Airflow's own web UI (Ctrl-C ends it)
	@exec $(BIN)/python -m sandbox.demo ui

shell: $(READY) ## a shell among the demo's servers; RUN="airflow tiktok status" runs one command
	@exec $(BIN)/python -m sandbox.demo shell "$$RUN"

test: $(READY) lint ## everything that CI runs
	@$(BIN)/python -m pytest -n 2 --dist loadfile

long: $(READY) ## the tests that take too long for every change (more than half an hour)
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n 2 --dist loadfile -m long \
		--ignore tests/airflow --ignore tests/browser
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/integration/ledger/test_histories.py

chaos: $(READY) ## 2,000 kills over 20,000 events; ends red if one is lost, made up or doubled
	@$(BIN)/python -m tests.chaos --page docs/reference/chaos-results.md

chaos-airflow: $(READY) ## kill Airflow's own processes and Celery workers while events leave (half an hour)
	@$(BIN)/python -m pytest -m long tests/airflow

browser: $(READY) ## drive the pages in a real Chromium; pictures in tests/browser/pictures
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium chromium-driver; } || \
		{ echo "This needs Chromium and its driver. As root: apt-get install chromium chromium-driver"; exit 1; }
	@$(BIN)/python -m pytest -m long tests/browser

lint: $(READY) ## style, types, SQL and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --disable-progress-bar airflow_provider_tiktok sandbox
	@$(BIN)/sqlfluff lint --disable-progress-bar --templater jinja dbt_project

format: $(READY) ## rewrite Python and SQL in the house's style
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix airflow_provider_tiktok sandbox
	@$(BIN)/sqlfluff fix --templater jinja dbt_project

docs: $(READY) ## write the generated pages of docs/ anew
	@$(BIN)/python -m airflow_provider_tiktok.api.return_codes_page docs/reference/return-codes.md
	@$(BIN)/python -m airflow_provider_tiktok.cli.reference_page docs/reference/cli.md
	@$(BIN)/python -m airflow_provider_tiktok.events.reasons_page docs/reference/event-states-and-reasons.md
	@WRITE_QUESTIONS=1 $(BIN)/python -m pytest tests/dbt/test_questions.py

bench: $(READY) ## measure the sandbox, the loading of spend, the models and the delivery; prints tables
	@$(BIN)/python benchmarks/sandbox_speed.py
	@$(BIN)/python benchmarks/report_memory.py
	@$(BIN)/python benchmarks/spend_load.py
	@$(BIN)/python benchmarks/spend_quota.py
	@$(BIN)/python benchmarks/spend_beside.py
	@$(BIN)/python benchmarks/spend_models.py
	@$(BIN)/python benchmarks/spend_storage.py
	@$(BIN)/python benchmarks/roi_models.py
	@$(BIN)/python benchmarks/year.py
	@$(BIN)/python benchmarks/delivery.py
	@$(BIN)/python benchmarks/delivery_truth.py

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

lock: ## resolve requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --python-version 3.11 --upgrade \
		--no-emit-find-links --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## remove the environment and the demo's data
	@rm -rf .venv .demo dbt_project/target dbt_project/logs
