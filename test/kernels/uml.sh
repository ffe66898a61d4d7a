#!/usr/bin/env bash
# Runs a command as root in user-mode Linux: a kernel that is an ordinary process. It starts in half a second, and node
# runs at native speed (system calls cost about five times as much). One processor.
#
#   uml.sh KERNEL COMMAND ARG...   in the current folder
#
# / is this machine's, read-only, with an overlay that is gone afterwards: that keeps mistakes off this machine's files,
# and is no sandbox. stdout, stderr and the status are COMMAND's. 124: it ran past GUEST_TIMEOUT. 125: the kernel ended
# without a status (its console's last lines are printed).
#
# Settings, the same as in qemu.sh:
#   GUEST_OUT      a folder of this machine that COMMAND may write to
#   GUEST_ENV      names of variables to pass on (PATH and HOME always are)
#   GUEST_MODULES  .ko files to load before COMMAND; each must have been built for exactly this kernel
#   GUEST_MEM      memory in MiB (2048)
#   GUEST_TIMEOUT  seconds (300)
set -euo pipefail

say() { echo "uml: $*" >&2; }

# Process 1, in the root that is this machine's: put the overlay on top of it and move there.
outside() { cat << OUTSIDE
#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs upper /mnt
mkdir /mnt/files /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/files,workdir=/mnt/work root /mnt/root
cd /mnt/root
mount -t devtmpfs dev dev
mkdir -p dev/pts dev/shm dev/net mnt/old
[ -e dev/net/tun ] || mknod dev/net/tun c 10 200
mount -t devpts -o gid=5,mode=620,ptmxmode=666 pts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t proc proc proc
mount -t sysfs sys sys
mount -t cgroup2 cgroup sys/fs/cgroup
mount -t bpf bpf sys/fs/bpf
mount -t debugfs debug sys/kernel/debug
mount -t tmpfs -o mode=755 run run
mkdir run/job
mount -t hostfs -o $job job run/job
${GUEST_OUT:+mount -t hostfs -o $(printf '%q out .%q' "$(realpath "$GUEST_OUT")" "$(realpath "$GUEST_OUT")")}
pivot_root . mnt/old
exec chroot . /bin/bash /run/job/inside
OUTSIDE
}

inside() {
  local module load=''
  for module in ${GUEST_MODULES:-}; do load+="insmod $(realpath "$module"); "; done
  cat << INSIDE
umount -l /mnt/old
ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
export $1
ip link set lo up
$load
cd $(printf %q "$PWD")
stty -F /dev/ttyS0 raw; stty -F /dev/ttyS1 raw
exec 3> >(exec cat >/dev/ttyS0); cat1=\$!
exec 4> >(exec cat >/dev/ttyS1); cat2=\$!
$(printf '%q ' "${@:2}") </dev/null >&3 2>&4 3>&- 4>&-
status=\$?
exec 3>&- 4>&-
wait \$cat1 \$cat2
echo \$status >/run/job/status
sync
echo o >/proc/sysrq-trigger
sleep 60
INSIDE
}

main() {
  local kernel=$1 name variables status='' out err
  shift
  # Go programs do not bear the signals of their own scheduler there.
  variables="GODEBUG=asyncpreemptoff=1 $(printf '%s=%q ' PATH "$PATH" HOME "$HOME")"
  for name in ${GUEST_ENV:-}; do [ -z "${!name+x}" ] || variables+="$(printf '%s=%q ' "$name" "${!name}")"; done
  job=$(mktemp -d "${TMPDIR:-/tmp}/netsnap-uml.XXXXXX")
  trap 'rm -rf "$job"' EXIT
  outside > "$job/outside"; chmod +x "$job/outside"
  inside "$variables" "$@" > "$job/inside"

  # Two serial lines carry stdout and stderr; the console goes to a file.
  exec 3> >(exec cat); out=$!
  exec 4> >(exec cat >&2); err=$!
  # KILL: a user-mode kernel takes TERM for ctrl-alt-del. timeout kills its whole process group. The parameters keep
  # drivers from making interfaces of their own.
  { timeout --signal=KILL "${GUEST_TIMEOUT:-300}" "$kernel" mem="${GUEST_MEM:-2048}M" uml_dir="$job/" umid=uml \
    root=/dev/root rootfstype=hostfs rootflags=/ ro init="$job/outside" panic=-1 \
    con=null con0=null,fd:1 ssl=null ssl0=null,fd:3 ssl1=null,fd:4 \
    bonding.max_bonds=0 dummy.numdummies=0 ifb.numifbs=0 \
    sysctl.net.core.fb_tunnels_only_for_init_net=1 quiet \
    < /dev/null > "$job/console" 2>&1 || status=$?; } 2> /dev/null
  exec 3>&- 4>&-
  if [ "$status" = 137 ] && [ ! -s "$job/status" ]; then
    say "ended after ${GUEST_TIMEOUT:-300} s"
    return 124
  fi
  wait "$out" "$err" || true
  if ! read -r status 2> /dev/null < "$job/status"; then
    say 'no status; the last lines of the console:'
    tail -n 25 "$job/console" >&2
    status=125
  fi
  return "$status"
}

[ $# -ge 2 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 2; }
main "$@"
