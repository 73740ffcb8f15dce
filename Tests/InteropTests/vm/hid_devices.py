"""HID devices of the site: descriptors, reports, and what the guest is told to make them.

Through /dev/uhid, played by hid_player.c: 0 and 1 are keyboards, 2 reads resident ID cards, 3 is a scanner.
Through the whole USB core (dummy_hcd and configfs): a scanner 0C2E:0B8F and a relay board 16C0:05DF.
"""
import os

from program import REPOSITORY

PERSON = "110101190001010014"       # the invented person of the capture
CAPTURE = os.path.join(REPOSITORY, "hardware/captures/hid-id-card/plain-reports.capture")
KEYBOARD = ("05010906A101050719E029E71500250175019508810295017508810195067508150025650507190029658100C0")
# A maker's own page, 64 bytes each way, no report ids.
ID_CARD_READER = "0600FF0901A10109021500 26FF0075089540 8102 0903 9540 9102 C0".replace(" ", "")
# Page 8C, bar code scanner: report 02 of 63 bytes and, for the switch out of the keyboard's role, feature FE.
SCANNER = "058C0902A1010903150026FF0075088502953F8102 85FE0905 9501 B102 C0".replace(" ", "")
RELAY = "0600FF0901A10109021500 26FF0075089508 B102 C0".replace(" ", "")

_OURS = 'GROUP="muster", MODE="0660", TAG+="systemd"\n'
RULES = "".join(
    f'SUBSYSTEM=="input", KERNEL=="event*", ATTRS{{name}}=="muster-keys-{side}", '
    f'SYMLINK+="muster-test/keys-{side}", {_OURS}' for side in ("left", "right")) + (
    f'SUBSYSTEM=="hidraw", KERNELS=="0003:1209:0003.*", SYMLINK+="muster-test/id-card", {_OURS}'
    f'SUBSYSTEM=="hidraw", KERNELS=="0003:1209:0004.*", SYMLINK+="muster-test/scanner", {_OURS}')

CREATE_KEYBOARDS = (f"create 0 1209 0001 muster-keys-left {KEYBOARD}\n"
                    f"create 1 1209 0002 muster-keys-right {KEYBOARD}\n")
CREATE_SCANNER = f"create 3 1209 0004 muster-scanner {SCANNER}\n"

# Each is a USB device, so that rules see its ids. Without an output endpoint reports come by SET_REPORT.
GADGETS = r"""set -e
mountpoint -q /sys/kernel/config || { modprobe libcomposite; mount -t configfs none /sys/kernel/config; }
modprobe dummy_hcd num=2; modprobe usb_f_hid
gadget() { # NAME VENDOR PRODUCT TEXT REPORT_BYTES DESCRIPTOR UDC
  mkdir /sys/kernel/config/usb_gadget/$1; cd /sys/kernel/config/usb_gadget/$1
  echo 0x$2 > idVendor; echo 0x$3 > idProduct
  mkdir strings/0x409 configs/c.1 functions/hid.0
  echo "$4" > strings/0x409/product; echo "$1" > strings/0x409/serialnumber
  cd functions/hid.0; echo $5 > report_length; echo 1 > no_out_endpoint; printf "$6" > report_desc; cd ../..
  ln -s functions/hid.0 configs/c.1/
  node=/dev/hidg$(cut -d: -f2 functions/hid.0/dev)
  ln -s $node /run/hid-$1
  echo $7 > UDC
  systemd-run -q sh -c "exec cat $node > /run/hid-$1.bin"
}
gadget scanner 0c2e 0b8f "Voyager 1400g" 64 '%SCANNER%' dummy_udc.0
gadget relay 16c0 05df "USBRelay1" 8 '%RELAY%' dummy_udc.1
for id in 0C2E:00000B8F 16C0:000005DF; do
  for i in $(seq 100); do
    node=$(grep -l "HID_ID=0003:0000$id" /sys/class/hidraw/*/device/uevent || true); [ -n "$node" ] && break
    sleep 0.1
  done
  node=$(basename $(dirname $(dirname $node))); udevadm settle
  stat -c '%G %a' /dev/$node
done
""".replace("%SCANNER%", "".join(f"\\{byte:03o}" for byte in bytes.fromhex(SCANNER))).replace(
    "%RELAY%", "".join(f"\\{byte:03o}" for byte in bytes.fromhex(RELAY)))


def start_player():
    """A real reader keeps its pace whatever the machine does: so the player goes before everything else."""
    return ("mkfifo /run/hid.fifo; "
            "systemd-run -q -p CPUSchedulingPolicy=fifo -p CPUSchedulingPriority=50 "
            "sh -c 'exec 3<> /run/hid.fifo; "
            "exec /opt/muster/hid_player < /run/hid.fifo > /run/hid.log 2>&1'\n")


def feed(lines):
    return f"cat > /run/hid.fifo <<'END'\n{lines}END\n"


# ---- keyboards

def _press(device, character):
    usages = {**{str(digit): 0x1E + (digit - 1) % 10 for digit in range(10)}, "\n": 0x28}
    return f"input {device} 0000{usages[character]:02X}0000000000\n"


def _release(device):
    return f"input {device} {'00' * 8}\n"


def typed(device, text):
    return "".join(_press(device, key) + "pause 8\n" + _release(device) + "pause 8\n" for key in text)


def interleaved(left, right):
    """Each key of one falls between two of the other, and is down while the other's is.

    40 ms a key: the kernel keeps 64 events of a keyboard, twenty keys, and the emulated machine is slow.
    """
    lines = ""
    for first, second in zip(left + "\n", right + "\n"):
        lines += (_press(0, first) + "pause 10\n" + _press(1, second) + "pause 10\n"
                  + _release(0) + "pause 10\n" + _release(1) + "pause 10\n")
    return lines


# ---- reader of resident ID cards

def _request(*words):
    body = [0x00, 0x03, *words]
    return "00AAAAAA9669" + bytes(body).hex()       # hidraw's id 0 stands first


def _answers():
    """Reports of the capture by what they answer: module number, found, selected, card, gone."""
    groups, last = [], -100
    with open(CAPTURE) as file:
        rows = [line.split(maxsplit=2) for line in file if line.startswith("@") and "<" in line]
    for at, _, text in rows:
        at = int(at[1:])
        if at - last > 15:
            groups.append("")
        groups[-1] += text.replace(" ", "").strip()
        last = at
    return [",".join(group[start:start + 128] for start in range(0, len(group), 128)) for group in groups]


def create_id_card_reader():
    number, _, selected, card, gone = _answers()
    rules = {_request(0x12, 0xFF): number, _request(0x20, 0x01): gone, _request(0x20, 0x02): selected,
             _request(0x30, 0x01): card}
    return f"create 2 1209 0003 muster-id-card {ID_CARD_READER}\n" + "".join(
        f"answer 2 0 {prefix} {reports}\n" for prefix, reports in rules.items())


def show_card():
    """The next search finds a card, once."""
    return f"answer 2 1 {_request(0x20, 0x01)} {_answers()[1]}\n"


# ---- scanners

def scan(text):
    """One report: 02, length, AIM id of a QR code, text, the maker's code, no more to follow."""
    body = text.encode()
    return bytes([0x02, len(body)]) + b"]Q1" + body + bytes(56 - len(body)) + bytes([0x73, 0x00, 0x00])


def gadget_report(name, report):
    return "printf '" + "".join(f"\\{byte:03o}" for byte in report) + f"' > /run/hid-{name}"
