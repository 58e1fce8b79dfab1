# make run: install what is missing, build, load the pack, serve. Each step is skipped while its inputs are unchanged.
# Needs Python >= 3.11 with venv, make and git; uses uv and Node where they are, installs without them where not.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
# Without compiled modules every start would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
INSTALLED := .venv/installed
DEV := .venv/installed-dev
PAGES := .venv/static-built
LOCALE := $(patsubst %.po,%.mo,$(wildcard src/sanchuang/*/locale/*/LC_MESSAGES/*.po))

# Node of the system, or else from PyPI into .venv.
NODE := $(if $(shell command -v node >/dev/null && command -v npm),,.venv/installed-node)

.PHONY: help run built test check check-lint check-types check-floors check-migrations check-translations advisories bench soak lock clean wipe

help:
	@echo 'make run    安装、构建、装入示范数据包并启动（ARGS="--port 8080"）'
	@echo 'make built  只安装和构建，不启动（正式安装用）'
	@echo 'make test   运行全部测试（ARGS="tests/values -k 金额"）'
	@echo 'make check  代码风格、类型、楼层、迁移、翻译'
	@echo 'make advisories  查依赖包的已知漏洞（要能连上软件包索引的漏洞库）'
	@echo 'make bench  运行基准并写 docs/benchmarks.md'
	@echo 'make soak   账本的长时间压力测试：一百万笔，进程被杀四百次'
	@echo 'make lock   按 pyproject.toml 重新锁定依赖（需要 uv）'
	@echo 'make clean  删除装好和构建出的一切，保留 var/ 中的数据；make wipe 连数据一起删除'

run: $(INSTALLED) $(PAGES) $(LOCALE)
	@exec $(BIN)/sanchuang run $(ARGS)

built: $(INSTALLED) $(PAGES) $(LOCALE)

test: $(DEV) $(PAGES) $(LOCALE)
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: check-lint check-types check-floors check-migrations check-translations

check-lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types: $(DEV)
	$(BIN)/mypy

check-floors: $(DEV)
	$(BIN)/lint-imports --no-logo

# Compares models with migrations, not with the database in use: its own empty folder, no DATABASE_URL.
check-migrations: $(DEV)
	SANCHUANG_VAR=.venv/check DATABASE_URL= $(BIN)/django-admin makemigrations --check --dry-run --settings sanchuang.web.settings

check-translations: $(DEV)
	$(BIN)/python tools/i18n.py check

# Known holes in the packages of the lock file; needs the network of the package index's advisories, so not in `check`.
advisories: $(DEV)
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements/run.lock

bench: $(DEV) $(PAGES) $(LOCALE)
	$(BIN)/python benchmarks/run.py $(ARGS)

$(INSTALLED): requirements/run.lock pyproject.toml tools/install.sh
	tools/install.sh requirements/run.lock
	@touch $@

$(DEV): requirements/dev.lock requirements/run.lock pyproject.toml tools/install.sh
	tools/install.sh requirements/dev.lock
	@touch $(INSTALLED) $@

.venv/installed-node: requirements/node.lock | $(INSTALLED)
	tools/install.sh requirements/node.lock
	@touch $@

node_modules/installed: package.json package-lock.json .npmrc $(NODE)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --loglevel=error
	@touch $@

$(PAGES): node_modules/installed tools/build_static.py | $(INSTALLED)
	$(BIN)/python tools/build_static.py
	@touch $@

# One call compiles every language; make then finds the others up to date.
%.mo: %.po tools/i18n.py | $(INSTALLED)
	$(BIN)/python tools/i18n.py compile

# The lock files name versions and hashes only: no index, no address, so they hold on any mirror.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
# A million orders, processes killed four hundred times; takes an hour. On PostgreSQL where DATABASE_URL names an empty one.
soak: $(DEV)
	@folder=$$(mktemp -d); SANCHUANG_VAR=$$folder $(BIN)/python tests/ledger/storm.py --orders 1000000 --kills 400 --folder $$folder/logs $(ARGS); rm -rf $$folder

lock:
	@command -v uv >/dev/null || { echo '找不到 uv；请先安装：pip install uv' >&2; exit 1; }
	$(UV_COMPILE) pyproject.toml --extra build -o requirements/run.lock
	$(UV_COMPILE) pyproject.toml --extra build --extra dev -c requirements/run.lock -o requirements/dev.lock
	$(UV_COMPILE) requirements/node.in -o requirements/node.lock

clean:
	rm -rf .venv node_modules dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf src/sanchuang/web/static/vendor $(LOCALE)
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

wipe: clean
	rm -rf var
