# The commands of this project. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test bench lint format messages lock clean
SHELL := /bin/sh
export PYTHON
ENVIRONMENT := sh requirements/environment.sh
PY := .venv/bin/python
ARGS ?=

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up what is missing and open the counter with demo institutions (ARGS="--port 8100")
	@$(ENVIRONMENT) run
	@exec .venv/bin/salter demo $(ARGS)

test: ## set up what is missing and run all checks and tests
	@$(ENVIRONMENT) test
	@exec $(PY) -m tests $(ARGS)

bench: ## measure page throughput and bulk load against their limits
	@$(ENVIRONMENT) test
	@exec $(PY) -m bench $(ARGS)

lint: ## only the checks that need no database
	@$(ENVIRONMENT) test
	@exec $(PY) -m tests --lint

format: ## put the code into its format
	@$(ENVIRONMENT) test
	@.venv/bin/ruff check --quiet --fix-only . && .venv/bin/ruff format --quiet .

messages: ## extract, merge and compile the texts in all languages
	@$(ENVIRONMENT) run
	@.venv/bin/salter messages

lock: ## make the lock files anew from pyproject.toml (needs uv)
	@set -e; for f in "run" "test --extra test"; do \
	  set -- $$f; name=$$1; shift; \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	    --no-header --extra build "$$@" -o requirements/$$name.txt pyproject.toml; done

clean: ## remove the environment and what checks left behind; data under var/ stays
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis
