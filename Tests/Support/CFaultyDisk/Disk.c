#define _GNU_SOURCE
#include "Disk.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

enum { sectorByteCount = 512 };

void faultyVFSRegister(void);

static pthread_mutex_t disksMutex = PTHREAD_MUTEX_INITIALIZER;
static FaultyDisk *disks;

FaultyDisk *faultyDiskMake(const char *folder, uint64_t seed) {
    faultyVFSRegister();
    FaultyDisk *disk = calloc(1, sizeof *disk);
    disk->folder = strdup(folder);
    disk->random = seed;
    disk->settings[FaultyDiskRoom] = disk->settings[FaultyDiskStopsAfter] = -1;
    pthread_mutex_init(&disk->mutex, NULL);
    pthread_mutex_lock(&disksMutex);
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&disksMutex);
    return disk;
}

FaultyDisk *diskOfPath(const char *path) {
    pthread_mutex_lock(&disksMutex);
    FaultyDisk *disk = disks;
    for (; disk; disk = disk->next) {
        size_t length = strlen(disk->folder);
        if (strncmp(path, disk->folder, length) == 0 && path[length] == '/') break;
    }
    pthread_mutex_unlock(&disksMutex);
    return disk;
}

static void freeChanges(Inode *inode) {
    while (inode->changes) {
        Change *change = inode->changes;
        inode->changes = change->next;
        free(change->bytes);
        free(change);
    }
    inode->end = &inode->changes;
}

// Frees the inodes that nobody can reach any more; all of them when `all`.
static void freeInodes(FaultyDisk *disk, int all) {
    for (Inode **link = &disk->inodes; *link;) {
        Inode *inode = *link;
        if (!all && (inode->isLinked || inode->isLinkedOnDisk || inode->openCount > 0)) {
            link = &inode->next;
            continue;
        }
        *link = inode->next;
        freeChanges(inode);
        free(inode->bytes);
        free(inode->path);
        free(inode);
    }
}

void faultyDiskFree(FaultyDisk *disk) {
    pthread_mutex_lock(&disksMutex);
    for (FaultyDisk **link = &disks; *link; link = &(*link)->next) {
        if (*link != disk) continue;
        *link = disk->next;
        break;
    }
    pthread_mutex_unlock(&disksMutex);
    // A file that is still open keeps the disk: its calls lead here.
    if (disk->counts[FaultyDiskOpenFiles] > 0) return;
    freeInodes(disk, 1);
    pthread_mutex_destroy(&disk->mutex);
    free(disk->folder);
    free(disk);
}

void faultyDiskSet(FaultyDisk *disk, FaultyDiskSetting setting, int64_t value) {
    pthread_mutex_lock(&disk->mutex);
    disk->settings[setting] = value;
    pthread_mutex_unlock(&disk->mutex);
}

int64_t faultyDiskCount(FaultyDisk *disk, FaultyDiskCount count) {
    pthread_mutex_lock(&disk->mutex);
    int64_t value = disk->counts[count];
    pthread_mutex_unlock(&disk->mutex);
    return value;
}

// SplitMix64 (Vigna).
uint64_t diskRandom(FaultyDisk *disk) {
    uint64_t value = disk->random += 0x9E3779B97F4A7C15;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return value ^ (value >> 31);
}

int diskStep(FaultyDisk *disk) {
    if (disk->counts[FaultyDiskIsStopped]) return 1;
    disk->counts[FaultyDiskOperations]++;
    int64_t *left = &disk->settings[FaultyDiskStopsAfter];
    if (*left < 0 || (*left)-- > 0) return 0;
    disk->counts[FaultyDiskIsStopped] = 1;
    return diskRandom(disk) & 1 ? 1 : 2;
}

int diskTakesFailure(FaultyDisk *disk, FaultyDiskSetting setting) {
    int64_t *left = &disk->settings[setting];
    if (*left == 0) return 0;
    if (*left > 0) (*left)--;
    disk->counts[FaultyDiskFailures]++;
    return 1;
}

Inode *diskInode(FaultyDisk *disk, const char *path) {
    for (Inode *inode = disk->inodes; inode; inode = inode->next)
        if (inode->isLinked && strcmp(inode->path, path) == 0) return inode;
    return NULL;
}

Inode *diskAddInode(FaultyDisk *disk, const char *path) {
    Inode *inode = calloc(1, sizeof *inode);
    inode->path = strdup(path);
    inode->isLinked = 1;
    inode->end = &inode->changes;
    inode->next = disk->inodes;
    disk->inodes = inode;
    return inode;
}

void inodeTruncate(Inode *inode, int64_t size) {
    if (size > inode->capacity) {
        inode->capacity = size + size / 2 + 4096;
        inode->bytes = realloc(inode->bytes, inode->capacity);
    }
    if (size > inode->size) memset(inode->bytes + inode->size, 0, size - inode->size);
    inode->size = size;
}

