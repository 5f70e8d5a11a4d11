# Each target is one line over Python, so that whoever has no make types that line instead (README, "Windows").
# The environment in .venv is made by the first target that needs it and is left alone while it is right.

FOUND := $(shell for p in python3 python python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.version_info < (3, 11) and sys.exit(1); print(sys.executable)' 2>/dev/null && break; done)
PYTHON = $(or $(FOUND),$(error Python 3.11 or newer is needed and was not found. Install it, or name it: make PYTHON=path/to/python $(MAKECMDGOALS)))
ROUND = fgd-2020-03-26
BIN = .venv/bin
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help environment report test simulations check lab bench lock data catalogues hooks clean

help:  ## this list
	@grep -hE '^[a-z]+: .*##' Makefile | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

environment:  ## .venv from requirements.lock (the targets below do it themselves)
	@$(PYTHON) tools/environment.py

report: environment  ## the report of the FGD, Bahasa Indonesia and English, in outputs/ (ROUND=... for another)
	@$(BIN)/ikfs report $(ROUND) --language id --language en

test: environment  ## the tests, without the long simulations
	@$(BIN)/python -m pytest -n 2 --dist worksteal

simulations: environment  ## the long simulations: levels of tests, coverage of intervals
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

check: environment  ## lint, format, types, and no microdata in git
	@$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/python tools/microdata.py

lab: environment  ## JupyterLab with the notebooks
	@$(BIN)/ikfs lab

bench: environment  ## our methods beside pingouin, factor_analyzer, semopy and pandas: times and ratios
	@$(BIN)/python benchmarks/run.py && $(BIN)/python benchmarks/psychometrics.py && $(BIN)/python benchmarks/panel.py && $(BIN)/python benchmarks/intake.py

lock: environment  ## requirements.lock and environment.yml again, after a change in pyproject.toml
	@$(BIN)/python tools/lock.py && $(PYTHON) tools/environment.py

data: environment  ## the invented answers and ratings of the example round again
	@$(BIN)/python -m ikfs_methods.answers.simulation data/rounds/$(ROUND)

catalogues: environment  ## the report's words of both languages, after a change of messages in the code
	@$(BIN)/python tools/catalogue.py

hooks:  ## this clone refuses commits with microdata or personal data from now on
	@git config core.hooksPath .githooks

clean:  ## without .venv, outputs and caches
	@$(PYTHON) tools/clean.py
