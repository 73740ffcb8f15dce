/* A platform on loopback that answers as fast as one core can, in two phases, and checks what it gets:
   every record is counted, every person's records must come in the order of time, none twice; the signature
   of every 16th call is made again. One thread; calls are answered one after the other.

   usage: platform PORT SECRET DELAY_US VERDICT_MS LIVE_FROM
     DELAY_US    before each answer: the round trip to a platform that is not on this machine
     VERDICT_MS  a receipt is pending so long
     LIVE_FROM   YYYY-MM-DD HH:MM:SS: records from here on are a lane of their own
   GET /figures prints what it saw. */
#include "call.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 32
#define PERSONS (1 << 17)
#define RECEIPTS (1 << 20)
#define NUMBER_BYTES 44
#define DATE_BYTES 19

struct person {
    char number[NUMBER_BYTES];
    char last[2][DATE_BYTES + 1];
};

static struct person *persons;
static double *received_at;
static struct { long submits, verdicts, pending, others, records, live, doubled, disordered, broken; } seen;
static double first_at, last_at;
static const char *secret, *live_from;
static long delay_us, verdict_ms;

static struct person *person(const char *number) {
    unsigned long hash = 14695981039346656037UL;
    for (int i = 0; i < NUMBER_BYTES; i++)
        hash = (hash ^ (unsigned char)number[i]) * 1099511628211UL;
    for (size_t at = hash % PERSONS;; at = (at + 1) % PERSONS) {
        if (!persons[at].number[0])
            memcpy(persons[at].number, number, NUMBER_BYTES);
        if (!memcmp(persons[at].number, number, NUMBER_BYTES))
            return &persons[at];
    }
}

static const char *member(const char *from, const char *end, const char *name, size_t byte_count) {
    const char *at = memmem(from, (size_t)(end - from), name, strlen(name));
    if (!at || at + strlen(name) + byte_count > end)
        return NULL;
    return at + strlen(name);
}

static void take_records(const char *data, size_t length) {
    const char *end = data + length, *number, *date;
    for (const char *at = data; (number = member(at, end, "\"idCardNumber\":\"", NUMBER_BYTES)); at = date) {
        if (!(date = member(number, end, "\"date\":\"", DATE_BYTES)) || date - number > 80) {
            seen.broken++;
            return;
        }
        int is_live = memcmp(date, live_from, DATE_BYTES) >= 0;
        char *last = person(number)->last[is_live];
        int order = memcmp(last, date, DATE_BYTES);
        seen.doubled += order == 0;
        seen.disordered += order > 0;
        memcpy(last, date, DATE_BYTES);
        seen.records += !is_live;
        seen.live += is_live;
    }
}

