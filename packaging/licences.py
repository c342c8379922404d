"""Collects the licences of everything inside the frozen program, and lists it all (CycloneDX).

What is inside is read from PyInstaller's own account of the files it took, so nothing is listed
that is not there and nothing is there that is not listed.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "packaging" / "licences"
FOLDER = Path("_internal") / "licences"
BILL = FOLDER / "sbom.cdx.json"

# Run in the frozen environment: each distribution that has one of the given files.
PROBE = """
import json, os, sys
from importlib import metadata
inside = {os.path.normcase(line) for line in json.load(sys.stdin)}
rows = []
for dist in metadata.distributions():
    files = {str(file): os.path.normcase(str(file.locate().resolve())) for file in dist.files or ()}
    if not inside & {path for name, path in files.items() if ".dist-info" not in name}:
        continue
    texts = {}
    for name, path in files.items():
        base = name.lower().rsplit(".dist-info/", 1)[-1]  # pdfium's are files in a folder "licenses"
        if ".dist-info" in name and any(w in base for w in ("licen", "copying", "notice")):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts[name.split(".dist-info/")[-1]] = file.read()
    meta = dist.metadata
    classifiers = [c for c in meta.get_all("Classifier") or () if c.startswith("License")]
    rows.append({"name": meta["Name"], "version": dist.version,
                 "expression": meta.get("License-Expression") or "",
                 "licence": (meta.get("License") or "").splitlines()[:1],
                 "classifiers": classifiers, "texts": texts})
