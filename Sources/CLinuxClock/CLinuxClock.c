#define _GNU_SOURCE
#include "CLinuxClock.h"
#include <sys/timex.h>
#include <time.h>

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return -1;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t muster_clock_wall_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }

int64_t muster_clock_uptime_nanoseconds(void) { return nanoseconds(CLOCK_BOOTTIME); }

int muster_clock_is_synchronised(void) {
    struct timex parameters = {0};
    int state = adjtimex(&parameters);
    return state >= 0 && state != TIME_ERROR && !(parameters.status & STA_UNSYNC);
}
