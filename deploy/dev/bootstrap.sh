#!/bin/sh
# Installs the npm packages, and the library libatomic1, which the pinned Node needs. Arguments go to npm: with --omit=dev it
# installs only what running Gavel needs. Prints to stderr, so that the JSON on the stdout of a make target stays valid.
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
    echo '✗ The library libatomic1 is missing. The pinned Node needs it.'
    echo '→ sudo apt-get update && sudo apt-get install -y libatomic1'
    exit 1
  fi
  echo 'installing libatomic1 (the pinned Node needs it) with apt-get'
  install="$root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends libatomic1"
  $install >/dev/null 2>&1 || { $root apt-get -qq update; $install >/dev/null; }
fi

echo 'installing npm packages'
# Not `npm ci`, which refuses the lock file because it has no entries for optional programs of other platforms. `npm install`
# installs the locked versions, too.
npm install --no-save --loglevel=error "$@"
