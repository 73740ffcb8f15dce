#define _GNU_SOURCE
#include "CLinuxDevice.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <linux/input.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

int muster_lock_descriptor(int descriptor) {
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

int muster_keyboard_grab(int descriptor) {
    return ioctl(descriptor, EVIOCGRAB, 1) == 0 ? 0 : errno;
}

int muster_keyboard_stamp_uptime(int descriptor) {
    int clock = CLOCK_BOOTTIME;
    return ioctl(descriptor, EVIOCSCLOCKID, &clock) == 0 ? 0 : errno;
}

int muster_keyboard_has_key_down(int descriptor) {
    unsigned char keys[KEY_CNT / 8] = {0};
    if (ioctl(descriptor, EVIOCGKEY(sizeof keys), keys) < 0) return -errno;
    for (size_t index = 0; index < sizeof keys; index++)
        if (keys[index]) return 1;
    return 0;
}

size_t muster_input_event_byte_count(void) { return sizeof(struct input_event); }

int muster_hidraw_set_feature(int descriptor, const unsigned char *report, size_t byte_count) {
    unsigned char copy[4096];
    if (byte_count == 0 || byte_count > sizeof copy) return EINVAL;
    memcpy(copy, report, byte_count);
    return ioctl(descriptor, HIDIOCSFEATURE(byte_count), copy) >= 0 ? 0 : errno;
}

int muster_hidraw_get_feature(int descriptor, unsigned char *report, size_t byte_count) {
    if (byte_count == 0 || byte_count > 4096) return -EINVAL;
    int count = ioctl(descriptor, HIDIOCGFEATURE(byte_count), report);
    return count >= 0 ? count : -errno;
}

int muster_event_descriptor(int is_blocking) {
    return eventfd(0, EFD_CLOEXEC | (is_blocking ? 0 : EFD_NONBLOCK));
}

int muster_pty_open(char *slave_path, size_t capacity) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -1;
    int code = grantpt(master) != 0 || unlockpt(master) != 0 ? errno : 0;
    if (code == 0) code = ptsname_r(master, slave_path, capacity);
    if (code == 0) return master;
    close(master);
    errno = code;
    return -1;
}

void muster_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
