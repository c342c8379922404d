/* Makes the Nth thing a process asks of the disk fail. Loaded with LD_PRELOAD.
 *
 * Counts writing, growing, syncing, renaming, removing and creating of files below FAULTY_FOLDER.
 * The process itself arms it: faulty_arm(n, errno, lasting). With `lasting` everything from the Nth
 * on fails, as on a full disk; without it only the Nth does. faulty_count() tells how many were
 * asked for since, so that a test can walk through every one of them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long seen, fail_at;
static int fail_with, fail_on;

void faulty_arm(long at, int with, int lasting) {
    seen = 0;
    fail_at = at;
    fail_with = with;
    fail_on = lasting;
}

long faulty_count(void) { return seen; }

static int below(const char *path) {
    const char *folder = getenv("FAULTY_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int file_below(int fd) {
    char link[64], path[PATH_MAX];
    ssize_t length;
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int fails(void) {
    long now = __sync_add_and_fetch(&seen, 1);
    if (fail_at <= 0 || now < fail_at || (now > fail_at && !fail_on)) return 0;
    errno = fail_with;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define ON_FILE(type, name, args, call)                  \
    type name args {                                     \
        if (file_below(fd) && fails()) return (type)-1;  \
        return REAL(name) call;                          \
    }

ON_FILE(ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n))
ON_FILE(ssize_t, pwrite, (int fd, const void *b, size_t n, off_t at), (fd, b, n, at))
ON_FILE(ssize_t, pwrite64, (int fd, const void *b, size_t n, off64_t at), (fd, b, n, at))
ON_FILE(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
ON_FILE(int, fsync, (int fd), (fd))
ON_FILE(int, fdatasync, (int fd), (fd))
ON_FILE(int, ftruncate, (int fd, off_t n), (fd, n))
ON_FILE(int, ftruncate64, (int fd, off64_t n), (fd, n))

int posix_fallocate(int fd, off_t at, off_t n) {
    if (file_below(fd) && fails()) return fail_with;
    return REAL(posix_fallocate)(fd, at, n);
}

int rename(const char *from, const char *to) {
    if (below(to) && fails()) return -1;
    return REAL(rename)(from, to);
}

int renameat(int a, const char *from, int b, const char *to) {
    if (below(to) && fails()) return -1;
    return REAL(renameat)(a, from, b, to);
}

int unlink(const char *path) {
    if (fail_with != ENOSPC && below(path) && fails()) return -1; /* a full disk can be emptied */
    return REAL(unlink)(path);
}

#define OPENING(name)                                                     \
    int name(const char *path, int flags, ...) {                          \
        mode_t mode = 0;                                                  \
        if (flags & O_CREAT) {                                            \
            va_list rest;                                                 \
            va_start(rest, flags);                                        \
            mode = va_arg(rest, mode_t);                                  \
            va_end(rest);                                                 \
            if (below(path) && access(path, F_OK) != 0 && fails()) return -1; \
        }                                                                 \
        return REAL(name)(path, flags, mode);                             \
    }

OPENING(open)
OPENING(open64)
