#!/usr/bin/env bash
# Tests, formatter and linter of the Python drivers, in a virtual environment below target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=target/driver-tests
# The versions of deploy/sandbox/Dockerfile: black, flake8, ruff and mypy are what one of the drivers runs. The web
# frameworks are what another one calls.
needed=(
  pytest==8.4.2 black==25.1.0 flake8==7.3.0 ruff==0.14.4 mypy==1.18.2
  flask==3.1.3 fastapi==0.165.0 starlette==1.10.0 httpx==0.28.1 django==5.2.19
)
if [ "$(cat "$venv/needed" 2>/dev/null)" != "${needed[*]}" ]; then
  echo "    making $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${needed[@]}"
  echo "${needed[*]}" > "$venv/needed"
fi
drivers=(src/language/python/driver src/language/python/polish src/framework/pytest/driver)
"$venv/bin/black" --check --line-length 100 "${drivers[@]}" benches/jittest/rivals
"$venv/bin/flake8" --max-line-length 100 --extend-ignore E203,W503 "${drivers[@]}" benches/jittest/rivals
for driver in "${drivers[@]}"; do
  "$venv/bin/python" -m pytest -q -p no:cacheprovider "$driver/tests"
done
