/* A card reader and a relay board at a gateway: from the last byte of a card to the relay's "on".

   usage: latency READER_FD RELAY_FD FRAMES PERIOD_US PATH SCHEMA BODY_BYTES
   The descriptors are the device ends of two pseudo terminals. In each period, a third of it apart: the next
   frame of 14 bytes goes to the gateway in one write; the same to the floor, a process in C that reads it,
   commits one bare row and answers; and one bare row is committed here.
   Prints for each period three times in nanoseconds: gateway, floor, bare commit. */
#define _GNU_SOURCE
#include "bare_ledger.h"
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { frame_byte_count = 14, command_byte_count = 4, patience_ms = 2000 };
static const unsigned char relay_on[command_byte_count] = {0xa0, 0x01, 0x01, 0xa2};

/* The two device ends a card goes in at and the relay's command comes out at. */
struct gate { int reader, relay; };

/* Takes commands until an "on" comes; "off" is passed over. False when none comes in time. */
static int wait_for_on(int relay, int patience) {
    static unsigned char bytes[command_byte_count];
    int have = 0;
    struct pollfd wait = {.fd = relay, .events = POLLIN};
    while (poll(&wait, 1, patience) > 0) {
        ssize_t got = read(relay, bytes + have, (size_t)(command_byte_count - have));
        if (got <= 0) return 0;
        have += (int)got;
        if (have < command_byte_count) continue;
        have = 0;
        if (memcmp(bytes, relay_on, command_byte_count) == 0) return 1;
    }
    return 0;
}

static long long pass(struct gate gate, const unsigned char *frame) {
    wait_for_on(gate.relay, 0);
    long long began = nanoseconds(CLOCK_MONOTONIC);
    if (write(gate.reader, frame, frame_byte_count) != frame_byte_count) stop("reader", "takes no bytes");
    if (!wait_for_on(gate.relay, patience_ms)) stop("relay", "no pulse for a listed card in 2 s");
    return nanoseconds(CLOCK_MONOTONIC) - began;
}

static void floor_gateway(int reader, int relay, struct bare_ledger *ledger) {
    unsigned char bytes[4096];
    int have = 0;
    for (ssize_t got; (got = read(reader, bytes, sizeof bytes)) > 0;) {
        for (have += (int)got; have >= frame_byte_count; have -= frame_byte_count) {
            bare_commit(ledger, 1);
            if (write(relay, relay_on, command_byte_count) != command_byte_count) exit(1);
        }
    }
}

static int pseudo_terminal(int *gateway_end) {
    int device_end;
    struct termios raw;
    cfmakeraw(&raw);
    if (openpty(&device_end, gateway_end, NULL, &raw, NULL) != 0) stop("openpty", "failed");
    return device_end;
}

static struct gate start_floor(char **words, pid_t *child) {
    int reader, relay;
    struct gate gate = {pseudo_terminal(&reader), pseudo_terminal(&relay)};
    if ((*child = fork()) == 0) {
        char path[4096];
        struct bare_ledger ledger;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        snprintf(path, sizeof path, "%s-floor", words[5]);
        bare_open(&ledger, path, words[6], atoi(words[7]));
        floor_gateway(reader, relay, &ledger);
        exit(0);
    }
    return gate;
}

static void sleep_until(long long moment) {
    struct timespec time = {moment / 1000000000, moment % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

int main(int count, char **words) {
    if (count != 8) stop("usage", "latency READER_FD RELAY_FD FRAMES PERIOD_US PATH SCHEMA BODY_BYTES");
    pid_t child;
    struct gate gateway = {atoi(words[1]), atoi(words[2])}, floor = start_floor(words, &child);
    struct bare_ledger ledger;
    bare_open(&ledger, words[5], words[6], atoi(words[7]));
    FILE *frames = fopen(words[3], "rb");
    if (!frames) stop(words[3], "cannot be read");
    long long period = atoll(words[4]) * 1000, due = nanoseconds(CLOCK_MONOTONIC) + period;
    unsigned char frame[frame_byte_count];
    while (fread(frame, 1, frame_byte_count, frames) == frame_byte_count) {
        sleep_until(due);
        long long through_gateway = pass(gateway, frame);
        sleep_until(due + period / 3);
        long long through_floor = pass(floor, frame);
        sleep_until(due + period * 2 / 3);
        long long began = nanoseconds(CLOCK_MONOTONIC);
        bare_commit(&ledger, 1);
        printf("%lld %lld %lld\n", through_gateway, through_floor, nanoseconds(CLOCK_MONOTONIC) - began);
        due += period;
        if (due < nanoseconds(CLOCK_MONOTONIC)) due = nanoseconds(CLOCK_MONOTONIC) + period;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
