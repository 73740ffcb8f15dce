#include <xlsxwriter.h>

/* <sys/mman.h> shows it only with _GNU_SOURCE, which a module does not get. */
extern int memfd_create(const char *name, unsigned int flags);