static size_t unescape(char *text, size_t count) {
    char *out = text;
    for (size_t i = 0; i < count; i++) {
        char c = text[i];
        if (c == '%' && i + 2 < count) {
            char high = text[i + 1], low = text[i + 2];
            c = (char)((high <= '9' ? high - '0' : (high | 32) - 'a' + 10) << 4
                       | (low <= '9' ? low - '0' : (low | 32) - 'a' + 10));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        *out++ = c;
    }
    *out = 0;
    return (size_t)(out - text);
}

/* The parameters come in the order of their names, `sign` last. */
static int is_signed(char *names[], char *values[], size_t lengths[], int count) {
    static struct text text;
    char hex[65];
    text.length = 0;
    if (count < 1 || strcmp(names[count - 1], "sign"))
        return 0;
    for (int i = 0; i < count - 1; i++) {
        append_words(&text, names[i]);
        append(&text, "=", 1);
        append(&text, values[i], lengths[i]);
        append(&text, "&", 1);
    }
    append_words(&text, "appsecret=");
    append_words(&text, secret);
    sign(&text, hex);
    return !strcmp(hex, values[count - 1]);
}

static void answer_to(char *body, struct text *answer) {
    char *names[16], *values[16], *method = "", *data = "";
    size_t lengths[16], data_length = 0;
    int count = 0;
    for (char *at = body; at && *at && count < 16; count++) {
        char *next = strchr(at, '&'), *equals = strchr(at, '=');
        if (!equals)
            break;
        if (next)
            *next++ = 0;
        *equals = 0;
        names[count] = at;
        values[count] = equals + 1;
        lengths[count] = unescape(equals + 1, next ? (size_t)(next - equals) - 2 : strlen(equals + 1));
        if (!strcmp(at, "method"))
            method = values[count];
        if (!strcmp(at, "data"))
            data = values[count], data_length = lengths[count];
        at = next;
    }
    if ((seen.submits + seen.verdicts) % 16 == 0 && !is_signed(names, values, lengths, count))
        seen.broken++;
    if (!strcmp(method, "WorkerAttendance.Add")) {
        last_at = seconds();
        if (!first_at)
            first_at = last_at;
        take_records(data, data_length);
        received_at[++seen.submits % RECEIPTS] = last_at;
        append_format(answer, "{\"code\":0,\"message\":\"ok\",\"data\":{\"requestSerialCode\":\"attendance-%ld\"}}",
                      seen.submits);
    } else if (!strcmp(method, "AsyncHandleResult.Query")) {
        const char *receipt = member(data, data + data_length, "attendance-", 1);
        long number = receipt ? atol(receipt) : 0;
        int is_known = number > 0 && number <= seen.submits;
        int is_done = is_known && seconds() - received_at[number % RECEIPTS] >= (double)verdict_ms / 1000;
        seen.broken += !is_known;
        seen.verdicts++;
        seen.pending += !is_done;
        append_format(answer, "{\"code\":0,\"message\":\"ok\",\"data\":{\"requestSerialCode\":\"attendance-%ld\","
                      "\"status\":\"%s\",\"result\":\"\"}}", number, is_done ? "20" : "0");
    } else {
        seen.others++;
        append_words(answer, "{\"code\":0,\"message\":\"ok\",\"data\":{\"totalCount\":0,\"rows\":[]}}");
    }
}

static void figures(struct text *answer) {
    append_format(answer,
                  "{\"submits\":%ld,\"verdicts\":%ld,\"pending\":%ld,\"others\":%ld,\"records\":%ld,\"live\":%ld,"
                  "\"doubled\":%ld,\"disordered\":%ld,\"broken\":%ld,\"first\":%.6f,\"last\":%.6f}",
                  seen.submits, seen.verdicts, seen.pending, seen.others, seen.records, seen.live,
                  seen.doubled, seen.disordered, seen.broken, first_at, last_at);
}

/* Whether a whole request was there and was answered. */
static int serve(int connection, struct text *input) {
    static struct text answer, reply;
    char *body = input->length ? strstr(input->bytes, "\r\n\r\n") : NULL, *mark;
    if (!body)
        return 0;
    body += 4;
    *(body - 1) = 0;
    mark = strcasestr(input->bytes, "content-length:");
    size_t length = mark ? strtoul(mark + 15, NULL, 10) : 0;
    *(body - 1) = '\n';
    if ((size_t)(input->bytes + input->length - body) < length)
        return 0;
    answer.length = reply.length = 0;
    if (!strncmp(input->bytes, "GET", 3)) {
        figures(&answer);
    } else {
        char kept = body[length];
        body[length] = 0;
        answer_to(body, &answer);
        body[length] = kept;
        if (delay_us)
            usleep((useconds_t)delay_us);
    }
    append_format(&reply, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                  answer.length);
    append(&reply, answer.bytes, answer.length);
    if (write(connection, reply.bytes, reply.length) != (ssize_t)reply.length)
        return 0;
    size_t whole = (size_t)(body - input->bytes) + length;
    memmove(input->bytes, input->bytes + whole, input->length - whole);
    input->bytes[input->length -= whole] = 0;
    return 1;
}

int main(int argc, char **argv) {
    static struct pollfd places[CONNECTIONS + 1];
    static struct text inputs[CONNECTIONS + 1];
    int one = 1, count = 1;
    if (argc != 6)
        return 2;
    secret = argv[2], delay_us = atol(argv[3]), verdict_ms = atol(argv[4]), live_from = argv[5];
    persons = calloc(PERSONS, sizeof *persons);
    received_at = calloc(RECEIPTS, sizeof *received_at);
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (!persons || !received_at || bind(listener, (struct sockaddr *)&address, sizeof address)
        || listen(listener, 16))
        fail("listen");
    places[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (;;) {
        if (poll(places, (nfds_t)count, -1) < 0)
            fail("poll");
        for (int i = count - 1; i > 0; i--) {
            if (!places[i].revents)
                continue;
            reserve(&inputs[i], 1 << 19);
            ssize_t got = read(places[i].fd, inputs[i].bytes + inputs[i].length, 1 << 19);
            if (got > 0) {
                inputs[i].bytes[inputs[i].length += (size_t)got] = 0;
                while (serve(places[i].fd, &inputs[i])) {}
                continue;
            }
            close(places[i].fd);
            struct text gone = inputs[i];
            places[i] = places[--count];
            inputs[i] = inputs[count];
            inputs[count] = gone;
            inputs[count].length = 0;
        }
        if (places[0].revents && count <= CONNECTIONS) {
            int connection = accept(listener, NULL, NULL);
            setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            inputs[count].length = 0;
            places[count++] = (struct pollfd){.fd = connection, .events = POLLIN};
        }
    }
}
