/* The national-style call (platform.md 2.1 to 2.3), for both ends of the drain's measure: written from the
   document alone, on libcrypto. */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECRET_BYTES 32

struct text {
    char *bytes;
    size_t length, room;
};

static inline void fail(const char *what) {
    perror(what);
    exit(1);
}

static inline void reserve(struct text *text, size_t more) {
    if (text->length + more + 1 <= text->room)
        return;
    text->room = 2 * (text->length + more + 1);
    if (!(text->bytes = realloc(text->bytes, text->room)))
        fail("realloc");
}

static inline void append(struct text *text, const char *bytes, size_t count) {
    reserve(text, count);
    memcpy(text->bytes + text->length, bytes, count);
    text->bytes[text->length += count] = 0;
}

static inline void append_words(struct text *text, const char *words) {
    append(text, words, strlen(words));
}

static inline void append_format(struct text *text, const char *format, ...) {
    va_list values;
    va_start(values, format);
    reserve(text, 512);
    text->length += (size_t)vsnprintf(text->bytes + text->length, 512, format, values);
    va_end(values);
}

/* Everything but unreserved characters as %XX. */
static inline void append_escaped(struct text *text, const char *bytes, size_t count) {
    static char plain[256];
    if (!plain['a'])
        for (const char *c = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"; *c; c++)
            plain[(unsigned char)*c] = 1;
    reserve(text, 3 * count);
    char *end = text->bytes + text->length;
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (plain[byte]) {
            *end++ = (char)byte;
        } else {
            *end++ = '%';
            *end++ = "0123456789ABCDEF"[byte >> 4];
            *end++ = "0123456789ABCDEF"[byte & 15];
        }
    }
    *end = 0;
    text->length = (size_t)(end - text->bytes);
}

/* `signed_text` is name=value&… in the order of the names, ending in appsecret=SECRET; lower-cased here. */
static inline void sign(struct text *signed_text, char hex[65]) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    for (size_t i = 0; i < signed_text->length; i++) {
        char c = signed_text->bytes[i];
        if (c >= 'A' && c <= 'Z')
            signed_text->bytes[i] = (char)(c + 32);
    }
    SHA256((unsigned char *)signed_text->bytes, signed_text->length, digest);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
