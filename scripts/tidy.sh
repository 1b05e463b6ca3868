#!/bin/bash
# clang-tidy on one file of a build's database. What passed once is not looked at again until the
# file after preprocessing (comments included), the settings or the tool change: here, or on the
# machine of whoever committed .ci/tidy-passed, a hash a file, as a fresh clone would need half an
# hour for all of them. Says "HASH FILE" of a file that passes in BUILD_FOLDER/tidy-passed.
# Usage: tidy.sh BUILD_FOLDER FILE
set -euo pipefail

readonly build=$1 file=$2
readonly tool=${CLANG_TIDY:-clang-tidy}
readonly cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pellucid/tidy

# The file's line of the database, as a shell command.
command=$(grep -F -- " -c $PWD/$file\"" "$build/compile_commands.json" |
  sed -n '1{s/^ *"command": "\(.*\)",$/\1/; s/\\\(.\)/\1/g; s/^[^ ]*ccache //; p}')

# What a verdict depends on; neither the tree's own path is among it nor the processor, which
# --version names as well.
key() {
  {
    "$tool" --version | grep -o 'version [0-9.]*'
    cat .clang-tidy
    echo "${command//$PWD/}"
    (cd "$build" && eval "${command/ -o * -c / -E -C -P }") | sed "s|$PWD||g"
  } | sha256sum | cut -d ' ' -f 1
}

passed=
if stamp=$(key); then
  passed=$cache/$stamp
  if [[ -e $passed ]] || grep -qsxF "$stamp $file" .ci/tidy-passed; then
    echo "$stamp $file" >> "$build/tidy-passed"
    mkdir -p "$cache"
    touch "$passed"
    exit 0
  fi
fi
if ! report=$("$tool" -p "$build" --quiet "$file" 2>&1); then
  sed '/ generated\.$/d; /^Error while processing/d' <<< "$report"
  exit 1
fi
if [[ -n $passed ]]; then
  echo "$stamp $file" >> "$build/tidy-passed"
  mkdir -p "$cache"
  touch "$passed"
  # Stamps of files as they were long ago.
  find "$cache" -type f -mtime +30 -delete
fi
