#!/bin/bash
# The virtual machine stage: builds the guest and installs the real program in it once, then runs stage.py and
# powercut.py in one guest and devices.py in another beside it: a core each.
#
# usage: run.sh WORK_DIR [MUSTER_BINARY]
#   WORK_DIR       keeps the guest's image between runs (about 600 MB); made when missing
#   MUSTER_BINARY  a debug build will do; the Swift runtime libraries it needs are taken along. Without it the
#                  image is made and nothing is run.
# environment: MUSTER_VM=0 skips the stage and says so; MUSTER_LONG=1 makes 1,000 plugs, 200 power cuts and 600
#   crash points; MUSTER_PLUGS sets the plugs alone
# needs: Debian 12 as root; installs QEMU and the tools it needs when they are missing
# Bounded: 15 minutes for image and program, 12 for the guests; 4 hours when long. What it starts, it ends.
# exit: 0 all passed or skipped, 1 something failed or time is up, 2 usage
set -u
if [ "${MUSTER_VM:-1}" = 0 ]; then
  echo "virtual machine: skipped, MUSTER_VM=0"
  exit 0
fi
[ $# -eq 1 ] || [ $# -eq 2 ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && work=$(cd "$1" && pwd) || exit 1
limit=900 minutes=12 plugs=200 cuts=2 points=30
[ "${MUSTER_LONG:-0}" = 1 ] && minutes=240 plugs=1000 cuts=200 points=600
plugs=${MUSTER_PLUGS:-$plugs}
export DEBIAN_FRONTEND=noninteractive
fail() { echo "virtual machine: $*" >&2; echo "virtual machine: 0 passed, 1 failed, $SECONDS s"; exit 1; }
bounded() { timeout -k 10 $((limit > SECONDS ? limit - SECONDS : 1)) "$@" < /dev/null; }

# One run at a time builds the image; others wait for it.
exec 9> "$work/lock"
flock -w "$limit" 9 || fail "another run holds $work/lock"

packages="qemu-system-x86 qemu-utils mmdebstrap busybox-static cpio e2fsprogs kmod python3 gcc libc6-dev"
# shellcheck disable=SC2086
if ! dpkg-query -W -f '${Status}\n' $packages 2>/dev/null | awk '!/ok installed/ {exit 1}' ||
  [ "$(dpkg-query -W -f '.' $packages 2>/dev/null | wc -c)" -lt 10 ]; then
  echo "installing $packages"
  bounded apt-get update -qq > "$work/apt.log" 2>&1 &&
    bounded apt-get install -y -qq --no-install-recommends $packages >> "$work/apt.log" 2>&1 ||
    { tail -5 "$work/apt.log" >&2; fail "the packages cannot be installed"; }
fi

# The baked state fits one recipe of the disk, one set of QEMU arguments and one QEMU only.
recipe=$(cat "$here/build-image.sh" "$here/guest.py" <(qemu-system-x86_64 --version) | sha256sum | cut -c1-16)
if [ ! -e "$work/image/image.env" ] || [ "$(cat "$work/image/recipe" 2>/dev/null)" != "$recipe" ]; then
  [ -n "$(apt-cache depends linux-image-amd64 2>/dev/null)" ] || bounded apt-get update -qq ||
    fail "no package lists"
  bounded "$here/build-image.sh" "$work/image" || fail "the guest's image cannot be built"
  echo "$recipe" > "$work/image/recipe"
fi

run=$(mktemp -d "$work/run.XXXXXX") || fail "no folder for the run"
trap 'rm -rf "$run"' EXIT
[ -e "$work/image/ready.qcow2" ] || bounded python3 -B "$here/guest.py" "$work/image" "$run/bake" ||
  fail "the guest cannot be baked"
echo "the guest's image is there after $SECONDS s"
[ $# -eq 2 ] || exit 0
muster=$(realpath -e "$2") || fail "there is no program to run"

mkdir "$run/program"
bounded python3 -B "$here/program.py" "$work/image" "$run/program" "$muster" "$run/installed" ||
  fail "the program cannot be installed"
began=$SECONDS
limit=$((SECONDS + minutes * 60))

# One part after the other, each in a guest of its own; their lines say which part they are of.
parts() {
  local result=0 part code
  for part in "$@"; do
    # shellcheck disable=SC2086
    set -- $part
    local script=$1; shift
    mkdir "$run/${script%.py}"
    bounded python3 -B "$here/$script" "$run/installed" "$run/${script%.py}" "$muster" "$@" 2>&1 |
      sed -u "s/^/${script%.py}: /"
    code=${PIPESTATUS[0]}
    [ "$code" -eq 0 ] || result=1
    # 124 and 137: stopped by the clock, before the part could print its own closing line.
    case $code in 124 | 137) echo "${script%.py}: time is up, 0 passed, 1 failed";; esac
  done
  return $result
}
parts "devices.py --plugs $plugs" &
devices=$!
parts stage.py "powercut.py --cuts $cuts --points $points"
result=$?
wait "$devices" || result=1
echo "virtual machine: $((SECONDS - began)) s in the guests"
exit $result
