#!/usr/bin/env bash
# The sandbox image, from deploy/sandbox/Dockerfile. Its base is pulled; where no registry answers, it is made here
# from Debian's packages. A second run ends at once, unless the Dockerfile has changed.
set -euo pipefail
# shellcheck source=deploy/setup/say.sh
. "$(dirname "$0")/say.sh"

image=${JITTEST_SANDBOX_IMAGE:-jittest-sandbox}
base=${JITTEST_BASE_IMAGE:-debian:bookworm-slim}
made_here=jittest-base:bookworm
folder=$(cd "$(dirname "$0")/../sandbox" && pwd)
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

up_to_date() {
  local wanted=$1 found
  found=$(docker image inspect --format '{{index .Config.Labels "jittest.dockerfile"}}' "$image" 2>/dev/null) || return 1
  [ "$found" = "$wanted" ]
}

# The Debian mirror that this machine uses; the public one elsewhere.
mirror() {
  if [ -n "${JITTEST_DEBIAN_MIRROR:-}" ]; then
    echo "$JITTEST_DEBIAN_MIRROR"
    return
  fi
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null |
    grep -oE '^(URIs:|deb) *(\[[^]]*\] *)?https?://[^ ]+/debian/?( |$)' | grep -oE 'https?://[^ ]+' | head -n 1 || true)
  echo "${found:-http://deb.debian.org/debian}"
}

make_base() {
  has_image "$made_here" && return
  need_space "${TMPDIR:-/tmp}" 2
  command -v debootstrap >/dev/null 2>&1 || install_packages debootstrap
  local root from
  root=$(mktemp -d)
  from=$(mirror)
  # shellcheck disable=SC2064
  trap "as_root rm -rf --one-file-system '$root'" EXIT
  say "making the base image from Debian's packages ($from), about a minute"
  as_root debootstrap --variant=minbase bookworm "$root/debian" "$from" >"$root/log" 2>&1 ||
    stop "debootstrap failed: $(tail -n 1 "$root/log")"
  printf 'deb %s bookworm main\ndeb %s bookworm-updates main\ndeb %s-security bookworm-security main\n' \
    "${from%/}" "${from%/}" "${from%/}" | as_root tee "$root/debian/etc/apt/sources.list" >/dev/null
  as_root sh -c 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/* "$1"/usr/share/man/*' sh "$root/debian"
  as_root tar --numeric-owner --one-file-system -C "$root/debian" -c . |
    docker import --change 'CMD ["/bin/bash"]' - "$made_here" >/dev/null || stop "docker import failed: see its lines above"
}

choose_base() {
  has_image "$base" && return
  say "pulling $base"
  timeout 25 docker pull -q "$base" >/dev/null 2>&1 && return
  say "no registry answers for $base"
  make_base
  base=$made_here
}

# The classic builder where the newer one isn't installed; the machine's network where the engine has no bridge.
build() {
  local context=$1 hash=$2 options=()
  docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
  if docker info --format '{{.Labels}}' 2>/dev/null | grep -q jittest.build-network=host ||
    ! docker network inspect bridge >/dev/null 2>&1; then
    options+=(--network host)
  fi
  local name
  for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || options+=(--build-arg "$name")
  done
  docker build ${options[@]+"${options[@]}"} --build-arg "BASE=$base" --label "jittest.dockerfile=$hash" -t "$image" "$context" \
    >"$context.log" 2>&1 || { tail -n 15 "$context.log" >&2; stop "the sandbox image could not be built: see the lines above"; }
}

main() {
  docker version >/dev/null 2>&1 || stop "no Docker engine answers: run deploy/setup/engine.sh"
  local hash context
  hash=$(sha256sum "$folder/Dockerfile" | cut -c 1-32)
  if up_to_date "$hash"; then
    say "sandbox image: $image is ready"
    return
  fi
  need_space "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || echo /var/lib)" 3
  choose_base
  context=$(mktemp -d)/context
  mkdir "$context"
  cp "$folder/Dockerfile" "$context/"
  # The machine's own certificates: behind a company's proxy, package installs are verified by them.
  if [ -f "$bundle" ]; then cp "$bundle" "$context/ca-bundle.crt"; fi
  say "building the sandbox image $image from $base, about two minutes"
  build "$context" "$hash"
  rm -rf "$(dirname "$context")"
  say "sandbox image: $image is ready"
}

main
