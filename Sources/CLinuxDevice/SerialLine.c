/* <asm/termbits.h> has termios2 but clashes with <termios.h>: this file has the one, SerialLineFallback.c the
 * other. */
#include "CLinuxDevice.h"
#include "SerialLine.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int muster_serial_configure(int descriptor, unsigned baud, int data_bits, int parity, int stop_bits) {
    struct termios2 line;
    if (ioctl(descriptor, TCGETS2, &line) != 0)
        return errno != ENOTTY
            ? errno
            : muster_serial_configure_fallback(descriptor, baud, data_bits, parity, stop_bits);
    /* A byte with wrong parity or framing reaches us as NUL: the driver's check refuses and counts it. */
    line.c_iflag = parity ? INPCK : 0;
    line.c_oflag = 0;
    line.c_lflag = 0;
    line.c_cflag = BOTHER | (BOTHER << IBSHIFT) | CREAD | CLOCAL | (data_bits == 7 ? CS7 : CS8);
    if (stop_bits == 2) line.c_cflag |= CSTOPB;
    if (parity) line.c_cflag |= PARENB;
    if (parity == 2) line.c_cflag |= PARODD;
    line.c_ispeed = line.c_ospeed = baud;
    /* With VMIN 0 an empty line would read as 0, like a pulled plug. */
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    return ioctl(descriptor, TCSETS2, &line) == 0 ? 0 : errno;
}

unsigned muster_serial_speed(int descriptor) {
    struct termios2 line;
    return ioctl(descriptor, TCGETS2, &line) == 0 ? line.c_ospeed : muster_serial_speed_fallback(descriptor);
}

/* Slaves of Unix98 ptys have the majors 136 to 143 (Documentation/admin-guide/devices.txt). */
static int is_pseudo_terminal(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && major(status.st_rdev) >= 136 && major(status.st_rdev) <= 143;
}

int muster_serial_set_exclusive(int descriptor, int is_exclusive) {
    if (is_pseudo_terminal(descriptor)) return 0;
    return ioctl(descriptor, is_exclusive ? TIOCEXCL : TIOCNXCL) == 0 ? 0 : errno;
}

int muster_serial_modem_lines_off(int descriptor) {
    int lines = TIOCM_DTR | TIOCM_RTS;
    if (ioctl(descriptor, TIOCMBIC, &lines) == 0 || errno == ENOTTY || errno == EINVAL) return 0;
    return errno;
}

int muster_unsent_byte_count(int descriptor) {
    int count = 0;
    return ioctl(descriptor, TIOCOUTQ, &count) == 0 && count > 0 ? count : 0;
}

int muster_discard_unsent(int descriptor) {
    return ioctl(descriptor, TCFLSH, TCOFLUSH) == 0 ? 0 : errno;
}
