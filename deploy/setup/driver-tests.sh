#!/usr/bin/env bash
# Tests, formatter and linter of the Python drivers, in a virtual environment below target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=target/driver-tests
# The versions of deploy/sandbox/Dockerfile: black, flake8, ruff and mypy are what one of the drivers runs.
if [ ! -x "$venv/bin/pytest" ] || [ ! -x "$venv/bin/mypy" ]; then
  echo "    making $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    'pytest==8.4.2' 'black==25.1.0' 'flake8==7.3.0' 'ruff==0.14.4' 'mypy==1.18.2'
fi
drivers=(src/language/python/driver src/language/python/polish src/framework/pytest/driver)
"$venv/bin/black" --check --line-length 100 "${drivers[@]}"
"$venv/bin/flake8" --max-line-length 100 --extend-ignore E203,W503 "${drivers[@]}"
for driver in "${drivers[@]}"; do
  "$venv/bin/python" -m pytest -q -p no:cacheprovider "$driver/tests"
done
