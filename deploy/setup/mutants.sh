#!/usr/bin/env bash
# Mutants of the oracle, and how many of them its own tests kill: by cargo-mutants, installed below target/ where it
# isn't there.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=27.1.0
least=95
export PATH=$PATH:$PWD/target/tools/bin
if ! command -v cargo-mutants >/dev/null; then
  echo "==> installing cargo-mutants $version below target/tools (some minutes)"
  cargo install --quiet --locked --debug --root target/tools "cargo-mutants@$version"
fi

# A crate below target/ of the oracle alone, beside one of the nouns, which are all that it uses and which no mutant
# builds anew: the whole crate would take minutes for each.
crate=target/mutants
rm -rf "$crate/src" "$crate/domain" "$crate/mutants.out"
mkdir -p "$crate/src/pipeline" "$crate/domain"
cp -r src/domain "$crate/domain/src"
cp -r src/pipeline/assess "$crate/src/pipeline/"
echo 'pub mod assess;' > "$crate/src/pipeline/mod.rs"
printf '%s\n' 'pub use domain;' 'pub mod pipeline;' > "$crate/src/lib.rs"
package() { printf '[package]\nname = "%s"\n%s\n' "$1" "$(grep -m 2 -E '^(version|edition) = ' Cargo.toml)"; }
{
  package oracle
  printf '%s\n' '[workspace]' '[profile.dev]' 'debug = 0' '[dependencies]' 'domain = { path = "domain" }'
} > "$crate/Cargo.toml"
{
  package domain
  printf '%s\n' '[lib]' 'path = "src/mod.rs"' '[dependencies]'
  grep -E '^(rustix|schemars|serde|smol_str|tempfile|thiserror) = ' Cargo.toml
} > "$crate/domain/Cargo.toml"
cp Cargo.lock "$crate/" # cargo keeps the versions of those that are needed

status=0
(cd "$crate" && CARGO_TARGET_DIR=$PWD/target cargo mutants --in-place --timeout 30 --cargo-arg --lib) || status=$?
case $status in
  0 | 2 | 3) ;; # all were noticed, some were not, some did not end
  *) exit "$status" ;;
esac

# One that does not end counts as not killed: on a busy machine that may be any.
of() { wc -l < "$crate/mutants.out/$1.txt"; }
viable=$(($(of caught) + $(of missed) + $(of timeout)))
[ "$viable" -gt 0 ] || { echo "there were no mutants of the oracle" >&2; exit 1; }
echo "==> mutants of the oracle: $(of caught) caught, $(of missed) missed, $(of timeout) timed out, $(of unviable) unviable"
echo "    $(($(of caught) * 100 / viable)) % of the viable ones are killed; $least % must be"
[ $(($(of caught) * 100)) -ge $((least * viable)) ]
