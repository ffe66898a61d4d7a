#!/usr/bin/env bash
# Makes a kernel of the tests ready, and prints the folder where it is: what is there already is used.
#
#   prepare.sh uml         user-mode Linux 6.12, built from Debian's source (`pnpm kernel:build`); 10 minutes, once
#   prepare.sh qemu-6.12   Debian's own kernel, for QEMU
#   prepare.sh qemu-6.1    the oldest kernel that we promise
#
# NETSNAP_KERNELS  the folder that keeps them (~/.cache/netsnap/kernels)
# NETSNAP_UML      a folder with a user-mode Linux that is ready: linux*.xz and dpll_fake*.ko, of one build
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${NETSNAP_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/netsnap/kernels}

# The two are unpacked into a folder of their own, named by what they are: no module meets another kernel there.
ready() {
  local packed=("$1"/linux*.xz) modules=("$1"/dpll_fake*.ko) dir
  [ -f "${packed[0]}" ] && [ "${#packed[@]}" -eq 1 ] || { echo "kernel:build: NETSNAP_UML: $1 holds no one linux*.xz" >&2; exit 1; }
  dir=$cache/uml-$(cat "${packed[0]}" "${modules[0]}" 2> /dev/null | sha256sum | cut -c1-16)
  if [ ! -e "$dir/built" ]; then
    mkdir -p "$dir"
    xz -dc "${packed[0]}" > "$dir/kernel"
    chmod +x "$dir/kernel"
    [ ! -f "${modules[0]}" ] || cp "${modules[0]}" "$dir/dpll_fake.ko"
    echo ready > "$dir/built"
  fi
  # One that was built for other processors may not run on this one.
  if GUEST_TIMEOUT=60 "$here/uml.sh" "$dir/kernel" true > /dev/null 2>&1; then
    echo "$dir"
  else
    echo "kernel:build: NETSNAP_UML: $1 does not run on this processor: another one is built" >&2
    own
  fi
}

own() {
  "$here/build.sh" "$cache/uml-6.12" >&2
  echo "$cache/uml-6.12"
}

case ${1:-} in
  uml)
    if [ -n "${NETSNAP_UML:-}" ]; then
      ready "$NETSNAP_UML"
    else
      own
    fi
    ;;
  qemu-*)
    "$here/qemu-setup.sh" "${1#qemu-}" "$cache/$1" >&2
    echo "$cache/$1"
    ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 2 ;;
esac
