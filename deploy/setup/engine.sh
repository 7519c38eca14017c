#!/usr/bin/env bash
# A Docker engine that answers: the one that runs; else Debian's, installed and started.
# Whether there is one is asked of the engine, never of the PATH. A second run ends at once.
set -euo pipefail
# shellcheck source=deploy/setup/say.sh
. "$(dirname "$0")/say.sh"

log=${JITTEST_ENGINE_LOG:-/var/log/jittest-dockerd.log}
socket=/var/run/docker.sock

answers() { timeout 20 docker version --format '{{.Server.Version}}' 2>/dev/null; }

ready() {
  local version
  version=$(answers) || return 1
  say "Docker engine: $version answers"
}

wait_until_ready() { # $1: seconds
  local left=$1
  while [ "$left" -gt 0 ]; do
    ready && return 0
    [ $((left % 10)) -ne 0 ] || say "waiting for the engine to answer ($left s left)"
    sleep 1
    left=$((left - 1))
  done
  return 1
}

install_engine() {
  command -v dockerd >/dev/null 2>&1 && command -v docker >/dev/null 2>&1 && return
  need_space /var/lib 4
  # docker.io recommends iptables and AppArmor's tools: containers need iptables for a bridge of their own.
  install_packages docker.io iptables
  # Newer Debian releases have the client in a package of its own.
  command -v docker >/dev/null 2>&1 || install_packages docker-cli
}

# An engine that runs as root answers only members of its group; membership counts from the next login on.
open_socket() {
  [ "$(id -u)" != 0 ] && [ -S "$socket" ] && [ ! -w "$socket" ] || return 0
  say "letting $(id -un) talk to the engine (group docker from the next login on, the socket's owner until then)"
  as_root usermod -aG docker "$(id -un)" 2>/dev/null || true
  as_root chown "$(id -un)" "$socket"
}

mount_cgroups() {
  mountpoint -q /sys/fs/cgroup && return
  say "mounting control groups"
  as_root mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null && return
  as_root mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup || stop "control groups can't be mounted here: Docker needs them"
  local controller
  for controller in $(awk '!/^#/ && $4 == 1 { print $1 }' /proc/cgroups); do
    as_root mkdir -p "/sys/fs/cgroup/$controller"
    as_root mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" || true
  done
}

# A pid file of an engine that was killed names no process, or another program's.
remove_stale_pid() {
  local file pid
  for file in /var/run/docker.pid /var/run/docker/containerd/containerd.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file" 2>/dev/null || true)
    case $(cat "/proc/$pid/comm" 2>/dev/null || true) in
      dockerd | containerd) ;;
      *) as_root rm -f "$file" ;;
    esac
  done
}

# start_by_hand OPTIONS…: an engine without systemd, detached from this shell; fails where it ends by itself.
start_by_hand() {
  remove_stale_pid
  mount_cgroups
  as_root mkdir -p "$(dirname "$log")"
  local group=root
  [ "$(id -u)" = 0 ] || group=$(id -gn)
  # shellcheck disable=SC2016
  as_root setsid sh -c 'log=$1; shift; exec "$@" >"$log" 2>&1 </dev/null &' sh "$log" dockerd --group "$group" "$@"
  local left=60
  while [ "$left" -gt 0 ]; do
    ready && return 0
    sleep 1
    grep -qsx dockerd /proc/[0-9]*/comm || return 1
    left=$((left - 1))
  done
  return 1
}

by_hand() {
  # Without systemd this is a container, a chroot or a small machine: the engine leaves its network alone. Sandboxes
  # have no network anyway, and image builds use the machine's (the label says so to whoever builds).
  local options=(--iptables=false --ip6tables=false --label jittest.build-network=host)
  # An engine without a bridge would take away the one that another engine of this network has.
  [ -e /sys/class/net/docker0 ] || options+=(--bridge=none)
  say "starting dockerd by hand (no systemd here); its log is $log"
  start_by_hand "${options[@]}" && return
  sleep 2 # an engine that was killed a moment ago still holds its pid file
  start_by_hand "${options[@]}" && return
  say "trying again with the storage driver vfs, which works on any disk and needs more of it"
  need_space /var/lib 10
  start_by_hand "${options[@]}" --storage-driver=vfs && return
  stop "dockerd does not start: $(grep -E 'level=(fatal|error)|^failed' "$log" 2>/dev/null | tail -n 1 || echo "see $log")"
}

main() {
  ready && return
  [ -z "${DOCKER_HOST:-}" ] || stop "no engine answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST"
  say "no Docker engine answers: setting one up"
  install_engine
  open_socket
  ready && return
  if [ -d /run/systemd/system ]; then
    say "starting the docker service"
    as_root systemctl enable --now docker >/dev/null 2>&1 || stop "systemctl could not start docker: see 'journalctl -u docker'"
    open_socket
    wait_until_ready 60 || stop "the docker service does not answer: see 'journalctl -u docker'"
  else
    by_hand
  fi
}

main
