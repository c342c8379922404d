"""Why the system refused something about a file, in the language in force.

The system says it in its own language, which need not be the one that Phial speaks.
"""

from __future__ import annotations

import errno

from app.language.sentence import tr

_NAMES = {  # those that not every system has are looked up by name
    "ENOSPC": tr("no room is left on the disk"),
    "EDQUOT": tr("the room that this account may use is full"),
    "EACCES": tr("access is not allowed"),
    "EPERM": tr("it is not allowed"),
    "ENOENT": tr("there is no such file or folder"),
    "EROFS": tr("it can only be read there, not written"),
    "ENAMETOOLONG": tr("the name is too long"),
    "EISDIR": tr("it is a folder"),
    "ENOTDIR": tr("a file stands where a folder is needed"),
    "EEXIST": tr("it is there already"),
    "EBUSY": tr("something else is using it"),
    "EIO": tr("the disk did not read or write it"),
    "EFBIG": tr("it is larger than this disk allows"),
    "EMFILE": tr("too many files are open"),
    "EPIPE": tr("nobody reads it any more"),
}
_REASONS = {getattr(errno, name): text for name, text in _NAMES.items() if hasattr(errno, name)}


def reason_of(error: Exception) -> str:
    """Words that fit behind a colon; of what is not known here, those of the system itself.

    Args:
        error: An `OSError`; of another exception its own words.
    """
    if not isinstance(error, OSError):
        return str(error)
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
