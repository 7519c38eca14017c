#!/usr/bin/env bash
# cargo-deny, installed below target/ where it isn't there. Advisories need a network that reaches their database.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=0.20.2
if command -v cargo-deny >/dev/null; then
  deny=cargo-deny
else
  deny=target/tools/bin/cargo-deny
  if [ ! -x "$deny" ]; then
    echo "==> installing cargo-deny $version below target/tools (some minutes)"
    cargo install --quiet --locked --debug --root target/tools "cargo-deny@$version"
  fi
fi
"$deny" check licenses bans sources
if ! "$deny" check advisories; then
  # Without the database nothing is known about advisories: that is said, and it is no finding.
  if "$deny" --offline check advisories 2>&1 | grep -q 'failed to fetch\|failed to load advisory\|database'; then
    echo "Warning: deny: advisories were not checked — their database can't be reached — run 'make deny' where it can"
  else
    exit 1
  fi
fi
