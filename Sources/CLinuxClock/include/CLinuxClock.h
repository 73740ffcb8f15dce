/* The clock questions that Swift's Glibc overlay does not import, or not reliably: whose module `struct timespec`
   belongs to depends on which file of a Swift module is compiled first. */
#ifndef CLINUXCLOCK_H
#define CLINUXCLOCK_H

#include <stdint.h>

/* Nanoseconds of CLOCK_REALTIME and CLOCK_BOOTTIME; -1 when the kernel refuses, which it never does for these. */
int64_t muster_clock_wall_nanoseconds(void);
int64_t muster_clock_uptime_nanoseconds(void);

/* 1 when the kernel's clock discipline says the wall clock is synchronised, else 0. Needs no privilege. */
int muster_clock_is_synchronised(void);

#endif
