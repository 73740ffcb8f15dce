#!/bin/bash
# Builds the guest of the virtual machine stage: kernel, initrd and an ext4 root, all from Debian packages.
#
# usage: build-image.sh WORK_DIR
#   WORK_DIR   receives vmlinux, initrd.cpio, root.img and, written last, image.env
# environment:
#   SUITE      Debian suite of the guest     (default bookworm; never older than this machine's)
#   MIRROR     Debian mirror                 (default: the one this system's apt uses)
#   ROOT_MB    size of the root file system  (default 1024)
# needs (Debian): mmdebstrap busybox-static cpio e2fsprogs kmod python3; root; apt lists
# exit: 0 image is ready, 1 something failed (message on standard error), 2 usage
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"; work=$(cd "$1" && pwd)
SUITE=${SUITE:-bookworm}; ROOT_MB=${ROOT_MB:-1024}
# The first list is taken by hand: a reader that stops early would break the pipe of apt-get.
lists=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security || true)
MIRROR=${MIRROR:-${lists%%$'\n'*}}
die() { echo "build-image: $*" >&2; exit 1; }
step() { printf 'build-image: [%4ds] %s\n' "$SECONDS" "$*"; }
[ "$(id -u)" = 0 ] || die "must run as root"
[ -n "$MIRROR" ] || die "apt knows no mirror; run apt-get update"
for tool in mmdebstrap busybox cpio mke2fs depmod modprobe python3; do
  command -v "$tool" >/dev/null || die "missing tool: $tool"
done
rm -f "$work"/{image.env,root.img,ready.qcow2,ready.json}

# ---- kernel: the standard one; linux-image-cloud-amd64 has neither USB nor 9p
package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ && !found {print $2; found = 1}')
[ -n "$package" ] || die "no linux-image-amd64 in the apt lists; run apt-get update"
if ! ls "$work/$package"_*.deb >/dev/null 2>&1; then
  step "download $package"
  rm -f "$work"/linux-image-*.deb
  (cd "$work" && timeout 300 apt-get -qq -o APT::Sandbox::User=root download "$package")
