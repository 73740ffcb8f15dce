/* Device calls that Swift's Glibc overlay does not import: ioctl numbers made by macros, termios2, ptys,
 * eventfd.
 *
 * Unless a comment says otherwise a function returns 0, or the errno of the call that failed. */
#ifndef CLINUXDEVICE_H
#define CLINUXDEVICE_H

#include <stddef.h>

/* Puts the line into raw mode: no echo, no signals, no translation, receiver on, modem lines ignored, no
 * hang-up at close, no flow control. Input that waits in the line is kept. parity: 0 none, 1 even, 2 odd.
 * Any baud the kernel takes; where the driver knows no termios2 (ENOTTY), only the standard ones (else
 * EINVAL). */
int muster_serial_configure(int descriptor, unsigned baud, int data_bits, int parity, int stop_bits);

/* The output speed the line reports, 0 when it reports none. */
unsigned muster_serial_speed(int descriptor);

/* Refuses further opens by others than root (TIOCEXCL), or takes that back.
 * Nothing is done on a pseudo terminal: there the mark would outlive a killed service. */
int muster_serial_set_exclusive(int descriptor, int is_exclusive);

/* DTR and RTS off. Lines without modem control (ENOTTY, EINVAL) count as done. */
int muster_serial_modem_lines_off(int descriptor);

/* Bytes the kernel still has to send; 0 when the descriptor cannot tell. */
int muster_unsent_byte_count(int descriptor);

/* Throws away what the kernel still has to send; input is kept. */
int muster_discard_unsent(int descriptor);

/* An advisory lock on the open device, without waiting: EWOULDBLOCK when somebody else holds it. */
int muster_lock_descriptor(int descriptor);

/* Takes the key events away from consoles and every other reader (EVIOCGRAB). */
int muster_keyboard_grab(int descriptor);

/* The kernel stamps the events from now on with CLOCK_BOOTTIME (EVIOCSCLOCKID; since Linux 4.0). */
int muster_keyboard_stamp_uptime(int descriptor);

/* 1 when a key is down, 0 when none is, the negative errno when the device cannot tell. */
int muster_keyboard_has_key_down(int descriptor);

/* Size of this machine's struct input_event: 24 on 64-bit machines, 16 on 32-bit ones. */
size_t muster_input_event_byte_count(void);

/* Sends one feature report; the first byte is the report id, 0 when the device numbers none. */
int muster_hidraw_set_feature(int descriptor, const unsigned char *report, size_t byte_count);

/* Reads one feature report into `report`, whose first byte is the report id, 0 when the device numbers none.
 * Returns how many bytes it has with its id, or the negative errno. */
int muster_hidraw_get_feature(int descriptor, unsigned char *report, size_t byte_count);

/* An eventfd, close-on-exec; -1 with errno set on failure. */
int muster_event_descriptor(int is_blocking);

/* Opens a pseudo terminal and writes the path of its slave. Returns the non-blocking master, or -1 with errno
 * set. */
int muster_pty_open(char *slave_path, size_t capacity);

/* Names the calling thread, 15 characters at most. */
void muster_name_thread(const char *name);

#endif
