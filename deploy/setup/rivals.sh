#!/usr/bin/env bash
# The tools that `make bench` holds the kill matrix against, in a virtual environment below target/.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=target/rivals
needed=(mutmut==3.8.1 cosmic-ray==8.7.0 pytest==8.4.2)
if [ "$(cat "$venv/needed" 2>/dev/null)" != "${needed[*]}" ]; then
  echo "    making $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${needed[@]}"
  echo "${needed[*]}" > "$venv/needed"
fi
