#define _GNU_SOURCE
#include "SerialLine.h"
#include <errno.h>
#include <termios.h>

static const struct { unsigned baud; speed_t code; } speeds[] = {
    {1200, B1200},     {2400, B2400},     {4800, B4800},     {9600, B9600},
    {19200, B19200},   {38400, B38400},   {57600, B57600},   {115200, B115200},
    {230400, B230400}, {460800, B460800}, {500000, B500000}, {576000, B576000},
    {921600, B921600},
};

int muster_serial_configure_fallback(int descriptor, unsigned baud, int data_bits, int parity,
                                     int stop_bits) {
    struct termios line;
    if (tcgetattr(descriptor, &line) != 0) return errno;
    cfmakeraw(&line);
    line.c_iflag = parity ? INPCK : 0;
    line.c_cflag = CREAD | CLOCAL | (data_bits == 7 ? CS7 : CS8);
    if (stop_bits == 2) line.c_cflag |= CSTOPB;
    if (parity) line.c_cflag |= PARENB;
    if (parity == 2) line.c_cflag |= PARODD;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    for (unsigned index = 0; index < sizeof speeds / sizeof speeds[0]; index++) {
        if (speeds[index].baud != baud) continue;
        if (cfsetspeed(&line, speeds[index].code) != 0) return errno;
        return tcsetattr(descriptor, TCSANOW, &line) == 0 ? 0 : errno;
    }
    return EINVAL;
}

unsigned muster_serial_speed_fallback(int descriptor) {
    struct termios line;
    if (tcgetattr(descriptor, &line) != 0) return 0;
    for (unsigned index = 0; index < sizeof speeds / sizeof speeds[0]; index++)
        if (speeds[index].code == cfgetospeed(&line)) return speeds[index].baud;
    return 0;
}
