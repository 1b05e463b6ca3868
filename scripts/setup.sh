#!/bin/bash
# Installs the Debian packages of the named groups (scripts/packages.txt) that are missing or too
# old; does nothing, and needs no network, when all are there. Usage: setup.sh GROUP...
set -euo pipefail

LIST=$(dirname "$0")/packages.txt
readonly LIST

fail() {
  echo "setup: $*" >&2
  exit 1
}

# wanted GROUP... - "package least-version" of every package of the groups, each once.
wanted() {
  awk -v groups=" $* " '!/^#/ && index(groups, " " $1 " ") && !seen[$2]++ { print $2, $3 }' "$LIST"
}

# lacking - of the "package least-version" lines on standard input, the packages to install.
lacking() {
  local package least version
  local -A installed=()
  while read -r package version; do
    installed[$package]=$version
  done < <(dpkg-query -W -f='${db:Status-Status} ${Package} ${Version}\n' |
    sed -n 's/^installed //p')
  while read -r package least; do
    version=${installed[$package]:-}
    if [[ -z $version ]]; then
      echo "$package"
    elif [[ $least != - ]] && dpkg --compare-versions "$version" lt "$least"; then
      echo "$package"
    fi
  done
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    fail "cannot install ${missing[*]}: not root and no sudo;" \
      "as root, run: apt-get install ${missing[*]}"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" < /dev/null
}

[[ $# -gt 0 ]] || fail "name the groups to install: build demo test bench lint page fuzz"
if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  fail "this is not Debian (no apt-get): install what scripts/packages.txt names by other means," \
    "then run make with SETUP=no"
fi

mapfile -t missing < <(wanted "$@" | lacking)
[[ ${#missing[@]} -gt 0 ]] || exit 0

echo "setup: installing ${missing[*]}"
apt update || echo "setup: no fresh package lists, trying with the old ones" >&2
apt install -y --no-install-recommends "${missing[@]}" ||
  fail "apt-get could not install ${missing[*]}; see its messages above"
mapfile -t missing < <(wanted "$@" | lacking)
[[ ${#missing[@]} -eq 0 ]] ||
  fail "${missing[*]}: older than scripts/packages.txt asks for; Debian 12 or later is needed"
