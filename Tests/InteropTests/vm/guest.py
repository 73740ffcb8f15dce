"""One QEMU guest made by build-image.sh: start, commands, USB devices, keys. Standard library only.

usage: guest.py IMAGE_DIR RUN_DIR      bakes: boots once and keeps the booted state in IMAGE_DIR

A guest's folder (`run_dir`) holds its sockets, logs and overlay disk. Without KVM on purpose: where /dev/kvm
exists but a hypervisor only pretends, a guest kernel would stay silent for ever.
"""
import base64
import contextlib
import os
import signal
import subprocess
import sys
import time

from wire import AgentLine, Failed, QMP, TimedOut

KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet loglevel=3 nokaslr mitigations=off net.ifnames=0 audit=0 apparmor=0 "
    "random.trust_cpu=on no_timer_check tsc=nowatchdog cryptomgr.notests 8250.nr_uarts=1 panic=-1")
KEYS = {**{c: c for c in "abcdefghijklmnopqrstuvwxyz0123456789"}, "-": "minus", " ": "spc", "\n": "ret"}
MEMORY_MEGABYTES = 768


class Guest:
    def __init__(self, run_dir):
        self.dir = os.path.abspath(run_dir)
        if len(self.path("qmp.sock")) > 100:
            raise Failed("the run folder's path is too long for Unix sockets (about 90 characters)")

    def path(self, name):
        return os.path.join(self.dir, name)

    # ---- life

    def pid(self):
        """Process id of this guest's QEMU, or None; never an id that was given to another process since."""
        try:
            with open(self.path("qemu.id")) as file:
                pid, born = file.read().split()
            return int(pid) if self._born(pid) == born else None
        except (OSError, ValueError):
            return None

    @staticmethod
    def _born(pid):
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[19]

    def start(self, image, share, boot=False, again=False, lifetime=1800, timeout=180):
        """Goes on from the baked state (about 3 s), or boots for real; returns the seconds that took.

        `again` boots from the disk as this guest's last life left it.
        `share` is mounted as /mnt/share. QEMU ends after `lifetime` seconds whatever happens to its starter.
        """
        if self.pid():
            raise Failed(f"a guest already runs in {self.dir}")
        os.makedirs(self.dir, exist_ok=True)
        image = os.path.abspath(image)
        root = self.path("root.qcow2")
        for name in ("qmp.sock", "qga.sock", "pidfile", "qemu.id", "console.log", "trace.log"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path(name))
        boot = boot or again
        if again:
            pass
        elif boot:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(root)
            run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", f"{image}/root.img", root)
        else:
            run("cp", "--reflink=auto", "--sparse=always", f"{image}/ready.qcow2", root)
            run("qemu-img", "rebase", "-u", "-F", "raw", "-b", f"{image}/root.img", root)
        began = time.monotonic()
        end = began + timeout
        arguments = self._arguments(image, root, share) + ([] if boot else ["-loadvm", "ready"])
        self._launch(arguments, lifetime, end)
        try:
            self._wait_agent(end)
            self.run(["/bin/date", "-s", f"@{time.time():.3f}"])    # after a restore the guest's clock is old
            if not boot:
                self.sh("mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /mnt/share")
        except Exception:
            self.power_cut()
            raise
        return time.monotonic() - began

    def _arguments(self, image, root, share):
        return [
            "qemu-system-x86_64", "-M", "q35,accel=tcg,usb=off,vmport=off", "-cpu", "max", "-smp", "1",
            "-m", str(MEMORY_MEGABYTES), "-display", "none", "-nodefaults", "-no-user-config",
            "-kernel", f"{image}/vmlinux", "-initrd", f"{image}/initrd.cpio", "-append", KERNEL_ARGUMENTS,
            "-drive", f"file={root},if=none,id=root,cache=unsafe,format=qcow2",
            "-device", "virtio-blk-pci,drive=root",
            "-qmp", f"unix:{self.path('qmp.sock')},server=on,wait=off",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,path={self.path('qga.sock')},server=on,wait=off,id=qga",
            "-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0",
            "-chardev", f"file,path={self.path('console.log')},id=console", "-serial", "chardev:console",
            "-device", "virtio-rng-pci", "-device", "qemu-xhci,id=xhci,p2=8,p3=8",
            "-device", "pcie-root-port,id=slot1,chassis=1,slot=1",       # where a disk can be plugged
            "-rtc", "base=utc,clock=host", "-pidfile", self.path("pidfile"),
            "-virtfs", f"local,path={os.path.abspath(share)},mount_tag=share,security_model=none,"
                       "multidevs=remap",
            "-trace", f"enable=usb_serial_*,file={self.path('trace.log')}",
        ]

    def _launch(self, arguments, lifetime, end):
        with open(self.path("qemu.log"), "wb") as log:
            child = subprocess.Popen(
                ["timeout", "-k", "5", str(lifetime), *arguments], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        pid = ""
        while not pid:
            if child.poll() is not None:
                raise Failed(f"QEMU ended with {child.returncode}: {self._tail('qemu.log')}")
            if time.monotonic() > end:
                child.terminate()
                raise TimedOut("QEMU wrote no process id")
            time.sleep(0.02)
            with contextlib.suppress(OSError):
                with open(self.path("pidfile")) as file:
                    pid = file.read().strip()
        with open(self.path("qemu.id"), "w") as file:
            file.write(f"{pid} {self._born(pid)}")

    def _tail(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()[-800:]

    def _wait_agent(self, end):
        while True:
            if not self.pid():
                raise Failed("QEMU ended: " + self._tail("qemu.log"))
            try:
                with self._agent(2):
                    return
            except (Failed, OSError):
                if time.monotonic() > end:
                    raise TimedOut("the guest agent did not answer: " + self._tail("console.log"))
                time.sleep(0.1)

    def bake(self, image, share):
        """Boots once and keeps the booted state as IMAGE/ready.qcow2; later starts go on from there."""
        took = self.start(image, share, boot=True)
        try:
            self.sh("systemctl is-system-running --wait || true; udevadm settle; sync; "
                    "echo 3 > /proc/sys/vm/drop_caches", timeout=120)
        except Exception:
            self.power_cut()
            raise
        self.keep(image)
        return took

    def power_cut(self):
        """Ends QEMU at once; nothing in the guest is told."""
        pid = self.pid()
        if not pid:
            return
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 10
        while self.pid():
            if time.monotonic() > end:
                raise TimedOut("QEMU is still there")
            time.sleep(0.02)

    # ---- commands in the guest

    @contextlib.contextmanager
    def _agent(self, timeout):
        if not self.pid():
            raise Failed("no guest runs here")
        line = AgentLine(self.path("qga.sock"), timeout)
        try:
            line.synchronise()
            yield line
        finally:
            line.close()

    def run(self, argv, timeout=60):
        """Runs `argv` in the guest, as root; returns (exit code, standard output, standard error)."""
        end = time.monotonic() + timeout + 10
        guarded = ["-k", "2", str(max(1, int(timeout))), *argv]
        with self._agent(timeout) as agent:
            pid = agent.command(
                "guest-exec", path="/usr/bin/timeout", arg=guarded, **{"capture-output": True})["pid"]
        nap = 0.01
        while True:
            with self._agent(timeout + 10) as agent:
                state = agent.command("guest-exec-status", pid=pid)
            if state["exited"]:
                out, err = (base64.b64decode(state.get(key, "")) for key in ("out-data", "err-data"))
                return (state.get("exitcode", 128 + state.get("signal", 0)),
                        out.decode(errors="replace"), err.decode(errors="replace"))
            if time.monotonic() > end:
                raise TimedOut(f"guest command: {argv}")
            time.sleep(nap)
            nap = min(0.25, nap * 1.5)

    def sh(self, script, timeout=60, check=True):
        """Runs a shell script in the guest; returns its standard output without the last line end."""
        code, out, err = self.run(["/bin/sh", "-c", script], timeout)
        if check and code:
            raise Failed(f"guest shell exit {code}: {script[:160]}: {(out + err)[-900:]}")
        return out.rstrip("\n")

    # ---- devices

    def qmp(self, timeout=30):
        if not self.pid():
            raise Failed("no guest runs here")
        return QMP(self.path("qmp.sock"), timeout)

    def plug_keyboard(self, name, serial, port):
        with contextlib.closing(self.qmp()) as qmp:
            qmp.command("device_add", driver="usb-kbd", id=name, bus="xhci.0", serial=serial, port=port)

    def plug_serial(self, name, serial, port):
        """Plugs an FTDI adapter (0403:6001); its far end is the Unix socket NAME.sock in the run folder."""
        with contextlib.closing(self.qmp()) as qmp:
            qmp.command("chardev-add", id=f"far-{name}", backend={"type": "socket", "data": {
                "addr": {"type": "unix", "data": {"path": self.path(f"{name}.sock")}},
                "server": True, "wait": False}})
            # Without always-plugged the adapter would come and go with the far end's connection.
            qmp.command("device_add", driver="usb-serial", id=name, bus="xhci.0", serial=serial, port=port,
                        chardev=f"far-{name}", **{"always-plugged": True})

    def plug_disk(self, name, file, cache, log=None):
        """Plugs a disk with a volatile write cache; returns its node in the guest.

        `cache`: none goes past this machine's page cache, writeback through it. `log` receives every request
        in the format of dm-log-writes.
        """
        with contextlib.closing(self.qmp()) as qmp:
            node = f"{name}-file"
            qmp.command("blockdev-add", **{
                "driver": "file", "filename": file, "node-name": node, "cache": {"direct": cache == "none"}})
            if log:
                with open(log, "wb"):
                    pass
                qmp.command("blockdev-add", **{"driver": "file", "filename": log, "node-name": "log-file"})
                qmp.command("blockdev-add", **{
                    "driver": "blklogwrites", "node-name": f"{name}-log", "file": node, "log": "log-file"})
                node = f"{name}-log"
            qmp.command("blockdev-add", **{"driver": "raw", "node-name": f"{name}-node", "file": node})
            qmp.command("device_add", driver="virtio-blk-pci", id=name, bus="slot1", drive=f"{name}-node",
                        serial=name, **{"write-cache": "on"})
        return f"/dev/disk/by-id/virtio-{name}"

    def keep(self, image):
        """Keeps the running state as IMAGE/ready.qcow2 and ends the guest; nothing plugged or mounted then."""
        try:
            with contextlib.closing(self.qmp(120)) as qmp:
                said = qmp.command("human-monitor-command", 120, **{"command-line": "savevm ready"})
        finally:
            self.power_cut()
        if said.strip():
            raise Failed("savevm: " + said.strip())
        os.replace(self.path("root.qcow2"), os.path.join(image, "ready.qcow2"))

    def unplug(self, name):
        with contextlib.closing(self.qmp()) as qmp:
            qmp.command("device_del", id=name)
            qmp.wait_event("DEVICE_DELETED", 30, device=name)
            with contextlib.suppress(Failed):       # a keyboard has no far end
                qmp.command("chardev-remove", id=f"far-{name}")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(f"{name}.sock"))

    def type(self, text):
        """Presses and releases each key, 20 ms apart; QEMU feeds the keyboard that was plugged last."""
        with contextlib.closing(self.qmp()) as qmp:
            for character in text:
                for is_down in (True, False):
                    key = {"type": "qcode", "data": KEYS[character]}
                    qmp.command("input-send-event", events=[
                        {"type": "key", "data": {"down": is_down, "key": key}}])
                    time.sleep(0.02)


def run(*command, timeout=60):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout)
    if done.returncode:
        raise Failed(f"{command[0]}: {done.stdout.decode(errors='replace').strip()}")


def main(image, run_dir):
    os.makedirs(os.path.join(run_dir, "share"))
    try:
        took = Guest(run_dir).bake(image, os.path.join(run_dir, "share"))
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL the guest could not be baked: {type(error).__name__}: {error}", flush=True)
        return 1
    print(f"guest baked, its real start took {took:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(os.path.abspath, sys.argv[1:3])))
