/* Plays HID devices through /dev/uhid, as lines on standard input say; runs in the guest.
 *
 *   create N VENDOR PRODUCT NAME DESCRIPTOR     device N (0 to 7) on the USB bus; all but N and NAME hexadecimal
 *   destroy N                                   as if its plug were pulled
 *   input N REPORT                              the device sends this report
 *   answer N TIMES PREFIX REPORT[,REPORT...]    to an output report that begins so; the newest rule goes first,
 *                                               TIMES 0 stays for ever
 *   pause MILLISECONDS
 *
 * Says on standard output: "N open", "N close", "N output REPORT", "N feature REPORT". Ends with its input.
 */
#include <fcntl.h>
#include <linux/uhid.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DEVICES = 8, RULES = 32, PREFIX_BYTES = 64, LINE_BYTES = 1 << 16 };

struct rule {
    int device, times, is_for_ever;
    uint8_t prefix[PREFIX_BYTES];
    size_t prefix_size;
    char *reports;
};

static int descriptors[DEVICES] = {-1, -1, -1, -1, -1, -1, -1, -1};
static struct rule rules[RULES];
static int rule_count;

static void fail(const char *what, const char *about) {
    fprintf(stderr, "hid_player: %s: %.60s\n", what, about);
    exit(1);
}

static size_t bytes_of(const char *text, uint8_t *bytes, size_t limit) {
    size_t count = strlen(text) / 2;
    if (count > limit) fail("too long", text);
    for (size_t i = 0; i < count; i++) {
        unsigned value;
        if (sscanf(text + 2 * i, "%2x", &value) != 1) fail("not hexadecimal", text);
        bytes[i] = (uint8_t)value;
    }
    return count;
}

static void tell(int device, const struct uhid_event *event) {
    if (write(descriptors[device], event, sizeof *event) != sizeof *event) perror("hid_player: write");
}

static void send_report(int device, const char *text) {
    struct uhid_event event = {.type = UHID_INPUT2};
    event.u.input2.size = (uint16_t)bytes_of(text, event.u.input2.data, UHID_DATA_MAX);
    tell(device, &event);
}

static void say(int device, const char *what, const uint8_t *bytes, size_t size) {
    printf("%d %s", device, what);
    if (size) putchar(' ');
    for (size_t i = 0; i < size; i++) printf("%02x", bytes[i]);
    putchar('\n');
    fflush(stdout);
}

static void answer(int device, const uint8_t *bytes, size_t size) {
    for (int i = rule_count - 1; i >= 0; i--) {
        struct rule *rule = &rules[i];
        if (rule->device != device || size < rule->prefix_size || memcmp(bytes, rule->prefix, rule->prefix_size))
            continue;
        if (!rule->is_for_ever && rule->times-- <= 0) continue;
        char *copy = strdup(rule->reports), *rest = copy;
        for (char *report; (report = strsep(&rest, ","));) send_report(device, report);
        free(copy);
        return;
    }
}

static void hear(int device) {
    struct uhid_event event, reply = {0};
    if (read(descriptors[device], &event, sizeof event) <= 0) return;
    switch (event.type) {
    case UHID_OPEN: say(device, "open", NULL, 0); break;
    case UHID_CLOSE: say(device, "close", NULL, 0); break;
    case UHID_OUTPUT:
        say(device, "output", event.u.output.data, event.u.output.size);
        answer(device, event.u.output.data, event.u.output.size);
        break;
    case UHID_SET_REPORT:
        say(device, "feature", event.u.set_report.data, event.u.set_report.size);
        reply.type = UHID_SET_REPORT_REPLY;
        reply.u.set_report_reply.id = event.u.set_report.id;
        tell(device, &reply);
        break;
    case UHID_GET_REPORT:
        reply.type = UHID_GET_REPORT_REPLY;
        reply.u.get_report_reply.id = event.u.get_report.id;
        reply.u.get_report_reply.err = 5;   /* EIO: these devices have none to give */
        tell(device, &reply);
        break;
    default: break;
    }
}

static void create(int device, char *vendor, char *product, char *name, char *descriptor) {
    struct uhid_event event = {.type = UHID_CREATE2};
    event.u.create2.bus = 3;    /* BUS_USB */
    event.u.create2.vendor = (uint32_t)strtoul(vendor, NULL, 16);
    event.u.create2.product = (uint32_t)strtoul(product, NULL, 16);
    snprintf((char *)event.u.create2.name, sizeof event.u.create2.name, "%s", name);
    event.u.create2.rd_size = (uint16_t)bytes_of(descriptor, event.u.create2.rd_data, HID_MAX_DESCRIPTOR_SIZE);
    descriptors[device] = open("/dev/uhid", O_RDWR | O_CLOEXEC);
    if (descriptors[device] < 0) fail("/dev/uhid cannot be opened", name);
    tell(device, &event);
}

static void learn(int device, char *times, char *prefix, char *reports) {
    if (rule_count == RULES) fail("too many rules", prefix);
    struct rule *rule = &rules[rule_count++];
    rule->device = device;
    rule->times = atoi(times);
    rule->is_for_ever = rule->times == 0;
    rule->prefix_size = bytes_of(prefix, rule->prefix, sizeof rule->prefix);
    rule->reports = strdup(reports);
}

/* Everything that the kernel says meanwhile is heard. */
static void listen_for(int milliseconds, int with_input) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t end = now.tv_sec * 1000LL + now.tv_nsec / 1000000 + milliseconds;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t left = end - (now.tv_sec * 1000LL + now.tv_nsec / 1000000);
        if (!with_input && left <= 0) return;
        struct pollfd polled[DEVICES + 1];
        for (int i = 0; i < DEVICES; i++) polled[i] = (struct pollfd){descriptors[i], POLLIN, 0};
        polled[DEVICES] = (struct pollfd){with_input ? 0 : -1, POLLIN, 0};
        if (poll(polled, DEVICES + 1, with_input ? -1 : (int)left) <= 0) continue;
        for (int i = 0; i < DEVICES; i++)
            if (polled[i].revents & POLLIN) hear(i);
        if (polled[DEVICES].revents) return;
    }
}

static void obey(char *line) {
    char *words[6] = {0};
    for (int i = 0; i < 6; i++)
        do words[i] = strsep(&line, " \n");
        while (words[i] && !*words[i]);
    if (!words[0]) return;
    if (!words[1]) fail("a word is missing", words[0]);
    int device = atoi(words[1]);
    if (!strcmp(words[0], "pause")) return listen_for(device, 0);
    if (device < 0 || device >= DEVICES) fail("no such device", words[1]);
    if (!strcmp(words[0], "create") && words[5]) create(device, words[2], words[3], words[4], words[5]);
    else if (!strcmp(words[0], "answer") && words[4]) learn(device, words[2], words[3], words[4]);
    else if (!strcmp(words[0], "input") && words[2]) send_report(device, words[2]);
    else if (!strcmp(words[0], "destroy")) {
        close(descriptors[device]);
        descriptors[device] = -1;
    } else fail("unknown", words[0]);
}

int main(void) {
    static char buffer[LINE_BYTES];
    size_t have = 0;
    for (;;) {
        listen_for(0, 1);
        ssize_t count = read(0, buffer + have, sizeof buffer - 1 - have);
        if (count <= 0) return 0;
        have += (size_t)count;
        buffer[have] = 0;
        for (char *end; (end = strchr(buffer, '\n'));) {
            *end = 0;
            obey(buffer);
            have -= (size_t)(end + 1 - buffer);
            memmove(buffer, end + 1, have + 1);
        }
        if (have == sizeof buffer - 1) fail("line too long", buffer);
    }
}
