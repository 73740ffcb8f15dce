#pragma once
#include "CFaultyDisk.h"
#include <pthread.h>

// A write that was not synced yet; a truncation when `bytes` is null, to `offset`.
typedef struct Change {
    struct Change *next;
    int64_t offset;
    int64_t length;
    unsigned char *bytes;
} Change;

// One file as the disk holds it.
typedef struct Inode {
    struct Inode *next;
    char *path;
    // Its name is in the folder: as the program sees it, and as it is on the disk.
    int isLinked, isLinkedOnDisk;
    // SQLite syncs the folder with the first sync of a log or journal that it made.
    int syncsFolder;
    int openCount;
    unsigned char *bytes;
    int64_t size, capacity;
    Change *changes, **end;
} Inode;

struct FaultyDisk {
    FaultyDisk *next;
    char *folder;
    pthread_mutex_t mutex;
    Inode *inodes;
    int64_t settings[FaultyDiskSettingCount];
    int64_t counts[FaultyDiskCountCount];
    uint64_t random;
};

// All of these with the disk's mutex held, but for the first.
FaultyDisk *diskOfPath(const char *path);
uint64_t diskRandom(FaultyDisk *disk);
// Counts an operation. 1: the disk has stopped; at the very operation where it stops, 2: it may still be done.
int diskStep(FaultyDisk *disk);
// Whether the call that is counted by this setting fails.
int diskTakesFailure(FaultyDisk *disk, FaultyDiskSetting setting);
Inode *diskInode(FaultyDisk *disk, const char *path);
Inode *diskAddInode(FaultyDisk *disk, const char *path);
void inodeWrite(Inode *inode, const void *bytes, int64_t length, int64_t offset);
void inodeTruncate(Inode *inode, int64_t size);
void inodeNote(Inode *inode, const void *bytes, int64_t length, int64_t offset);
// Moves the changes to the disk: all of them, or by sectors each with `percent`.
void diskFlush(FaultyDisk *disk, Inode *inode, int percent);
void diskSyncFolder(FaultyDisk *disk);
