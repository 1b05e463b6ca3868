#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Checks report pages in headless Chromium: scripts/check-page.sh PAGE.html...
# Screenshots go to $SCREENSHOTS (build/screenshots); axe-core comes from npm once and is kept in
# $PELLUCID_CACHE (~/.cache/pellucid). Fails on a fault of a page, and where nothing can be checked:
# no browser that starts, no axe-core. PELLUCID_PAGE_OPTIONAL=1 lets the latter pass, with a message.
set -eu

here=$(dirname "$0")
screenshots=${SCREENSHOTS:-$here/../build/screenshots}
cache=${PELLUCID_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pellucid}
axe=$cache/node_modules/axe-core/axe.min.js

# cannot WHY - nothing can be checked.
cannot() {
  echo "check-page.sh: PAGES NOT CHECKED: $1" >&2
  [ -n "${PELLUCID_PAGE_OPTIONAL:-}" ] && exit 0
  exit 3
}

missing() {
  cannot "$1 is missing: apt-get install $2"
}

if [ $# -eq 0 ]; then
  echo 'usage: scripts/check-page.sh PAGE.html...' >&2
  exit 2
fi
command -v chromium > /dev/null || missing chromium chromium
[ -x /usr/bin/chromedriver ] || missing chromedriver chromium-driver
/usr/bin/python3 -c 'import selenium' 2> /dev/null || missing 'selenium for Python' python3-selenium

if [ ! -f "$axe" ]; then
  command -v npm > /dev/null || missing npm npm
  mkdir -p "$cache"
  if ! npm install --silent --no-audit --no-fund --prefix "$cache" axe-core@4; then
    cannot "npm cannot fetch axe-core: connect to a network once, it is then kept in $cache"
  fi
fi

status=0
/usr/bin/python3 -B "$here/../tests/page/page_check.py" --axe "$axe" --screenshots "$screenshots" \
  "$@" || status=$?
[ "$status" -eq 3 ] && cannot 'the browser does not start'
exit "$status"
