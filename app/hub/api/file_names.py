"""File names that come from a stranger: which ones may reach a disk, and how."""

from __future__ import annotations

import re
import unicodedata

from app.domain.download import UnsafeNameError
from app.language import tr

# Most file systems allow 255 bytes; what a download adds to a name (".part.journal") must fit.
MAX_NAME_BYTES = 200
MAX_SHOWN = 80
# learn.microsoft.com/windows/win32/fileio/naming-a-file; superscript digits count as digits there.
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE
)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
SPLIT = re.compile(
    r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ext>\.gguf)", re.IGNORECASE
)
_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])((?:UD-)?(?:I?Q[1-8]_(?:K_(?:XXS|XS|S|M|L|XL)|K|[01]|XXS|XS|S|M|NL)"
    r"(?:_(?:XL|L))?|T[QF][12]_0|MXFP4|NVFP4|BF16|F16|F32))(?![A-Za-z0-9])",
    re.IGNORECASE,
)


# llama.cpp's own names for what goes with a model: convert_hf_to_gguf.py --mmproj, imatrix.
_PROJECTOR = re.compile(r"(?i)(?<![a-z])mmproj(?![a-z])")
_MEASUREMENTS = re.compile(r"(?i)(?<![a-z])imatrix(?![a-z])")


def shown(name: str) -> str:
    """A stranger's name as it may stand in a sentence: printable and short."""
    clean = "".join(char if char.isprintable() else "�" for char in name)
    return clean if len(clean) <= MAX_SHOWN else clean[: MAX_SHOWN - 1] + "…"


def check_repository(repository: str) -> str:
    """Return ``repository`` when it is a name of the form owner/name.

    Raises:
        UnsafeNameError: It is not, or it holds "..".
    """
    if not _REPOSITORY.fullmatch(repository) or ".." in repository or "--" in repository:
        raise UnsafeNameError(
            tr("“{name}” is not the name of a repository.", name=shown(repository)),
            action=tr("A repository is written owner/name, for example microsoft/phi-4-gguf."),
        )
    return repository


def safe_parts(path: str) -> tuple[str, ...]:
    """Folder names and file name under which a repository's file may be stored.

    Names that are merely too long are shortened, with a hash so that two stay two, and with the
    part number of a split file at its end so that llama.cpp finds its siblings.

    Raises:
        UnsafeNameError: The path is absolute, climbs (``..``), names a device of Windows, or holds
            characters some file system takes as syntax.
    """
    parts = path.split("/")
    for part in parts:
        if refusal := _why_unsafe(part, path):
            raise UnsafeNameError(refusal)
    return tuple(_shorten(part) for part in parts)


def is_safe(path: str) -> bool:
    """Whether :func:`safe_parts` accepts it."""
    return not any(_why_unsafe(part, path) for part in path.split("/"))


def _why_unsafe(part: str, path: str) -> str:
    """Why a part of a path may not reach a disk, in a sentence; empty where it may."""
    file = shown(path)
    if not part:
        return tr(
            "The repository names a file “{file}”, which is an absolute path or holds an empty "
            "name.",
            file=file,
        )
    if part in {".", ".."}:
        return tr("The repository names a file “{file}”, which leads out of its folder.", file=file)
    if _FORBIDDEN.search(part):
        return tr(
            "The repository names a file “{file}”, which holds characters that are not allowed in "
            "names.",
            file=file,
        )
    if any(unicodedata.category(char) in {"Cf", "Cs", "Co", "Cn"} for char in part):
        return tr(
            "The repository names a file “{file}”, which holds invisible characters.", file=file
        )
    if part.endswith((" ", ".")) or part.startswith(" "):
        return tr(
            "The repository names a file “{file}”, which begins or ends in a space or a dot.",
            file=file,
        )
    if _DEVICES.fullmatch(part):
        return tr("The repository names a file “{file}”, which is the name of a device.", file=file)
    return ""


def _shorten(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    split = SPLIT.fullmatch(name)
    if split:
        stem = split["stem"]
        tail = f"-{split['number']}-of-{split['count']}{split['ext']}"
    elif name.lower().endswith(".gguf"):
        stem, tail = name[:-5], name[-5:]
    else:
        stem, tail = name, ""
    import hashlib  # not at the start: it loads OpenSSL

    tail = f"-{hashlib.sha256(stem.encode()).hexdigest()[:8]}{tail}"
    room = MAX_NAME_BYTES - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + tail


def plain_name(path: str) -> str:
    """A file's name without folders and without the part number of a split file."""
    file = path.rsplit("/", 1)[-1]
    split = SPLIT.fullmatch(file)
    return f"{split['stem']}{split['ext']}" if split else file


def names_a_model(name: str) -> bool:
    """Whether a file is called as text models are; projectors and measurements are not.

    A model that was quantized by measurements may say so in its name, beside its quantization.
    """
    measured = _MEASUREMENTS.search(name) and not quantization_of(name)
    return not (_PROJECTOR.search(name) or measured)


def quantization_of(name: str) -> str:
    """The quantization a file name tells, such as "Q4_K_M"; empty where it does not."""
    found = _QUANTIZATION.findall(name)
    return found[-1].upper() if found else ""
