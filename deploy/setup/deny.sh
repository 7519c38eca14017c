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
if ! said=$("$deny" check advisories 2>&1); then
  case $said in
    # Without the database nothing is known about advisories: that is said, and it is no finding.
    *"failed to fetch advisory database"*)
      echo "Warning: deny: advisories were not checked — their database can't be reached — run 'make deny' where it can" ;;
    *)
      echo "$said" >&2
      exit 1 ;;
  esac
fi
