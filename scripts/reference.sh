#!/bin/bash
# Prints docs/reference.md, made from the program's own help. Usage: reference.sh PROGRAM
set -euo pipefail

readonly program=$1

# subcommands ARGUMENT... - the names listed under "Subcommands:" in the help of `pellucid ARGUMENT...`.
subcommands() {
  "$program" "$@" --help | awk '
    tolower($0) ~ /^(sub)?commands:/ { inside = 1; next }
    inside && /^[^ ]/ { exit }
    inside && /^  [a-z]/ { print $1 }'
}

# section NAME ARGUMENT... - one heading and the help of `pellucid ARGUMENT...`.
section() {
  local name=$1
  shift
  printf '\n## %s\n\n```text\n' "$name"
  "$program" "$@" --help | sed 's/[[:space:]]*$//'
  printf '```\n'
}

names=$(subcommands)
[[ -n $names ]] || { echo "reference.sh: $program --help lists no subcommands" >&2; exit 1; }

cat << 'HEAD'
# Command reference

What `pellucid --help` and `pellucid SUBCOMMAND --help` print. Made by `make docs`; do not edit.
HEAD
section pellucid
for name in $names; do
  section "pellucid $name" "$name"
  for part in $(subcommands "$name"); do
    section "pellucid $name $part" "$name" "$part"
  done
done