void inodeWrite(Inode *inode, const void *bytes, int64_t length, int64_t offset) {
    if (offset + length > inode->size) inodeTruncate(inode, offset + length);
    memcpy(inode->bytes + offset, bytes, length);
}

void inodeNote(Inode *inode, const void *bytes, int64_t length, int64_t offset) {
    Change *change = calloc(1, sizeof *change);
    change->offset = offset;
    if (bytes) {
        change->length = length;
        change->bytes = malloc(length);
        memcpy(change->bytes, bytes, length);
    }
    *inode->end = change;
    inode->end = &change->next;
}

static int isKept(FaultyDisk *disk, int percent) {
    if (percent >= 100 || (int)(diskRandom(disk) % 100) < percent) return 1;
    disk->counts[FaultyDiskLostSectors]++;
    return 0;
}

void diskFlush(FaultyDisk *disk, Inode *inode, int percent) {
    for (Change *change = inode->changes; change; change = change->next) {
        if (!change->bytes) {
            if (isKept(disk, percent)) inodeTruncate(inode, change->offset);
            continue;
        }
        for (int64_t done = 0; done < change->length;) {
            int64_t offset = change->offset + done;
            int64_t length = sectorByteCount - offset % sectorByteCount;
            if (length > change->length - done || percent >= 100) length = change->length - done;
            if (isKept(disk, percent)) inodeWrite(inode, change->bytes + done, length, offset);
            done += length;
        }
    }
    freeChanges(inode);
}

void diskSyncFolder(FaultyDisk *disk) {
    for (Inode *inode = disk->inodes; inode; inode = inode->next) inode->isLinkedOnDisk = inode->isLinked;
    freeInodes(disk, 0);
}

void faultyDiskStop(FaultyDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    disk->counts[FaultyDiskIsStopped] = 1;
    pthread_mutex_unlock(&disk->mutex);
}

static void begin(FaultyDisk *disk) {
    memset(disk->settings, 0, sizeof disk->settings);
    disk->settings[FaultyDiskRoom] = disk->settings[FaultyDiskStopsAfter] = -1;
    disk->counts[FaultyDiskIsStopped] = 0;
}

int faultyDiskRestart(FaultyDisk *disk) {
    pthread_mutex_lock(&disk->mutex);
    int result = disk->counts[FaultyDiskOpenFiles] > 0 ? -1 : 0;
    if (result == 0) {
        begin(disk);
        freeInodes(disk, 0);
    }
    pthread_mutex_unlock(&disk->mutex);
    return result;
}

static void writeFile(const Inode *inode) {
    int descriptor = open(inode->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) abort();
    for (int64_t done = 0; done < inode->size;) {
        ssize_t count = write(descriptor, inode->bytes + done, inode->size - done);
        if (count < 0) abort();
        done += count;
    }
    close(descriptor);
}

// The one file of this name after the cut: that of the folder on disk, or the newer one, or none.
static Inode *survivor(FaultyDisk *disk, const char *path) {
    Inode *onDisk = NULL, *seen = NULL;
    for (Inode *inode = disk->inodes; inode; inode = inode->next) {
        if (strcmp(inode->path, path) != 0) continue;
        if (inode->isLinkedOnDisk) onDisk = inode;
        if (inode->isLinked) seen = inode;
    }
    return onDisk == seen || diskRandom(disk) & 1 ? onDisk : seen;
}

int faultyDiskCutPower(FaultyDisk *disk, int percentKept) {
    pthread_mutex_lock(&disk->mutex);
    int result = disk->counts[FaultyDiskOpenFiles] > 0 ? -1 : 0;
    if (result == 0) {
        // A name may have two inodes, so the files are removed first and then made anew.
        for (Inode *inode = disk->inodes; inode; inode = inode->next) {
            char *memory = NULL;
            if (asprintf(&memory, "%s-shm", inode->path) < 0) abort();
            unlink(memory);
            free(memory);
            unlink(inode->path);
        }
        for (Inode *inode = disk->inodes; inode; inode = inode->next) {
            if (survivor(disk, inode->path) != inode) continue;
            diskFlush(disk, inode, percentKept);
            writeFile(inode);
            // Decided: nothing else gets this name.
            for (Inode *other = disk->inodes; other; other = other->next)
                if (other != inode && strcmp(other->path, inode->path) == 0) other->isLinked = other->isLinkedOnDisk = 0;
            inode->isLinked = inode->isLinkedOnDisk = 1;
        }
        freeInodes(disk, 1);
        begin(disk);
    }
    pthread_mutex_unlock(&disk->mutex);
    return result;
}
