#include "Disk.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

// The unix VFS does the work; what stands here decides whether it may, and keeps account.

typedef struct File {
    sqlite3_file base;
    FaultyDisk *disk;
    Inode *inode;
    sqlite3_file *real;
} File;

static sqlite3_vfs *unixVFS;
static sqlite3_vfs faultyVFS;

static int failure(int code, int systemCode) {
    errno = systemCode;
    return code;
}

static int xClose(sqlite3_file *base) {
    File *file = (File *)base;
    int code = file->real->pMethods->xClose(file->real);
    pthread_mutex_lock(&file->disk->mutex);
    file->inode->openCount--;
    file->disk->counts[FaultyDiskOpenFiles]--;
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static int xRead(sqlite3_file *base, void *bytes, int length, sqlite3_int64 offset) {
    File *file = (File *)base;
    pthread_mutex_lock(&file->disk->mutex);
    int fails = file->disk->counts[FaultyDiskIsStopped] || diskTakesFailure(file->disk, FaultyDiskFailingReads);
    pthread_mutex_unlock(&file->disk->mutex);
    if (fails) return failure(SQLITE_IOERR_READ, EIO);
    return file->real->pMethods->xRead(file->real, bytes, length, offset);
}

// Why a write is refused; 0 when it is not.
static int refusal(File *file, int length, sqlite3_int64 offset) {
    FaultyDisk *disk = file->disk;
    if (disk->settings[FaultyDiskIsReadOnly]) return failure(SQLITE_IOERR_WRITE, EROFS);
    if (diskTakesFailure(disk, FaultyDiskFailingWrites)) return failure(SQLITE_IOERR_WRITE, EIO);
    if (disk->settings[FaultyDiskRoom] < 0) return SQLITE_OK;
    sqlite3_int64 size = 0;
    file->real->pMethods->xFileSize(file->real, &size);
    int64_t growth = offset + length > size ? offset + length - size : 0;
    if (growth > disk->settings[FaultyDiskRoom]) {
        disk->counts[FaultyDiskFailures]++;
        return failure(SQLITE_FULL, ENOSPC);
    }
    disk->settings[FaultyDiskRoom] -= growth;
    return SQLITE_OK;
}

static int xWrite(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset) {
    File *file = (File *)base;
    pthread_mutex_lock(&file->disk->mutex);
    int stop = diskStep(file->disk);
    int code = stop == 1 ? failure(SQLITE_IOERR_WRITE, EIO) : refusal(file, length, offset);
    if (code == SQLITE_OK) {
        file->disk->counts[FaultyDiskWrites]++;
        code = file->real->pMethods->xWrite(file->real, bytes, length, offset);
        if (code == SQLITE_OK) inodeNote(file->inode, bytes, length, offset);
        if (stop) code = failure(SQLITE_IOERR_WRITE, EIO);
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static int xTruncate(sqlite3_file *base, sqlite3_int64 size) {
    File *file = (File *)base;
    pthread_mutex_lock(&file->disk->mutex);
    int code = failure(SQLITE_IOERR_TRUNCATE, EIO);
    if (!diskStep(file->disk) && !file->disk->settings[FaultyDiskIsReadOnly]) {
        code = file->real->pMethods->xTruncate(file->real, size);
        if (code == SQLITE_OK) inodeNote(file->inode, NULL, 0, size);
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

// The cache shows again what is on the disk.
static void reread(File *file) {
    file->real->pMethods->xTruncate(file->real, file->inode->size);
    if (file->inode->size > 0)
        file->real->pMethods->xWrite(file->real, file->inode->bytes, (int)file->inode->size, 0);
}

static int xSync(sqlite3_file *base, int flags) {
    (void)flags;
    File *file = (File *)base;
    FaultyDisk *disk = file->disk;
    pthread_mutex_lock(&disk->mutex);
    int code = SQLITE_OK;
    int stop = diskStep(disk);
    if (stop == 1) {
        code = failure(SQLITE_IOERR_FSYNC, EIO);
    } else if (diskTakesFailure(disk, FaultyDiskFailingSyncs)) {
        static const int parts[] = {0, 50, 100};
        diskFlush(disk, file->inode, parts[diskRandom(disk) % 3]);
        if (disk->settings[FaultyDiskRereadsAfterFailure]) reread(file);
        code = failure(SQLITE_IOERR_FSYNC, EIO);
    } else {
        disk->counts[FaultyDiskSyncs]++;
        diskFlush(disk, file->inode, 100);
        if (file->inode->syncsFolder) diskSyncFolder(disk);
        file->inode->syncsFolder = 0;
        if (stop) code = failure(SQLITE_IOERR_FSYNC, EIO);
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int xFileSize(sqlite3_file *base, sqlite3_int64 *size) {
    File *file = (File *)base;
    return file->real->pMethods->xFileSize(file->real, size);
}

static int xLock(sqlite3_file *base, int level) {
    File *file = (File *)base;
    return file->real->pMethods->xLock(file->real, level);
}

static int xUnlock(sqlite3_file *base, int level) {
    File *file = (File *)base;
    return file->real->pMethods->xUnlock(file->real, level);
}

static int xCheckReservedLock(sqlite3_file *base, int *result) {
    File *file = (File *)base;
    return file->real->pMethods->xCheckReservedLock(file->real, result);
}

static int xFileControl(sqlite3_file *base, int operation, void *argument) {
    File *file = (File *)base;
    return file->real->pMethods->xFileControl(file->real, operation, argument);
}

static int xSectorSize(sqlite3_file *base) {
    File *file = (File *)base;
    return file->real->pMethods->xSectorSize(file->real);
}

static int xDeviceCharacteristics(sqlite3_file *base) {
    File *file = (File *)base;
    return file->real->pMethods->xDeviceCharacteristics(file->real);
}

static int xShmMap(sqlite3_file *base, int region, int size, int extend, void volatile **memory) {
    File *file = (File *)base;
    return file->real->pMethods->xShmMap(file->real, region, size, extend, memory);
}

static int xShmLock(sqlite3_file *base, int offset, int count, int flags) {
    File *file = (File *)base;
    return file->real->pMethods->xShmLock(file->real, offset, count, flags);
}

static void xShmBarrier(sqlite3_file *base) {
    File *file = (File *)base;
    file->real->pMethods->xShmBarrier(file->real);
}

static int xShmUnmap(sqlite3_file *base, int deletes) {
    File *file = (File *)base;
    pthread_mutex_lock(&file->disk->mutex);
    int isStopped = (int)file->disk->counts[FaultyDiskIsStopped];
    pthread_mutex_unlock(&file->disk->mutex);
    return file->real->pMethods->xShmUnmap(file->real, isStopped ? 0 : deletes);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = xClose,
    .xRead = xRead,
    .xWrite = xWrite,
    .xTruncate = xTruncate,
    .xSync = xSync,
    .xFileSize = xFileSize,
    .xLock = xLock,
    .xUnlock = xUnlock,
    .xCheckReservedLock = xCheckReservedLock,
    .xFileControl = xFileControl,
    .xSectorSize = xSectorSize,
    .xDeviceCharacteristics = xDeviceCharacteristics,
    .xShmMap = xShmMap,
    .xShmLock = xShmLock,
    .xShmBarrier = xShmBarrier,
    .xShmUnmap = xShmUnmap,
};

// The inode behind a file that was just opened; a file that is met for the first time is on disk as it stands.
static Inode *inodeOf(File *file, const char *path, int flags, int existed) {
    Inode *inode = existed ? diskInode(file->disk, path) : NULL;
    if (inode) return inode;
    inode = diskAddInode(file->disk, path);
    sqlite3_int64 size = 0;
    file->real->pMethods->xFileSize(file->real, &size);
    inode->syncsFolder = !existed && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    // An empty main file was made a moment ago.
    inode->isLinkedOnDisk = existed && size > 0;
    inodeTruncate(inode, size);
    if (size > 0) file->real->pMethods->xRead(file->real, inode->bytes, (int)size, 0);
    return inode;
}

static int vfsOpen(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *outFlags) {
    (void)vfs;
    FaultyDisk *disk = path ? diskOfPath(path) : NULL;
    if (!disk) return unixVFS->xOpen(unixVFS, path, base, flags, outFlags);
    File *file = (File *)base;
    memset(file, 0, sizeof *file);
    file->disk = disk;
    file->real = (sqlite3_file *)(file + 1);
    pthread_mutex_lock(&disk->mutex);
    int existed = 0;
    unixVFS->xAccess(unixVFS, path, SQLITE_ACCESS_EXISTS, &existed);
    if (disk->settings[FaultyDiskIsReadOnly])
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    // No room for a new file either.
    int code = SQLITE_OK;
    if (disk->counts[FaultyDiskIsStopped]) code = failure(SQLITE_CANTOPEN, EIO);
    else if (!existed && disk->settings[FaultyDiskRoom] == 0) code = failure(SQLITE_CANTOPEN, ENOSPC);
    else code = unixVFS->xOpen(unixVFS, path, file->real, flags, outFlags);
    if (code == SQLITE_OK) {
        // SQLite asks for the existence of an empty file as if there were none.
        if (!existed && diskInode(disk, path)) existed = 1;
        file->inode = inodeOf(file, path, flags, existed);
        file->inode->openCount++;
        disk->counts[FaultyDiskOpenFiles]++;
        file->base.pMethods = &methods;
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int vfsDelete(sqlite3_vfs *vfs, const char *path, int syncsFolder) {
    (void)vfs;
    FaultyDisk *disk = diskOfPath(path);
    if (!disk) return unixVFS->xDelete(unixVFS, path, syncsFolder);
    pthread_mutex_lock(&disk->mutex);
    int code = failure(SQLITE_IOERR_DELETE, EIO);
    if (!diskStep(disk) && !disk->settings[FaultyDiskIsReadOnly]) {
        code = unixVFS->xDelete(unixVFS, path, 0);
        Inode *inode = diskInode(disk, path);
        if (inode && code == SQLITE_OK) inode->isLinked = 0;
        if (syncsFolder) diskSyncFolder(disk);
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

// What is not about files is the unix VFS's own.
static int vfsAccess(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return unixVFS->xAccess(unixVFS, path, flags, result);
}

static int vfsFullPathname(sqlite3_vfs *vfs, const char *path, int length, char *full) {
    (void)vfs;
    return unixVFS->xFullPathname(unixVFS, path, length, full);
}

static int vfsRandomness(sqlite3_vfs *vfs, int length, char *bytes) {
    (void)vfs;
    return unixVFS->xRandomness(unixVFS, length, bytes);
}

static int vfsSleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return unixVFS->xSleep(unixVFS, microseconds);
}

static int vfsCurrentTime(sqlite3_vfs *vfs, double *days) {
    (void)vfs;
    return unixVFS->xCurrentTime(unixVFS, days);
}

static int vfsGetLastError(sqlite3_vfs *vfs, int length, char *words) {
    (void)vfs;
    return unixVFS->xGetLastError(unixVFS, length, words);
}

static void registerOnce(void) {
    unixVFS = sqlite3_vfs_find(NULL);
    faultyVFS = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = (int)sizeof(File) + unixVFS->szOsFile,
        .mxPathname = unixVFS->mxPathname,
        .zName = "faulty",
        .xOpen = vfsOpen,
        .xDelete = vfsDelete,
        .xAccess = vfsAccess,
        .xFullPathname = vfsFullPathname,
        .xDlOpen = unixVFS->xDlOpen,
        .xDlError = unixVFS->xDlError,
        .xDlSym = unixVFS->xDlSym,
        .xDlClose = unixVFS->xDlClose,
        .xRandomness = vfsRandomness,
        .xSleep = vfsSleep,
        .xCurrentTime = vfsCurrentTime,
        .xGetLastError = vfsGetLastError,
    };
    sqlite3_vfs_register(&faultyVFS, 1);
}

void faultyVFSRegister(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, registerOnce);
}
