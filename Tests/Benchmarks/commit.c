/* Commits rows to a bare ledger as fast as the disk takes them.

   usage: commit PATH SCHEMA BODY_BYTES ROWS_PER_COMMIT MILLISECONDS
   Prints: commits, their p50 and p99 in microseconds, rows a second, CPU microseconds a row. */
#include "bare_ledger.h"

static int compare(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

int main(int count, char **words) {
    enum { limit = 1000000 };
    if (count != 6) stop("usage", "commit PATH SCHEMA BODY_BYTES ROWS_PER_COMMIT MILLISECONDS");
    struct bare_ledger ledger;
    bare_open(&ledger, words[1], words[2], atoi(words[3]));
    int row_count = atoi(words[4]), commits = 0;
    long long *took = malloc(limit * sizeof *took);
    for (int warm_up = 0; warm_up < 3; warm_up++) bare_commit(&ledger, row_count);
    long long processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), began = nanoseconds(CLOCK_MONOTONIC);
    long long end = began + atoll(words[5]) * 1000000, now = began;
    while (now < end && commits < limit) {
        bare_commit(&ledger, row_count);
        long long after = nanoseconds(CLOCK_MONOTONIC);
        took[commits++] = after - now;
        now = after;
    }
    processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
    qsort(took, (size_t)commits, sizeof *took, compare);
    double rows = (double)commits * row_count;
    printf("%d %.1f %.1f %.0f %.3f\n", commits, took[commits / 2] / 1e3, took[(int)(commits * 0.99)] / 1e3,
           rows / ((now - began) / 1e9), processor / 1e3 / rows);
    return 0;
}
