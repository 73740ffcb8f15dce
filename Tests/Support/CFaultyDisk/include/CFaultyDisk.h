#pragma once
#include <stdint.h>

// A disk that forgets, refuses and stops, for the SQLite files of one folder.
//
// It is a shim over SQLite's unix VFS, registered as the default of the process; files elsewhere pass through
// untouched. The running program sees every write at once, as the kernel's cache would show it. Beside that the
// shim keeps what a real disk would hold: the content as of the last sync, and the writes since.
typedef struct FaultyDisk FaultyDisk;

typedef enum {
    // Bytes by which files may still grow before ENOSPC; -1: no bound.
    FaultyDiskRoom,
    // So many of the next calls fail with EIO and do nothing; -1: all.
    FaultyDiskFailingWrites,
    FaultyDiskFailingReads,
    // So many of the next syncs fail, and what was to be synced is dropped as Linux does: the cache shows it as
    // clean, and the next sync says that all is well.
    FaultyDiskFailingSyncs,
    // 1: after a failed sync the cache shows what is on the disk, as some file systems do.
    FaultyDiskRereadsAfterFailure,
    // 1: EROFS for writes; opens are read-only.
    FaultyDiskIsReadOnly,
    // So many more writes, syncs, truncations and deletions, then everything stops; -1: never.
    FaultyDiskStopsAfter,
    FaultyDiskSettingCount
} FaultyDiskSetting;

typedef enum {
    FaultyDiskSyncs,
    FaultyDiskWrites,
    // Writes, syncs, truncations, deletions.
    FaultyDiskOperations,
    FaultyDiskFailures,
    // Sectors that a power cut or a failed sync took away.
    FaultyDiskLostSectors,
    FaultyDiskOpenFiles,
    // 1: stopped. Nothing reaches a file any more, every call fails.
    FaultyDiskIsStopped,
    FaultyDiskCountCount
} FaultyDiskCount;

// `folder`: absolute, no symbolic links.
FaultyDisk *faultyDiskMake(const char *folder, uint64_t seed);
// Nothing may be open.
void faultyDiskFree(FaultyDisk *disk);
void faultyDiskSet(FaultyDisk *disk, FaultyDiskSetting setting, int64_t value);
int64_t faultyDiskCount(FaultyDisk *disk, FaultyDiskCount count);

// The process is dead: nothing of it reaches a file any more.
void faultyDiskStop(FaultyDisk *disk);
// The next process begins, on files as the kernel shows them. 0, or -1 while files are open.
int faultyDiskRestart(FaultyDisk *disk);
// The power is cut, and the next process begins: every file is what was synced, and of the writes, truncations
// and names since then a random part, by sectors of 512 bytes, each with `percentKept`. Shared-memory files are
// gone. 0, or -1 while files are open.
int faultyDiskCutPower(FaultyDisk *disk, int percentKept);
