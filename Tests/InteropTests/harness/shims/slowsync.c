/* Preload library: fsync, fdatasync and msync take so much longer, as on an SD card or a worn eMMC.
 *
 * use: SLOW_SYNC=FILE LD_PRELOAD=slowsync.so PROGRAM
 *   FILE holds 8 bytes: microseconds, a little-endian integer. It is mapped, so it may change while PROGRAM runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *microseconds;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("SLOW_SYNC");
    int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    void *page = mmap(0, 8, PROT_READ, MAP_SHARED, descriptor, 0);
    if (page != MAP_FAILED) microseconds = page;
    close(descriptor);
}

static void delay(void) {
    int64_t left = microseconds ? *microseconds : 0;
    struct timespec time = {left / 1000000, left % 1000000 * 1000};
    if (left > 0) nanosleep(&time, 0);
}

int fsync(int descriptor) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    delay();
    return real(descriptor);
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    delay();
    return real(descriptor);
}

int msync(void *start, size_t count, int flags) {
    static int (*real)(void *, size_t, int);
    if (!real) real = dlsym(RTLD_NEXT, "msync");
    if (flags & MS_SYNC) delay();
    return real(start, count, flags);
}
