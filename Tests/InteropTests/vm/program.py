#!/usr/bin/env python3
"""Puts the real program into the guest once, for all parts of the virtual machine stage.

usage: program.py IMAGE_DIR RUN_DIR MUSTER_BINARY INSTALLED_DIR
  IMAGE_DIR      made by build-image.sh and baked by guest.py
  RUN_DIR        short path of a folder for sockets, logs and the shared files
  INSTALLED_DIR  receives a guest with program, unit, rules and users in it, booted: what every part starts from
exit: 0 it is there, 1 not
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from guest import Guest
from wire import Failed

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
START = '#!/bin/sh\nLD_LIBRARY_PATH=/opt/muster/lib exec /opt/muster/muster "$@"\n'
INSTALL = """set -e; cd /mnt/share
    mkdir -p /opt/muster; cp -r muster lib /opt/muster/; install -m 755 muster.sh /usr/bin/muster
    install -m 644 muster.service /lib/systemd/system/
    install -D -m 644 muster.sysusers /usr/lib/sysusers.d/muster.conf
    install -D -m 644 muster.tmpfiles /usr/lib/tmpfiles.d/muster.conf
    install -m 644 60-muster.rules /lib/udev/rules.d/
    systemd-sysusers; systemd-tmpfiles --create muster.conf
    systemctl daemon-reload; udevadm control --reload; modprobe ftdi_sio; muster --version
    cd /; umount /mnt/share; sync"""


def fill_share(share, muster):
    """Program, Swift's libraries beside it, unit and rules. Debug symbols nobody reads there are left out."""
    os.makedirs(os.path.join(share, "lib"))
    subprocess.run(["strip", "--strip-debug", "-o", os.path.join(share, "muster"), muster], check=True,
                   timeout=120)
    for name, path in libraries(muster).items():
        shutil.copy(path, os.path.join(share, "lib", name))
    for path in ("systemd/muster.service", "systemd/muster.sysusers", "systemd/muster.tmpfiles",
                 "hardware/udev/60-muster.rules"):
        shutil.copy(os.path.join(REPOSITORY, path), share)
    with open(os.path.join(share, "muster.sh"), "w") as file:
        file.write(START)


def libraries(muster):
    """What the program needs and a plain Debian does not have: Swift's shared libraries."""
    listed = subprocess.run(["ldd", muster], stdout=subprocess.PIPE, check=True, timeout=60)
    found = dict(re.findall(r"(\S+) => (/\S+)", listed.stdout.decode()))
    system = ("/lib/", "/usr/lib/x86_64-linux-gnu/")
    return {name: path for name, path in found.items() if not os.path.realpath(path).startswith(system)}


def link_image(image, folder):
    """A folder for another state of the same machine."""
    os.makedirs(folder)
    for name in ("vmlinux", "initrd.cpio", "root.img"):
        os.symlink(os.path.realpath(os.path.join(image, name)), os.path.join(folder, name))


def main(image, run_dir, muster, installed):
    began = time.monotonic()
    guest, share = Guest(os.path.join(run_dir, "guest")), os.path.join(run_dir, "share")
    try:
        fill_share(share, muster)
        link_image(image, installed)
        guest.start(image, share)
        said = guest.sh(INSTALL, timeout=180)
        guest.keep(installed)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL the program could not be installed: {type(error).__name__}: {error}", flush=True)
        return 1
    finally:
        guest.power_cut()
    print(f"{said.strip()} installed after {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))     # so that the guest is ended when time is up
    sys.exit(main(*map(os.path.abspath, sys.argv[1:5])))
