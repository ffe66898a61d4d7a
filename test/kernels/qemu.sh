#!/usr/bin/env bash
# Runs a command as root in QEMU, on a kernel of Debian's own that qemu-setup.sh has fetched.
#
#   qemu.sh DIR COMMAND ARG...   DIR: where qemu-setup.sh has put the kernel; in the current folder
#
# / is this machine's, shared read-only over 9p, with an overlay that is gone afterwards. stdout, stderr and the status
# are COMMAND's. 124: it ran past GUEST_TIMEOUT. 125: the machine ended without a status (its console's last lines are
# printed). Where the processor cannot virtualize, node is 10 to 15 times slower, and a process costs 50 to 150 ms.
#
# Settings, the same as in uml.sh:
#   GUEST_OUT      a folder of this machine that COMMAND may write to
#   GUEST_ENV      names of variables to pass on (PATH and HOME always are)
#   GUEST_MODULES  .ko files to load before COMMAND; each must have been built for exactly this kernel
#   GUEST_MEM      memory in MiB (2048)
#   GUEST_TIMEOUT  seconds (300)
# and, only here: GUEST_CPUS (1; more of them cost some 3 s of boot)
set -euo pipefail

say() { echo "qemu: $*" >&2; }

nine=trans=virtio,version=9p2000.L,msize=512000

# What runs as process 1 in the shared root.
inside() {
  local module load=''
  for module in ${GUEST_MODULES:-}; do load+="insmod $(realpath "$module"); "; done
  cat << INSIDE
ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
export $1
ip link set lo up
${GUEST_OUT:+mount -t 9p -o $nine out $(printf %q "$(realpath "$GUEST_OUT")")}
$load
cd $(printf %q "$PWD")
# The two virtio-serial ports; a cat each, so that COMMAND sees ordinary pipes.
exec 3> >(exec cat >/dev/vport*p1); cat1=\$!
exec 4> >(exec cat >/dev/vport*p2); cat2=\$!
$(printf '%q ' "${@:2}") </dev/null >&3 2>&4 3>&- 4>&-
status=\$?
exec 3>&- 4>&-
wait \$cat1 \$cat2
echo \$status >/job/status
echo b >/proc/sysrq-trigger      # reboot at once
INSIDE
}

main() {
  local dir name variables status='' out err acceleration acpi args
  dir=$(realpath "$1")
  shift
  variables=$(printf '%s=%q ' PATH "$PATH" HOME "$HOME")
  for name in ${GUEST_ENV:-}; do [ -z "${!name+x}" ] || variables+="$(printf '%s=%q ' "$name" "${!name}")"; done
  job=$(mktemp -d "${TMPDIR:-/tmp}/netsnap-qemu.XXXXXX")
  trap 'rm -rf "$job"' EXIT
  inside "$variables" "$@" > "$job/inside"

  # /dev/kvm alone proves nothing: under some hypervisors it opens but cannot run an ordinary kernel, so ask the
  # processor.
  acceleration=(-accel 'tcg,thread=multi' -cpu max)
  if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then acceleration=(-accel kvm -cpu host); fi
  # Emulated ACPI takes two seconds to boot; without it only one processor is found.
  acpi=acpi=off
  [ "${GUEST_CPUS:-1}" = 1 ] || acpi=pci=noacpi
  args=(
    "${acceleration[@]}" -smp "${GUEST_CPUS:-1}" -m "${GUEST_MEM:-2048}"
    -nodefaults -no-user-config -display none -no-reboot
    -kernel "$dir/vmlinux" -initrd "$dir/initramfs.cpio"
    # panic=-1: a panic reboots at once; with -no-reboot either one ends qemu.
    -append "console=ttyS0 panic=-1 mitigations=off nokaslr $acpi quiet"
    -chardev "file,id=console,path=$job/console" -serial chardev:console
    -fsdev local,id=hostroot,path=/,security_model=none,readonly=on,multidevs=remap
    -device virtio-9p-pci,fsdev=hostroot,mount_tag=hostroot
    -fsdev "local,id=job,path=$job,security_model=none"
    -device virtio-9p-pci,fsdev=job,mount_tag=job
    -device virtio-rng-pci
    -device virtio-serial-pci
    -add-fd fd=3,set=1 -chardev file,id=out,append=on,path=/dev/fdset/1 -device virtserialport,chardev=out,name=out
    -add-fd fd=4,set=2 -chardev file,id=err,append=on,path=/dev/fdset/2 -device virtserialport,chardev=err,name=err
  )
  [ -z "${GUEST_OUT:-}" ] || args+=(
    -fsdev "local,id=outdir,path=$(realpath "$GUEST_OUT"),security_model=none"
    -device virtio-9p-pci,fsdev=outdir,mount_tag=out)

  # Through cats: qemu wants write-only descriptors, which a terminal's are not.
  exec 3> >(exec cat); out=$!
  exec 4> >(exec cat >&2); err=$!
  timeout "${GUEST_TIMEOUT:-300}" qemu-system-x86_64 "${args[@]}" < /dev/null 2> "$job/qemu" || status=$?
  exec 3>&- 4>&-
  wait "$out" "$err" || true
  if [ "$status" = 124 ]; then
    say "ended after ${GUEST_TIMEOUT:-300} s"
  elif ! read -r status 2> /dev/null < "$job/status"; then
    say 'no status; the last lines of the console:'
    tail -q -n 25 "$job/qemu" "$job/console" >&2
    status=125
  fi
  return "$status"
}

[ $# -ge 2 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 2; }
main "$@"
