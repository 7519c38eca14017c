#!/usr/bin/env bash
# All that building, the demo and the tests need, in order. A second run takes a second or two.
set -euo pipefail
here=$(dirname "$0")
"$here/packages.sh"
"$here/engine.sh"
"$here/base-image.sh"
