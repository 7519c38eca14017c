#!/usr/bin/env bash
# Debian packages that building and testing need; installs only what is missing.
set -euo pipefail
# shellcheck source=deploy/setup/say.sh
. "$(dirname "$0")/say.sh"

# gcc make pkg-config libssl-dev: libgit2, SQLite and TLS are compiled with the crate.
# debootstrap: the sandbox's base image, where no registry answers. bubblewrap: the `process` sandbox.
# python3 python3-venv: the environments that the tests of the `process` sandbox make.
# universal-ctags: what the map finds in real trees is held against what it finds.
install_packages ca-certificates gcc libc6-dev make pkg-config libssl-dev debootstrap bubblewrap util-linux python3 python3-venv universal-ctags
# npm: GitHub publishes its API's description and example webhooks as packages of it. Any npm on the PATH will do.
command -v npm >/dev/null || install_packages npm
say "packages: ready"
