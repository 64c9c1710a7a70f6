# Needs Python 3.11 or newer and make; everything else is fetched into .venv. `make PYTHON=python3.12 ...` chooses another.
# Steps leave a stamp in .venv/.stamps and are done again when what they were made from changes.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
STAMPS := .venv/.stamps
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet
LOCKED := $(PIP_INSTALL) --require-hashes
TEST_JOBS ?= 4
ARGS ?=
# Where it is set, every process compiles all of the source anew: a quarter of what a command needs to start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help venv install assets run test check format bench soak lock texts wheel smoke clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

venv:
	@tools/venv.sh

# The interpreter is asked, not remembered: .venv may be gone, or its Python, while a stamp would still vouch for it.
$(STAMPS)/runtime: requirements/runtime.txt requirements/build.txt | venv
	@echo "Libraries: requirements/runtime.txt, requirements/build.txt"
	@$(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/runtime
	@echo "Libraries: requirements/dev.txt"
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/runtime
	@echo "Libraries: requirements/bench.txt"
	@$(LOCKED) -r requirements/bench.txt
	@touch $@

$(STAMPS)/lock: requirements/lock.txt $(STAMPS)/runtime
	@echo "Libraries: requirements/lock.txt"
	@$(LOCKED) -r requirements/lock.txt
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	@echo "Campana itself, from src/"
	@$(PIP_INSTALL) --no-deps --no-index --no-build-isolation --editable .
	@touch $@

assets: $(STAMPS)/runtime
	@$(BIN)/python tools/assets.py

install: $(STAMPS)/project assets ## Set up .venv with the locked libraries, the web assets and the command .venv/bin/campana
	@echo "Ready: $(BIN)/campana"

run: install ## Start the whole product with its demo account
	@exec $(BIN)/campana demo $(ARGS)

test: $(STAMPS)/dev $(STAMPS)/project assets ## Run all tests; ARGS= goes to pytest
	@tools/postgres.sh
	@tools/ferretdb.sh
	@tools/chromium.sh
	@tools/proxies.sh
	@tools/network.sh
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist worksteal $(ARGS)

check: $(STAMPS)/dev $(STAMPS)/project ## Formatting, lint and types
	@status=0; \
	echo "ruff format"; $(BIN)/ruff format --quiet --check . || { echo "Run: make format"; status=1; }; \
	echo "ruff check"; $(BIN)/ruff check --quiet . || status=1; \
	echo "mypy"; $(BIN)/mypy || status=1; \
	exit $$status

format: $(STAMPS)/dev ## Lay out the code and repair what lint can
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

bench: $(STAMPS)/dev $(STAMPS)/bench $(STAMPS)/project ## Measure; ARGS= goes to the bench
	@tools/postgres.sh
	@$(BIN)/python -m bench $(ARGS)

soak: $(STAMPS)/dev $(STAMPS)/project ## An hour of killing, restarting and failing; ARGS="--minutes 5 --messages 20000" for less
	@tools/postgres.sh
	@$(BIN)/python -m soak $(ARGS)

lock: $(STAMPS)/lock ## Write the lock files anew from pyproject.toml and package.json; UPGRADE=1 takes the newest
	@tools/lock.sh
	@$(BIN)/python tools/assets.py --lock

texts: $(STAMPS)/runtime ## Collect the texts of the pages for translators, in build/campana.pot
	@mkdir -p build
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k marked --project Campana -o build/campana.pot src/campana/web

wheel: $(STAMPS)/runtime assets ## Build dist/campana-*.whl with the web assets in it
	@rm -rf dist && $(BIN)/hatchling build --target wheel --directory dist

smoke: wheel ## Try the wheel in an empty environment
	@tools/smoke.sh

clean: ## Remove all that make has made; what Campana has stored under var/ stays
	@rm -rf .venv build dist node_modules src/campana/web/static/vendor .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
