#!/bin/sh
# Sees to it that there is a Chromium for the browser tests and the benchmark: found (as browser.mjs finds it), or
# installed where that needs no question (Debian and its kin, as root). Otherwise says what to do and fails.
set -eu

find_browser() {
  if [ -n "${CHROME:-}" ]; then
    command -v "$CHROME" >/dev/null && return
    echo "CHROME is set to $CHROME, which is not a program that can be run." >&2
    exit 1
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && return
  done
  [ -x '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' ]
}

find_browser && exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo 'There is no Chromium yet: installing it with apt-get.' >&2
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
  find_browser && exit 0
fi

echo 'The browser tests need Chromium, and there is none. Install one (Debian: apt-get install chromium) or set CHROME to its path.' >&2
exit 1
