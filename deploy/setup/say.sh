# Sourced by the set-up scripts: how they speak, stop, and get privileges.

say() { printf '[set-up] %s\n' "$*" >&2; }

# One line that says why it can't go on and what to do, and the end.
stop() {
  printf '[set-up] cannot go on: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: as it is for root, by sudo otherwise.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo -n true 2>/dev/null || [ -t 0 ] || stop "root is needed for '$1': run this as root, or in a terminal where sudo can ask"
    sudo -E "$@"
  else
    stop "root is needed for '$1': run this as root, or install sudo"
  fi
}

# need_space FOLDER GIGABYTES: stops where the disk below FOLDER has less.
need_space() {
  local folder=$1 free
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df --output=avail -BG "$folder" | tail -n 1 | tr -dc 0-9)
  [ "${free:-0}" -ge "$2" ] || stop "$2 GB of free disk are needed below $folder, and there are ${free:-0}: make room"
}

# Installs those of the named Debian packages that are missing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || stop "apt-get is missing: install ${missing[*]} in your system's own way"
  say "installing Debian packages: ${missing[*]}"
  as_root apt-get update -qq || stop "apt-get update failed: check the network and /etc/apt/sources.list"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    stop "apt-get could not install ${missing[*]}: see its lines above"
}
