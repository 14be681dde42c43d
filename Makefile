# Collection: `make demo` shows it, `make test` proves it. Both set up what they need and reuse what is there.
SHELL := /bin/sh
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench contracts mutants docs pictures train lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with what requirements.lock lists
	@sh packaging/setup.sh

SAMPLE := paper-weather
DEMO := $(if $(filter paper-weather,$(SAMPLE)),demo,demo-$(SAMPLE))
demo: setup ## take a sample collection (SAMPLE=tiny-diffusion: that one) through every stage, into demo/
	@test -f $(DEMO)/collection.toml || $(BIN)/collection new $(DEMO) --sample $(SAMPLE)
	@$(BIN)/collection -C $(DEMO) run
	@echo "The contact sheet is $(DEMO)/sheet.png. To see where it stands: $(BIN)/collection -C $(DEMO) status"

test: setup node-tools ## run all tests (REQUIRE_ALL=1: a missing tool is a failure)
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: node-tools
node-tools:
	@sh packaging/node-tools.sh contracts
	@sh packaging/node-tools.sh tests/node

lint: setup ## ruff, mypy, tsc over the page's scripts, and whether what is made from the code is up to date
	@$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && sh packaging/page-types.sh && $(BIN)/python packaging/reference.py --check && $(BIN)/python packaging/schema.py --check && $(BIN)/python packaging/architecture.py --check

bench: setup ## run every benchmark; each prints a table
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

contracts: ## compile the contracts again and write their artifacts
	@sh packaging/node-tools.sh contracts
	@node contracts/compile.mjs

mutants: setup ## whether the tests of the contracts see faults: each mutant must fail one (some minutes)
	@sh packaging/node-tools.sh contracts
	@$(BIN)/python packaging/mutants.py

docs: setup ## write the reference pages, the newest schema and the picture of the architecture from the code
	@$(BIN)/python packaging/schema.py
	@$(BIN)/python packaging/reference.py
	@$(BIN)/python packaging/architecture.py

pictures: setup ## make the pictures and the table of keys of docs/review.md from a running room
	@$(BIN)/python packaging/review_page.py

train: setup ## train the small models of our own; goes on where it stopped (training/README.md)
	@sh packaging/node-tools.sh training/art
	@for step in prepare clip_train heads_train vae_train denoiser_train; do nice -n 19 $(BIN)/python -m training.$$step || exit 1; done

lock: setup ## write the lock files anew
	@$(BIN)/python packaging/lock.py

clean: ## remove the demo and what building left
	@rm -rf demo demo-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
