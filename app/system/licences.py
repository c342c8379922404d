"""The parts that others made, with their licences: what the build wrote, or what is installed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata

from app.language import tr
from app.system.bundled import bundled

DIRECT = (
    "llama-cpp-python", "huggingface-hub", "PySide6-Essentials", "platformdirs", "keyring",
    "markdown-it-py", "pygments", "prompt-toolkit", "rich", "ziamath", "ziafont", "latex2mathml",
    "jinja2", "psutil", "pypdfium2", "filelock", "httpx2", "starlette", "uvicorn", "spylls",
)  # fmt: skip
"""What Phial stands on, for a source tree that was never installed, or not since that changed."""

_BY_TEXT = {"spylls": "MPL-2.0"}  # not shown: its metadata says UNKNOWN and MIT, its text this


@dataclass(frozen=True, slots=True)
class ThirdPartyPackage:
    """One part.

    Attributes:
        name: What it is called.
        version: Empty where nobody says.
        licence: An SPDX expression, or the maker's words.
        text: The licence in full; may be empty.
    """

    name: str
    version: str
    licence: str
    text: str


def third_party_packages() -> tuple[ThirdPartyPackage, ...]:
    """Every part, by name. A packaged Phial lists everything inside; see packaging/licences.py."""
    index = bundled("licences", "index.json")
    if not index.is_file():
        return tuple(sorted(_installed(), key=lambda part: part.name.lower()))
    return tuple(
        ThirdPartyPackage(
            row["name"],
            row["version"],
            row["licence"],
            index.with_name(row["file"]).read_text("utf-8"),
        )
        for row in json.loads(index.read_text("utf-8"))
    )


def _classified(about: metadata.PackageMetadata) -> str:
    """The licence as the classifiers name it: "License :: OSI Approved :: MIT License"."""
    classifiers = about.get_all("Classifier") or ()  # not shown: a key of the metadata
    lines = [line for line in classifiers if line.startswith("License ::")]
    return ", ".join(line.rsplit(" :: ", 1)[-1] for line in lines) or tr("see its text")


_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")


def _required(name: str) -> Iterator[metadata.Distribution]:
    """What a package stands on as it is installed here, and what that stands on."""
    waiting = [*DIRECT]
    with suppress(metadata.PackageNotFoundError):
        waiting += (line for line in metadata.requires(name) or () if _is_for(line, set()))
    seen = set()
    wanted: dict[str, set[str]] = {}  # extras, by the package that they are of
    while waiting:
        found = _REQUIREMENT.match(waiting.pop())
        if found is None:
            continue
        key = re.sub("[-_.]+", "-", found[1]).lower()
        extras = {one.strip() for one in (found[2] or "").split(",")} | wanted.get(key, set())
        if key in seen and extras == wanted[key]:
            continue
        wanted[key] = extras
        try:
            distribution = metadata.distribution(found[1])
        except metadata.PackageNotFoundError:
            continue  # a dependency of one platform only
        if key not in seen:
            yield distribution
        seen.add(key)
        asked = (line for line in distribution.requires or () if _is_for(line, extras))
        waiting += asked


def _is_for(requirement: str, extras: set[str]) -> bool:
    """Whether a requirement holds without extras, or for one of these."""
    needed = set(_EXTRA.findall(requirement.partition(";")[2]))
    return not needed or bool(needed & extras)


def _installed() -> list[ThirdPartyPackage]:
    found = []
    for distribution in _required("phial"):
        name = str(distribution.metadata["Name"])
        about = distribution.metadata
        keys = [key for key in ("License-Expression", "License") if key in about]  # not shown
        licence = about[keys[0]].splitlines()[0] if keys else _classified(about)
        licence = _BY_TEXT.get(name, licence)
        texts = [
            file.read_text("utf-8")
            for file in distribution.files or ()
            if ".dist-info" in str(file) and file.name.upper().startswith(("LICEN", "COPYING"))
        ]
        found.append(
            ThirdPartyPackage(about["Name"], distribution.version, licence, "\n\n".join(texts))
        )
    return found
