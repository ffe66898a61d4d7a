#!/usr/bin/env bash
# Builds the user-mode Linux kernel of the tests from Debian's source, and the module dpll_fake for it.
#
#   build.sh DIR   into DIR: `kernel`, `dpll_fake.ko`, and `built`, a hash of what they are made of; where that is
#                  still true there is nothing to do
#
# A module must be of exactly this kernel (nothing checks it when it is loaded, and a wrong one hangs): so both are
# always built together. About 10 minutes on two processors; 155 MB of packages; 1.5 GB of disk while it builds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

say() { echo "kernel:build: $*" >&2; }

package() { apt-cache policy linux-source-6.12 2> /dev/null | sed -n 's/^ *Candidate: //p'; }

stamp() { cat "$here"/{build.sh,uml.config} "$here"/dpll_fake/{Makefile,dpll_fake.c} | sha256sum | cut -d' ' -f1; }

need() {
  local missing='' pair
  for pair in gcc:gcc make:make bc:bc perl:perl xz:xz-utils ld:binutils dpkg-deb:dpkg apt-get:apt; do
    command -v "${pair%%:*}" > /dev/null || missing+=" ${pair#*:}"
  done
  [ -f /usr/include/stdlib.h ] || missing+=' libc6-dev'
  [ -z "$missing" ] || { say "missing: apt-get install$missing"; exit 1; }
  [ -n "$(package)" ] || { say 'apt knows no package linux-source-6.12: apt-get update'; exit 1; }
}

fetch() {
  local deb
  mkdir debs tools
  # flex, bison and m4 are unpacked beside the source rather than installed.
  (cd debs && apt-get -qq -o APT::Sandbox::User=root download linux-source-6.12 flex bison m4)
  for deb in debs/*.deb; do dpkg-deb -x "$deb" tools; done
  # Only what this configuration can reach, and every Kconfig file.
  tar -xf tools/usr/src/linux-source-6.12.tar.xz \
    --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/media/*.[ch]' --exclude='*/sound/*.[ch]' \
    --exclude='*/drivers/net/wireless/*.[ch]' --exclude='*/drivers/net/ethernet/*.[ch]' \
    --exclude='*/arch/*.dts*' --exclude='*/Documentation/*.rst' --exclude='*/tools/testing/*'
  rm -r debs tools/usr/src
}

# Each change must find its place: sed says nothing where it does not.
change() {
  grep -q "$2" "$1" || { say "$1 is not as expected: nothing like '$2'"; exit 1; }
  sed -i "$3" "$1"
}

patch_source() {
  # Nothing that a user-mode kernel can have selects DPLL: give it a prompt.
  change drivers/dpll/Kconfig '^config DPLL$' '/^config DPLL$/,/bool/s/bool$/bool "DPLL"/'
  # A process that is killed within its fork leaves marks in the tree of its mappings. The kernel's own walks skip
  # them; the one of user-mode Linux did not, and took one for a pointer.
  change arch/um/kernel/tlb.c 'for_each_vma(vmi, vma)' 's/^\(\s*\)for_each_vma(vmi, vma)$/&\n\1if (!xa_is_zero(vma))/'
  # The state of a processor with AMX takes 11,008 bytes, and must be put back whole. It is kept on kernel stacks too:
  # so CONFIG_KERNEL_STACK_ORDER.
  change arch/x86/um/user-offsets.c 'HOST_FP_SIZE, 2696' 's/HOST_FP_SIZE, 2696/HOST_FP_SIZE, 12288/'
}

build() {
  local dir=$1 wanted tools
  wanted=$(stamp)
  if [ "$(cat "$dir/built" 2> /dev/null)" = "$wanted" ]; then return 0; fi
  need
  mkdir -p "$dir"
  rm -f "$dir/built"
  work=$(mktemp -d "$dir/build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  say "building in $work: about 10 minutes"
  cd "$work"
  fetch
  tools=$work/tools/usr
  export PATH=$tools/bin:$PATH M4=$tools/bin/m4 BISON_PKGDATADIR=$tools/share/bison
  cd linux-source-6.12
  patch_source
  KCONFIG_ALLCONFIG=$here/uml.config make -s ARCH=um allnoconfig
  make -s ARCH=um -j"$(nproc)" linux modules
  cp -r "$here/dpll_fake" "$work/dpll_fake"
  make -s ARCH=um M="$work/dpll_fake" modules
  strip -o "$dir/kernel" linux
  cp "$work/dpll_fake/dpll_fake.ko" "$dir/"
  echo "$wanted" > "$dir/built"
  say "done: Linux $("$dir/kernel" --version) in $dir"
}

case ${1:-} in
  '' | -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" ;;
  *) mkdir -p "$1" && build "$(cd "$1" && pwd)" ;;
esac
