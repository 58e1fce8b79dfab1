#!/usr/bin/env bash
# tools/install.sh LOCK...: make .venv where there is none, install the packages of the lock files into it (every
# archive checked against its hash) and the project itself, editable. Uses uv where there is one, else venv and pip.
# PYTHON names the interpreter to use; without it the first of python3, python3.14 … python3.11 that is new enough.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.venv

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if new_enough "$candidate"; then command -v "$candidate"; return; fi
  done
  echo "找不到 Python 3.11 或更新的版本（试过：${PYTHON:-python3、python3.14 至 python3.11}）。" >&2
  echo "请安装它，或用 PYTHON=路径 指明，例如 make run PYTHON=/usr/bin/python3.12。" >&2
  return 1
}

uv=$(command -v uv || true)
if ! new_enough "$venv/bin/python"; then
  python=$(find_python)
  if [ -n "$uv" ]; then
    "$uv" venv --quiet --clear --python "$python" "$venv"
  elif ! "$python" -m venv --clear "$venv"; then
    echo "$python 建不了虚拟环境：缺少 venv 模块。Debian、Ubuntu 上请安装 python3-venv，然后再运行一次。" >&2
    exit 1
  fi
fi

locks=()
for lock in "$@"; do locks+=(-r "$lock"); done
if [ -n "$uv" ]; then
  "$uv" pip install --quiet --python "$venv/bin/python" --require-hashes "${locks[@]}"
  "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
else
  pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
  "${pip[@]}" --require-hashes --no-deps "${locks[@]}"
  "${pip[@]}" --no-deps --no-build-isolation --editable .
fi
