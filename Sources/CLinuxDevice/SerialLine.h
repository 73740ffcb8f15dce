/* The part of the serial line that needs the C library's struct termios. */
#ifndef MUSTER_SERIAL_LINE_H
#define MUSTER_SERIAL_LINE_H

int muster_serial_configure_fallback(int descriptor, unsigned baud, int data_bits, int parity, int stop_bits);
unsigned muster_serial_speed_fallback(int descriptor);

#endif
