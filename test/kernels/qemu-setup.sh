#!/usr/bin/env bash
# Fetches a Debian kernel for qemu.sh: unpacks it, makes an initramfs that mounts this machine's files, and builds the
# module dpll_fake where the kernel has DPLL.
#
#   qemu-setup.sh 6.12 DIR   the newest linux-image-6.12.*-amd64 into DIR, and `built`, a hash of what made it; where
#                            that is still true there is nothing to do
#
# 110 MB of packages. Needs qemu-system-x86, cpio, kmod, zstd, xz-utils, binutils, busybox-static; for the module also
# gcc and make.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

say() { echo "qemu-setup: $*" >&2; }

newest() {
  apt-cache search --names-only "^linux-image-${1//./\\.}\.[0-9.+deb-]*-amd64\$" | sed 's/^linux-image-//; s/ .*//' |
    grep -vE -- '-(rt|cloud|unsigned)-' | sort -V | tail -n 1
}

need() {
  local missing='' pair
  for pair in qemu-system-x86_64:qemu-system-x86 cpio:cpio depmod:kmod zstd:zstd xz:xz-utils busybox:busybox-static \
    gcc:gcc make:make; do
    command -v "${pair%%:*}" > /dev/null || missing+=" ${pair#*:}"
  done
  [ -z "$missing" ] || { say "missing: apt-get install --no-install-recommends$missing"; exit 1; }
}

fetch() {
  local version=$1 packages deb
  packages=("linux-image-$version")
  # The headers of 6.12 are for dpll_fake; 6.1 has no DPLL.
  [ "${version#6.1.}" != "$version" ] ||
    packages+=("linux-headers-$version" "linux-headers-${version%-amd64}-common" "linux-kbuild-${version%-amd64}")
  say "downloading ${packages[*]}"
  mkdir debs tree
  (cd debs && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}")
  for deb in debs/*.deb; do dpkg-deb -x "$deb" tree; done
  rm -r debs
}

# vmlinuz holds a packed vmlinux. Unpack it here, once: qemu starts a vmlinux through its PVH entry, which saves
# unpacking it, emulated, in every boot. The places are setup_sects, payload_offset and payload_length of the x86 boot
# protocol; the payload's last four bytes are its unpacked size.
unpack_kernel() {
  local z=$1 payload
  field() { od -An -v -j"$1" -N"$2" -tu"$2" --endian=little "$z" | tr -d ' '; }
  payload() {
    dd if="$z" bs=1M status=none iflag=skip_bytes,count_bytes \
      skip=$((($(field 0x1f1 1) + 1) * 512 + $(field 0x248 4))) count=$(($(field 0x24c 4) - 4))
  }
  case $(payload | head -c 4 | od -An -tx1 | tr -d ' ') in
    28b52ffd) payload | zstd -dcq ;;
    fd377a58) payload | xz -dc ;;
    *) say "$z: packed in a way that is not known here"; exit 1 ;;
  esac
}

# The initramfs: busybox, the modules that reach this machine's files, and a script that puts an overlay on them.
initramfs() {
  local dir=$1 version=$2 nine=trans=virtio,version=9p2000.L,msize=512000 kind module modules=()
  mkdir -p "$dir"/{bin,dev,lower,upper,new}
  cp "$(command -v busybox)" "$dir/bin/busybox"
  # In the order of loading; what is built in is printed as `builtin`.
  while read -r kind module; do
    [ "$kind" = insmod ] || continue
    module=${module%% *}
    modules+=("$(basename "${module%.xz}")")
    case $module in *.xz) xz -dc "$module" ;; *) cat "$module" ;; esac > "$dir/${modules[-1]}"
  done < <(modprobe -d "$PWD/tree" -S "$version" --show-depends -a virtio_pci virtio_console 9pnet_virtio 9p overlay |
    awk '!seen[$0]++')
  # Every process counts in an emulated machine: two mount calls do all the mounts.
  cat > "$dir/init" << INIT
#!/bin/busybox sh
b=/bin/busybox
for m in ${modules[*]}; do \$b insmod /\$m; done
\$b mount -a -T /fstab.1
\$b mkdir /upper/files /upper/work /upper/files/job /dev/pts /dev/shm /dev/net \\
  /upper/files/usr /upper/files/usr/lib /upper/files/usr/lib/modules
\$b mknod /dev/net/tun c 10 200
\$b mount -a -T /fstab.2
exec \$b switch_root /new /bin/bash /job/inside
INIT
  chmod +x "$dir/init"
  cat > "$dir/fstab.1" << TAB
dev /dev devtmpfs mode=755
hostroot /lower 9p ro,cache=loose,$nine
upper /upper tmpfs size=75%
TAB
  cat > "$dir/fstab.2" << TAB
root /new overlay lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work
dev /new/dev devtmpfs mode=755
pts /new/dev/pts devpts gid=5,mode=620,ptmxmode=666
shm /new/dev/shm tmpfs mode=1777
proc /new/proc proc defaults
sys /new/sys sysfs defaults
cgroup /new/sys/fs/cgroup cgroup2 defaults
bpf /new/sys/fs/bpf bpf defaults
debug /new/sys/kernel/debug debugfs defaults
run /new/run tmpfs mode=755
/lower$PWD/tree/lib/modules /new/lib/modules none bind
job /new/job 9p $nine
TAB
  (cd "$dir" && find . | cpio -o -H newc --quiet) > initramfs.cpio
}

# Without BTF, which would need the pahole package.
dpll_fake() {
  local headers=$PWD/tree/usr/src/linux-headers-$1
  grep -q '^CONFIG_DPLL=y' "tree/boot/config-$1" && [ -d "$headers" ] || return 0
  # The headers name their common part, and that the tools, by where a real installation has them.
  sed -i "s|^include /usr/src/|include $PWD/tree/usr/src/|" "$headers/Makefile"
  cp -r "$here/dpll_fake" dpll_fake
  make -s -C "$headers" M="$PWD/dpll_fake" CONFIG_DEBUG_INFO_BTF_MODULES= modules
  mv dpll_fake/dpll_fake.ko .
  rm -r dpll_fake
}

main() {
  local series=$1 dir=$2 version wanted
  wanted=$(cat "$0" "$here"/dpll_fake/{Makefile,dpll_fake.c} | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$dir/built" 2> /dev/null)" = "$wanted" ]; then return 0; fi
  version=$(newest "$series")
  [ -n "$version" ] || { say "apt knows no linux-image-$series.*-amd64: apt-get update"; exit 1; }
  need
  rm -rf "$dir"
  mkdir -p "$dir"
  cd "$dir"
  fetch "$version"
  unpack_kernel "tree/boot/vmlinuz-$version" > vmlinux
  depmod -b tree "$version"
  initramfs "$PWD/initramfs" "$version"
  rm -r initramfs
  dpll_fake "$version"
  rm -rf tree/usr/src tree/usr/lib tree/usr/share
  echo "$wanted" > built
  say "done: $version, $(du -sh . | cut -f1) in $PWD"
}

[ $# -eq 2 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 2; }
main "$@"
