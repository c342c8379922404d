"""The parts that others made, with their licences: what the build wrote, or what is installed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import metadata

from app.language import tr
from app.system.bundled import bundled

# A source tree has no list of its own; these are what Phial stands on.
_INSTALLED = (
    "llama-cpp-python", "PySide6-Essentials", "shiboken6", "huggingface-hub", "httpx2",
    "markdown-it-py", "pygments", "ziamath", "ziafont", "latex2mathml",
    "keyring", "platformdirs", "psutil", "jinja2", "filelock", "spylls",
)  # fmt: skip

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


def _installed() -> list[ThirdPartyPackage]:
    found = []
    for name in _INSTALLED:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # a dependency of one platform only
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
