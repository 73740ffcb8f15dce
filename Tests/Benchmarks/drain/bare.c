/* The raw cost of a drain: encodes records that stand ready in memory, signs and posts them, and asks for the
   verdict of each call, one after the other on one connection. No ledger, no memory of what was answered.

   usage: bare PORT SECRET NUMBERS RECORDS PER_CALL TEAMS START_MS STEP_MS
     NUMBERS  a file: one ID number a line; worker n is of team n mod TEAMS and passes with everybody in turn
   prints: seconds calls bytes encoding-seconds answer-seconds; the last: from the last byte of a call to the
   whole answer, with the verdicts */
#include "call.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *secret;
static EVP_CIPHER_CTX *cipher;
static int connection;
static double answer_seconds;
static size_t sent_bytes;

static void append_encrypted(struct text *text, const char *number) {
    unsigned char block[64];
    int count = 0, rest = 0;
    EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, (const unsigned char *)secret);
    EVP_EncryptUpdate(cipher, block, &count, (const unsigned char *)number, (int)strlen(number));
    EVP_EncryptFinal_ex(cipher, block + count, &rest);
    reserve(text, 96);
    text->length += (size_t)EVP_EncodeBlock((unsigned char *)text->bytes + text->length, block, count + rest);
}

static void append_date(struct text *text, long long milliseconds) {
    struct tm local;
    time_t at = (time_t)(milliseconds / 1000 + 8 * 3600);
    gmtime_r(&at, &local);
    append_format(text, "%04d-%02d-%02d %02d:%02d:%02d", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                  local.tm_hour, local.tm_min, local.tm_sec);
}

static void make_form(struct text *form, const char *method, const struct text *data) {
    static struct text text;
    char hex[65];
    text.length = form->length = 0;
    const char *names[] = {"appid", "data", "format", "method", "nonce", "timestamp", "version"};
    const char *values[] = {"BENCH", data->bytes, "json", method, "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
                            "20260302073200", "1.0"};
    for (int i = 0; i < 7; i++) {
        size_t length = i == 1 ? data->length : strlen(values[i]);
        append_words(&text, names[i]);
        append(&text, "=", 1);
        append(&text, values[i], length);
        append(&text, "&", 1);
        append_words(form, names[i]);
        append(form, "=", 1);
        append_escaped(form, values[i], length);
        append(form, "&", 1);
    }
    append_words(&text, "appsecret=");
    append_words(&text, secret);
    sign(&text, hex);
    append_words(form, "sign=");
    append_words(form, hex);
}

/* Posts and reads the answer, which comes in one piece or two. */
static void post(const struct text *form, char answer[1024]) {
    static struct text request;
    request.length = 0;
    append_format(&request, "POST /open.api HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                  "application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: %zu\r\n\r\n", form->length);
    append(&request, form->bytes, form->length);
    for (size_t done = 0; done < request.length;) {
        ssize_t wrote = write(connection, request.bytes + done, request.length - done);
        if (wrote <= 0)
            fail("write");
        done += (size_t)wrote;
    }
    sent_bytes += request.length;
    double began = seconds();
    size_t length = 0;
    answer[0] = 0;
    while (!strstr(answer, "}}")) {
        ssize_t got = read(connection, answer + length, 1023 - length);
        if (got <= 0)
            fail("read");
        answer[length += (size_t)got] = 0;
    }
    answer_seconds += seconds() - began;
    if (!strstr(answer, "\"code\":0,"))
        fail("refused");
}

int main(int argc, char **argv) {
    static struct text data, form;
    char answer[1024], (*numbers)[20] = NULL;
    long count = 0;
    if (argc != 9)
        return 2;
    secret = argv[2];
    long records = atol(argv[4]), per_call = atol(argv[5]), teams = atol(argv[6]);
    long long start = atoll(argv[7]), step = atoll(argv[8]);
    FILE *file = fopen(argv[3], "r");
    if (!file)
        fail(argv[3]);
    for (;; count++) {
        numbers = realloc(numbers, (size_t)(count + 1) * sizeof *numbers);
        if (fscanf(file, "%19s", numbers[count]) != 1)
            break;
    }
    cipher = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, (const unsigned char *)secret,
                       (const unsigned char *)secret);
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connection = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(connection, (struct sockaddr *)&address, sizeof address))
        fail("connect");

    double began = seconds(), encoding = 0;
    long calls = 0, crew = count / teams;
    for (long done = 0; done < records; calls++) {
        double at = seconds();
        long team = calls % teams, first = calls / teams * per_call;
        long size = records - done < per_call ? records - done : per_call;
        data.length = 0;
        append_format(&data, "{\"projectCode\":\"BENCH-1\",\"teamSysNo\":%ld,\"dataList\":[", 1900000000 + team);
        for (long i = first; i < first + size; i++, done++) {
            long worker = team + teams * (i % crew), round = i / crew;
            append_words(&data, i == first ? "{\"idCardType\":\"01\",\"idCardNumber\":\""
                                           : ",{\"idCardType\":\"01\",\"idCardNumber\":\"");
            append_encrypted(&data, numbers[worker]);
            append_words(&data, "\",\"date\":\"");
            append_date(&data, start + (round * count + worker + 1) * step);
            append_format(&data, "\",\"direction\":\"%s\",\"channel\":\"gate\",\"attendType\":\"006\"}",
                          round % 2 ? "02" : "01");
        }
        append_words(&data, "]}");
        make_form(&form, "WorkerAttendance.Add", &data);
        encoding += seconds() - at;
        post(&form, answer);
        char *receipt = strstr(answer, "attendance-");
        if (!receipt)
            fail("no receipt");
        data.length = 0;
        append_format(&data, "{\"requestSerialCode\":\"attendance-%ld\"}", atol(receipt + 11));
        make_form(&form, "AsyncHandleResult.Query", &data);
        post(&form, answer);
    }
    printf("%.6f %ld %zu %.6f %.6f\n", seconds() - began, calls, sent_bytes, encoding, answer_seconds);
    return 0;
}