fi
rm -rf "$work/kernel"; mkdir "$work/kernel"; dpkg-deb -x "$work/$package"_*.deb "$work/kernel"
release=${package#linux-image-}

# ---- vmlinux: QEMU starts the unpacked kernel directly (PVH), about 9 s faster without KVM
step "unpack vmlinux"
python3 - "$work/kernel/boot/vmlinuz-$release" "$work/vmlinux" <<'PY'
import gzip, lzma, struct, sys
image = open(sys.argv[1], 'rb').read()
protected_mode = ((image[0x1f1] or 4) + 1) * 512            # setup sectors and the boot sector
offset, length = struct.unpack_from('<II', image, 0x248)    # setup header: payload_offset, payload_length
payload = image[protected_mode + offset:protected_mode + offset + length]
if payload[:6] == b'\xfd7zXZ\0':
    kernel = lzma.LZMADecompressor().decompress(payload)
elif payload[:2] == b'\x1f\x8b':
    kernel = gzip.decompress(payload[:-4])
else:
    sys.exit('unknown kernel compression ' + payload[:6].hex())
if kernel[:4] != b'\x7fELF':
    sys.exit('payload is not an ELF vmlinux')
open(sys.argv[2], 'wb').write(kernel)
PY

# ---- root file system
root=$work/rootfs; rm -rf "$root"
step "mmdebstrap $SUITE from $MIRROR"
packages=systemd,systemd-sysv,udev,kmod,qemu-guest-agent,util-linux,procps
packages+=,libudev1,libsqlite3-0,libqrencode4,libminizip1,libexpat1,libxlsxwriter4,libstdc++6,zlib1g,ca-certificates,tzdata
timeout 300 mmdebstrap --mode=root --variant=essential --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/locale/*' \
  --aptopt='Acquire::Retries "3"' --aptopt='APT::Install-Recommends "false"' \
  --skip=cleanup/tmp "$SUITE" "$root" "$MIRROR" > "$work/mmdebstrap.log" 2>&1 \
  || { tail -20 "$work/mmdebstrap.log" >&2; die "mmdebstrap failed"; }

# ---- kernel modules that the stage uses, with what they depend on
step "select kernel modules"
modules="virtio_pci virtio_blk virtio_net virtio_console virtio_rng ext4 9p 9pnet_virtio overlay loop ipv6
 xhci-pci hid usbhid hid-generic uinput evdev usbserial ftdi_sio pl2303 cp210x ch341 cdc-acm
 dummy_hcd libcomposite usb_f_acm usb_f_hid uhid
 crc32c-intel crc32c_generic libcrc32c i8042 atkbd"
target=$root/lib/modules/$release; mkdir -p "$target"
cp "$work/kernel/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$target"/
depmod -b "$work/kernel" "$release"
closure() { # the files that "modprobe $1" would load, in order
  modprobe -d "$work/kernel" -S "$release" --show-depends "$1" 2>/dev/null | awk '$1 == "insmod" {print $2}'
}
for module in $modules; do
  for file in $(closure "$module" || true); do       # empty for what is built in
    relative=${file#"$work/kernel/lib/modules/$release/"}
    mkdir -p "$target/$(dirname "$relative")"; cp -n "$file" "$target/$relative"
  done
done
depmod -b "$root" "$release"

# ---- settings: fast start, guest agent
step "configure the guest"
echo muster-guest > "$root/etc/hostname"
echo 0123456789abcdef0123456789abcdef > "$root/etc/machine-id"
: > "$root/etc/fstab"
printf '127.0.0.1 localhost muster-guest\n' > "$root/etc/hosts"
ln -sf /usr/share/zoneinfo/Asia/Shanghai "$root/etc/localtime"
units=$root/etc/systemd/system
mkdir -p "$root"/etc/systemd/{journald,system}.conf.d "$root/mnt/share" "$units/multi-user.target.wants"
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nForwardToConsole=no\n' \
  > "$root/etc/systemd/journald.conf.d/guest.conf"
printf '[Manager]\nDefaultTimeoutStartSec=120s\nDefaultTimeoutStopSec=30s\nShowStatus=no\n' \
  > "$root/etc/systemd/system.conf.d/guest.conf"
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer systemd-random-seed.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-machine-id-commit.service systemd-journal-flush.service \
  systemd-hwdb-update.service systemd-pstore.service ldconfig.service systemd-remount-fs.service \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount getty@tty1.service \
  systemd-ask-password-wall.path systemd-ask-password-console.path console-getty.service \
  systemd-timesyncd.service systemd-networkd.service systemd-logind.service getty-static.service \
  systemd-user-sessions.service systemd-sysusers.service modprobe@configfs.service modprobe@drm.service \
  modprobe@efi_pstore.service sys-kernel-config.mount sys-fs-fuse-connections.mount systemd-sysctl.service \
  qemu-guest-agent.service serial-getty@ttyS0.service; do
  ln -sf /dev/null "$units/$unit"
done
# Debian starts the agent through a udev rule; the guest has a unit of its own, so that it never starts twice.
rm -f "$root"/{lib,usr/lib}/udev/rules.d/60-qemu-guest-agent.rules
cat > "$units/guest-agent.service" <<'U'
[Unit]
Description=QEMU guest agent
DefaultDependencies=no
After=systemd-udev-trigger.service sysinit.target
[Service]
ExecStartPre=/bin/sh -c 'until [ -e /dev/virtio-ports/org.qemu.guest_agent.0 ]; do sleep 0.05; done'
TimeoutStartSec=60
ExecStart=/usr/sbin/qemu-ga -t /run -b ""
Restart=always
RestartSec=1
U
ln -sf ../guest-agent.service "$units/multi-user.target.wants/guest-agent.service"
# Coldplug of the 64 virtual terminals and other devices nobody looks at costs 4 s without KVM.
mkdir -p "$units/systemd-udev-trigger.service.d"
nomatch=
for subsystem in tty vc wakeup memory cpu clocksource workqueue bdi acpi pnp event_source mem thermal; do
  nomatch+=" --subsystem-nomatch=$subsystem"
done
cat > "$units/systemd-udev-trigger.service.d/guest.conf" <<U
[Service]
ExecStart=
ExecStart=-udevadm trigger --type=devices --action=add$nomatch
U
ln -sf /lib/systemd/system/multi-user.target "$units/default.target"
printf '%s\n' virtio_console 9pnet_virtio 9p evdev > "$root/etc/modules-load.d/guest.conf"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/{bash-completion,lintian}

# ---- initrd: busybox and the few modules that mount the root disk
step "initrd"
initrd=$work/initrd; rm -rf "$initrd"; mkdir -p "$initrd"/{bin,dev,proc,sys,newroot,mod}
cp "$(command -v busybox)" "$initrd/bin/busybox"
count=0; seen=" "
for module in virtio_pci virtio_blk crc32c_generic ext4; do
  for file in $(closure "$module"); do
    case $seen in *" $file "*) continue;; esac
    seen+="$file "; count=$((count + 1)); cp "$file" "$initrd/mod/$(printf %02d $count)-$(basename "$file")"
  done
done
cat > "$initrd/init" <<'I'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
for m in /mod/*; do /bin/busybox insmod $m || echo "initrd: $m failed"; done
i=0; while [ ! -b /dev/vda ] && [ $i -lt 100 ]; do i=$((i+1)); /bin/busybox usleep 50000; done
/bin/busybox mount -t ext4 -o rw,noatime /dev/vda /newroot || echo "initrd: no root"
/bin/busybox umount /proc; /bin/busybox umount /sys; /bin/busybox mount --move /dev /newroot/dev
exec /bin/busybox switch_root /newroot /lib/systemd/systemd
I
chmod 755 "$initrd/init"
(cd "$initrd" && find . | cpio --quiet -o -H newc > "$work/initrd.cpio")

# ---- disk
step "root.img"
mke2fs -q -t ext4 -O ^metadata_csum -E lazy_itable_init=1,root_owner=0:0 -L guestroot \
  -d "$root" "$work/root.img" "${ROOT_MB}M"
used=$(du -sm "$root" | cut -f1)
rm -rf "$work/kernel" "$initrd" "$root"
{ echo "KERNEL_RELEASE=$release"; echo "SUITE=$SUITE"; } > "$work/image.env"
step "done: root ${used} MB, root.img $(du -m "$work/root.img" | cut -f1) MB on disk"
