# Each target is a line or two that anyone can type. Linux; see README.md.
.PHONY: demo test check coverage soak bench lock

demo: ## a made-up clinic on this computer
	@.ci/setup run
	@.venv/bin/dispensary demo --patients 300 --days 365 --home-if-empty
	@.venv/bin/dispensary serve --this-computer "Terminal 1"

test: ## set up, check, and run every test on both databases
	@.ci/setup test
	@.ci/check
	@.venv/bin/python -m pytest -n auto

check: ## format, lint, layers, types, wheel
	@.ci/setup test
	@.ci/check

coverage: ## the branches of rules and services that no test takes; apart, since measuring costs half as much time again
	@.ci/setup test
	@.venv/bin/coverage erase
	@.venv/bin/coverage run -m pytest -n auto -m 'not soak and not browser'
	@.venv/bin/coverage combine --quiet
	@.venv/bin/coverage report

soak: ## the long tests at full size, with their figures
	@.ci/setup test
	@.venv/bin/python -m pytest -m soak -s

bench: ## speed, beside the bare database doing the same
	@.ci/setup test
	@.venv/bin/python -m bench

lock: ## new lock files from pyproject.toml
	@.ci/setup test
	@.ci/lock
