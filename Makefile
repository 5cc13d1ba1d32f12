# Every target makes its own environment in .venv from requirements.lock, once, and again when the lock changes.
# On a machine without make, the README gives the same steps.
PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
READY := $(ENV)/.ready
# three files at a time, because some wait for clocks: the runs and snapshots of a file are made once. ARGS="-k flows" or TESTS=tests/models for a part
PYTEST = $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -p no:cacheprovider
TESTS := tests notebooks

.PHONY: report test lab check faults bench validate refresh lock clean

report: $(READY)  ## run the notebooks and make one page of them
	@$(BIN)/bijstand report $(ARGS)

# linear algebra in one thread each, because the files run side by side
test: export OPENBLAS_NUM_THREADS ?= 1
test: export OMP_NUM_THREADS ?= 1
test: $(READY)  ## unit and property tests, and every notebook against its committed outputs
	@$(PYTEST) --nbval-lax --nbval-cell-timeout=300 $(TESTS) $(ARGS)

# in a container people are root, whom JupyterLab refuses without a word of its own
AS_ROOT := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)
lab: $(READY)  ## JupyterLab on the notebooks; ARGS="--no-browser --port 8890", say
	@$(BIN)/jupyter lab notebooks $(AS_ROOT) $(ARGS)

check: $(READY)  ## style, and that imports run one way
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache && $(BIN)/python tools/write_environment.py --check && \
		$(BIN)/python tools/write_coverage.py --check

faults: $(READY)  ## 800 seeded schedules of faults against the test server of CBS's service
	@BIJSTAND_SCHEDULES=40 $(BIN)/python -m pytest tests/statline/test_pull_faults.py -k "schedule or most" -s $(ARGS)

bench: $(READY)  ## how fast, against the same work done plainly; ARGS=--quick says whether each still runs
	@status=0; for each in report sweep pull bank findings models; do $(BIN)/python benchmarks/$$each.py $(ARGS) || status=1; done; \
		exit $$status

validate: $(READY)  ## test the models on a population with known truth: docs/validation.md
	@$(BIN)/python tools/validate $(ARGS)

refresh: $(READY)  ## make all that is generated again: published snapshot, notebooks' outputs, pages of docs, environment.yml
	@$(BIN)/python tools/write_environment.py
	@$(BIN)/python tools/published
	@$(BIN)/python tools/write_coverage.py
	@$(BIN)/python tools/refresh_notebooks.py $(ARGS)

lock: $(READY)  ## resolve the dependencies, with hashes for every platform and no index addresses; ARGS=--upgrade for newer ones
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --all-extras $(ARGS) --output-file requirements.lock pyproject.toml

clean:  ## remove the environment; runs and snapshots stay
	@rm -rf $(ENV)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) tools/make_environment.py $(ENV)
