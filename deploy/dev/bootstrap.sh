#!/bin/sh
# What must be there before the pinned Node can run: npm, the one library that Node's binary wants beside libc, and the
# packages. Everything is said on stderr, so that commands with output for programs stay parseable.
set -eu
exec >&2

if ! command -v npm >/dev/null; then
  echo '✗ npm is missing.'
  echo '→ Install Node 20 or newer with npm (Debian 13: apt-get install nodejs npm; Debian 12: from nodejs.org).'
  exit 1
fi

has_libatomic() {
  PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1'
}

if [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null && ! has_libatomic; then
  if [ "$(id -u)" = 0 ]; then
    root=
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root='sudo -n'
  else
    echo '✗ libatomic1 is missing, which the pinned Node needs.'
    echo '→ sudo apt-get update && sudo apt-get install -y libatomic1'
    exit 1
  fi
  echo 'installing libatomic1 (the pinned Node needs it) with apt-get'
  install="$root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends libatomic1"
  $install >/dev/null 2>&1 || { $root apt-get -qq update; $install >/dev/null; }
fi

echo 'installing npm packages'
# Not `npm ci`: the lock file holds no entries for other platforms' optional binaries, which `npm ci` takes for a lock
# file out of step. The locked versions are what is installed either way.
npm install --no-save --loglevel=error
