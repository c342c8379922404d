/* Writes down everything a process asks of the disk below RECORDED_FOLDER. Loaded with LD_PRELOAD.
 *
 * One record an operation, in the order in which the system carried them out, appended to the file
 * RECORDED_LOG: a struct head, then `size` bytes of data (a path for what has a name, two paths
 * with a zero between them for a rename). tests/support/power.py reads it and plays it back.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

struct head {
    uint32_t kind; /* 'c'reate, 'w'rite, 't'runcate, 's'ync, 'd' sync of a folder, 'r'ename,
                      'u'nlink, a 'f'older made, 'm'ark */
    uint32_t size;
    uint64_t inode;
    int64_t at; /* where a write begins, a file's new length, or the number of a mark */
};

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int record_fd = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(char kind, uint64_t inode, int64_t at, const void *data, size_t size) {
    struct head head = {(uint32_t)kind, (uint32_t)size, inode, at};
    if (record_fd < 0) {
        const char *name = getenv("RECORDED_LOG");
        if (!name) return;
        record_fd = REAL(open)(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    if (REAL(write)(record_fd, &head, sizeof head) < 0 || REAL(write)(record_fd, data, size) < 0)
        abort();
}

/* The process says that what it asked for was acknowledged. */
void recorded_mark(long number) {
    pthread_mutex_lock(&order);
    note('m', 0, number, "", 0);
    pthread_mutex_unlock(&order);
}

static int below(const char *path) {
    const char *folder = getenv("RECORDED_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

/* The path of an open file below the folder; 0 where it is elsewhere. */
static int path_of(int fd, char *path) {
    char link[64];
    ssize_t length;
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, PATH_MAX - 1);
    errno = before;
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int file_below(int fd, struct stat *found) {
    char path[PATH_MAX];
    return path_of(fd, path) && fstat(fd, found) == 0;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    struct stat found;
    ssize_t done;
    if (!file_below(fd, &found)) return REAL(pwrite64)(fd, data, size, at);
    pthread_mutex_lock(&order);
    done = REAL(pwrite64)(fd, data, size, at);
    if (done > 0) note('w', found.st_ino, at, data, (size_t)done);
    pthread_mutex_unlock(&order);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return pwrite64(fd, data, size, at);
}

ssize_t write(int fd, const void *data, size_t size) {
    struct stat found;
    ssize_t done;
    off_t at;
    if (!file_below(fd, &found)) return REAL(write)(fd, data, size);
    pthread_mutex_lock(&order);
    at = fcntl(fd, F_GETFL) & O_APPEND ? found.st_size : lseek(fd, 0, SEEK_CUR);
    done = REAL(write)(fd, data, size);
    if (done > 0) note('w', found.st_ino, at, data, (size_t)done);
    pthread_mutex_unlock(&order);
    return done;
}

#define SHORTENING(name, kind_of_length)                              \
    int name(int fd, kind_of_length length) {                         \
        struct stat found;                                            \
        int done;                                                     \
        if (!file_below(fd, &found)) return REAL(name)(fd, length);   \
        pthread_mutex_lock(&order);                                   \
        done = REAL(name)(fd, length);                                \
        if (done == 0) note('t', found.st_ino, length, "", 0);        \
        pthread_mutex_unlock(&order);                                 \
        return done;                                                  \
    }

SHORTENING(ftruncate, off_t)
SHORTENING(ftruncate64, off64_t)

#define SYNCING(name)                                                     \
    int name(int fd) {                                                    \
        char path[PATH_MAX];                                              \
        struct stat found;                                                \
        int done;                                                         \
        if (!path_of(fd, path) || fstat(fd, &found)) return REAL(name)(fd); \
        pthread_mutex_lock(&order);                                       \
        done = REAL(name)(fd);                                            \
        if (done == 0 && S_ISDIR(found.st_mode)) note('d', 0, 0, path, strlen(path)); \
        if (done == 0 && S_ISREG(found.st_mode)) note('s', found.st_ino, 0, "", 0);   \
        pthread_mutex_unlock(&order);                                     \
        return done;                                                      \
    }

SYNCING(fsync)
SYNCING(fdatasync)

int rename(const char *from, const char *to) {
    char both[2 * PATH_MAX];
    int done, length;
    if (!below(to)) return REAL(rename)(from, to);
    pthread_mutex_lock(&order);
    done = REAL(rename)(from, to);
    length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
    if (done == 0) note('r', 0, 0, both, (size_t)length);
    pthread_mutex_unlock(&order);
    return done;
}

int unlink(const char *path) {
    int done;
    if (!below(path)) return REAL(unlink)(path);
    pthread_mutex_lock(&order);
    done = REAL(unlink)(path);
    if (done == 0) note('u', 0, 0, path, strlen(path));
    pthread_mutex_unlock(&order);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    int done;
    if (!below(path)) return REAL(mkdir)(path, mode);
    pthread_mutex_lock(&order);
    done = REAL(mkdir)(path, mode);
    if (done == 0) note('f', 0, 0, path, strlen(path));
    pthread_mutex_unlock(&order);
    return done;
}

#define OPENING(name)                                                            \
    int name(const char *path, int flags, ...) {                                 \
        mode_t mode = 0;                                                         \
        struct stat found;                                                       \
        int done, fresh;                                                         \
        if (flags & O_CREAT) {                                                   \
            va_list rest;                                                        \
            va_start(rest, flags);                                               \
            mode = va_arg(rest, mode_t);                                         \
            va_end(rest);                                                        \
        }                                                                        \
        if (!(flags & (O_CREAT | O_TRUNC)) || !below(path))                      \
            return REAL(name)(path, flags, mode);                                \
        pthread_mutex_lock(&order);                                              \
        fresh = access(path, F_OK) != 0;                                         \
        done = REAL(name)(path, flags, mode);                                    \
        if (done >= 0 && fstat(done, &found) == 0) {                             \
            if (fresh) note('c', found.st_ino, 0, path, strlen(path));           \
            else if (flags & O_TRUNC) note('t', found.st_ino, 0, "", 0);         \
        }                                                                        \
        pthread_mutex_unlock(&order);                                            \
        return done;                                                             \
    }

OPENING(open)
OPENING(open64)