print(json.dumps(rows))
"""
_CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
}
_BY_TEXT = {"spylls": "MPL-2.0"}  # their metadata says something else, or nothing
_QT = """Qt and Qt for Python are used under the GNU Lesser General Public License, version 3 (below,
with the GNU General Public License that it builds on). Their libraries are files of their own in
PySide6 and shiboken6, unchanged but for symbol tables, and may be replaced by others of the same
interface; Phial is under the MIT licence and may be taken apart to do so.
Source code: https://download.qt.io/official_releases/ and https://code.qt.io/
"""
_BOOTLOADER = """The small program that starts Python is PyInstaller's, under the GNU General Public
License, version 2 or later, with an exception that allows programs made with it to be distributed
under any licence. Source code: https://github.com/pyinstaller/pyinstaller
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing inside that others made.

    Attributes:
        name: What it is called.
        version: Empty where nobody says.
        licence: An SPDX expression, or the maker's words.
        texts: Licence texts, by title.
        url: Its package URL, if it has one.
    """

    name: str
    version: str
    licence: str
    texts: dict[str, str] = field(default_factory=dict)
    url: str = ""


def collect(python: Path, tree: Path, work: Path, version: str) -> int:
    """Write the licences' folder, its index and the bill of materials into a frozen program.

    Args:
        python: The interpreter of the environment that was frozen.
        tree: The folder that holds ``_internal``.
        work: PyInstaller's work folder, which says which files were taken.
        version: Phial's.

    Returns:
        How many parts there are.
    """
    taken = sources(work)
    parts = [*_distributions(python, taken), *_ours(python), *_debian(python, taken)]
    parts.sort(key=lambda part: part.name.lower())
    target = tree / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    index = []
    for part in parts:
        name = f"{part.name}.txt"
        (target / name).write_text(_page(part), "utf-8")
        index.append(
            {"name": part.name, "version": part.version, "licence": part.licence, "file": name}
        )
    (target / "index.json").write_text(json.dumps(index, indent=1) + "\n", "utf-8")
    (tree / BILL).write_text(json.dumps(bill(parts, version), indent=1) + "\n", "utf-8")
    return len(parts)


def sources(work: Path) -> list[str]:
    """Where every file inside came from."""
    found: set[str] = set()
    for name in ("COLLECT-00.toc", "PYZ-00.toc"):
        content = ast.literal_eval((work / name).read_text("utf-8"))
        rows = next(item for item in content if isinstance(item, list))
        found.update(str(Path(row[1]).resolve()) for row in rows if row[1])
    return sorted(found)


def _distributions(python: Path, taken: list[str]) -> Iterable[Part]:
    done = subprocess.run(
        [python, "-c", PROBE], input=json.dumps(taken), capture_output=True, text=True, check=True
    )
    for row in json.loads(done.stdout):
        name = row["name"]
        if name.lower() == "phial":
            continue
        url = f"pkg:pypi/{name.lower().replace('_', '-')}@{row['version']}"
        texts = dict(row["texts"])
        if name.lower().startswith(("pyside6", "shiboken6")):
            texts = {"": _QT, **_texts("LGPL-3.0.txt", "GPL-3.0.txt")}
        yield Part(name, row["version"], _licence(row), texts, url)


def _licence(row: dict[str, object]) -> str:
    if row["name"] in _BY_TEXT:
        return _BY_TEXT[str(row["name"])]
    if row["expression"]:
        return str(row["expression"])
    said = row["licence"]
    if isinstance(said, list) and said:
        return str(said[0])
    classifiers = row["classifiers"]
    names = (
        [str(one).split(" :: ")[-1] for one in classifiers] if isinstance(classifiers, list) else []
    )
    return ", ".join(_CLASSIFIERS.get(name, name) for name in names) or "see its text"


def _ours(python: Path) -> Iterable[Part]:
    """What is inside without being a package of Python's."""
    here = {"": _BOOTLOADER, **_texts()}
    yield Part("PyInstaller bootloader", "", "GPL-2.0-or-later WITH Bootloader-exception", here)
    yield Part("STIX Two Math", "2.11", "OFL-1.1", _texts("OFL-1.1.txt"))
    yield Part("DejaVu Sans", "2.37", "Bitstream-Vera", _texts("DejaVu.txt"))
    done = subprocess.run(
        [python, "-c", "import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_path('stdlib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    number, library = done.stdout.strip().split(" ", 1)
    text = next(
        (
            p
            for p in (Path(library) / "LICENSE.txt", Path(library).parent / "LICENSE.txt")
            if p.exists()
        ),
        None,
    )
    texts = {"LICENSE": text.read_text("utf-8")} if text else {}
    yield Part("CPython", number, "PSF-2.0", texts, f"pkg:generic/cpython@{number}")
    for found in sorted((ROOT / "build").glob("llama_cpp_python-*/vendor/llama.cpp/LICENSE")):
        yield Part("llama.cpp", "", "MIT", {"LICENSE": found.read_text("utf-8")})


def _debian(python: Path, taken: list[str]) -> Iterable[Part]:
    """Libraries that were taken from the building system, by the Debian package that has them."""
    if sys.platform != "linux":
        return
    prefix = subprocess.run(
        [python, "-c", "import sys; print(sys.prefix, sys.base_prefix, sep='\\n')"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    owned: dict[str, str] = {}
    for path in taken:
        if ".so" in path and not path.startswith((*prefix, str(ROOT))):
            short = path.removeprefix("/usr")  # dpkg names what lies behind /lib as /lib
            for name in (path, short):
                done = subprocess.run(
                    ["dpkg", "-S", name], capture_output=True, text=True, check=False
                )
                if done.returncode == 0:
                    owned.setdefault(done.stdout.split(":")[0], path)
                    break
    for package in owned:
        query = ["dpkg-query", "-W", "-f", "${Version}", package]
        version = subprocess.run(query, capture_output=True, text=True, check=True).stdout
        text = (Path("/usr/share/doc") / package / "copyright").read_text("utf-8", "replace")
        yield Part(
            package, version, "see its text", {"copyright": text}, f"pkg:deb/{package}@{version}"
        )


def _texts(*names: str) -> dict[str, str]:
    return {name: (TEXTS / name).read_text("utf-8") for name in names}


def _page(part: Part) -> str:
    pieces = [f"{part.name} {part.version}\nLicence: {part.licence}\n".replace(" \n", "\n")]
    for title, text in part.texts.items():
        pieces.append(f"--- {title}\n\n{text.strip()}\n" if title else text)
    if not part.texts:
        pieces.append("Its package holds no text of its licence.\n")
    return "\n".join(pieces)


def bill(parts: Iterable[Part], version: str) -> dict[str, object]:
    """The bill of materials, as CycloneDX 1.5 wants it."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "phial", "version": version}},
        "components": [_component(part) for part in parts],
    }


def _component(part: Part) -> dict[str, object]:
    entry: dict[str, object] = {
        "type": "library",
        "name": part.name,
        "licenses": [{"license": {"name": part.licence}}],
    }
    if part.version:
        entry["version"] = part.version
    if part.url:
        entry["purl"] = part.url
        entry["bom-ref"] = part.url
    return entry
