/* wallclock.c: preload library that shifts one program's wall clock while it runs, and nothing else (monotonic time is real).
 *
 * build: gcc -O2 -Wall -shared -fPIC -o wallclock.so wallclock.c -ldl
 * use:   WALL_CLOCK=FILE LD_PRELOAD=/path/to/wallclock.so PROGRAM
 *   FILE holds 8 bytes: the offset in nanoseconds, a little-endian signed integer. It is mapped, so it may
 *   change while PROGRAM runs.
 * Why not libfaketime: it changes the environment before main, after which CommandLine.arguments of a Swift program is empty, and
 * it breaks the absolute timers of libdispatch.
 * Deadlines on the wall clock (semaphores, conditions, timerfd) are shifted back when they are handed to the kernel. A jump does not
 * wake a timer that is already set, as a real clock change would.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shared;
static int (*r_clock_gettime)(clockid_t, struct timespec *);
static int (*r_sem)(sem_t *, const struct timespec *), (*r_semc)(sem_t *, clockid_t, const struct timespec *);
static int (*r_cond)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*r_condc)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
static int (*r_mutex)(pthread_mutex_t *, const struct timespec *);
static int (*r_tfd)(int, int, const struct itimerspec *, struct itimerspec *);
static int (*r_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);

__attribute__((constructor)) static void start(void) {
    r_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    r_sem = dlsym(RTLD_NEXT, "sem_timedwait"); r_semc = dlsym(RTLD_NEXT, "sem_clockwait");
    r_cond = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2"); r_condc = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
    r_mutex = dlsym(RTLD_NEXT, "pthread_mutex_timedlock"); r_tfd = dlsym(RTLD_NEXT, "timerfd_settime");
    r_nanosleep = dlsym(RTLD_NEXT, "clock_nanosleep");
    const char *path = getenv("WALL_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *p = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
        if (p != MAP_FAILED) shared = p;
        close(fd);
    }
}
static int64_t offset(void) { return shared ? *shared : 0; }
static void shift(struct timespec *t, int64_t by) {
    int64_t n = t->tv_sec * 1000000000LL + t->tv_nsec + by;
    if (n < 0) n = 0;
    t->tv_sec = n / 1000000000LL; t->tv_nsec = n % 1000000000LL;
}
/* a deadline later than 1985 is on the wall clock: no machine here has been up for 15 years */
static struct timespec real(const struct timespec *t) {
    struct timespec x = *t;
    if (x.tv_sec > 500000000 && x.tv_sec < 8000000000) shift(&x, -offset());
    return x;
}
int clock_gettime(clockid_t c, struct timespec *t) {
    if (!r_clock_gettime) r_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    int r = r_clock_gettime(c, t);
    if (r == 0 && (c == CLOCK_REALTIME || c == CLOCK_REALTIME_COARSE || c == CLOCK_TAI)) shift(t, offset());
    return r;
}
int gettimeofday(struct timeval *v, void *z) {
    struct timespec t;
    (void)z;
    if (clock_gettime(CLOCK_REALTIME, &t)) return -1;
    v->tv_sec = t.tv_sec; v->tv_usec = t.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *out) {
    struct timespec t;
    if (clock_gettime(CLOCK_REALTIME, &t)) return -1;
    if (out) *out = t.tv_sec;
    return t.tv_sec;
}
int timespec_get(struct timespec *t, int base) { return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, t) ? base : 0; }
int sem_timedwait(sem_t *s, const struct timespec *t) { struct timespec x = real(t); return r_sem(s, &x); }
int sem_clockwait(sem_t *s, clockid_t c, const struct timespec *t) { struct timespec x = real(t); return r_semc(s, c, &x); }
int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t) { struct timespec x = real(t); return r_cond(c, m, &x); }
int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t k, const struct timespec *t) { struct timespec x = real(t); return r_condc(c, m, k, &x); }
int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *t) { struct timespec x = real(t); return r_mutex(m, &x); }
int timerfd_settime(int fd, int flags, const struct itimerspec *n, struct itimerspec *o) {
    struct itimerspec x = *n;
    if (flags & TFD_TIMER_ABSTIME) x.it_value = real(&n->it_value);
    return r_tfd(fd, flags, &x, o);
}
int clock_nanosleep(clockid_t c, int flags, const struct timespec *t, struct timespec *left) {
    struct timespec x = flags & TIMER_ABSTIME ? real(t) : *t;
    return r_nanosleep(c, flags, &x, left);
}
