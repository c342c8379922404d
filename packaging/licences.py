"""Collects the licences of everything inside the frozen program, and lists it all (CycloneDX)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# What the collected environment holds only to build, and what never reaches the program.
BUILD_ONLY = {
    "pip", "setuptools", "wheel", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph",
    "packaging", "numpy", "diskcache", "hf-xet",
}  # fmt: skip
PROBE = """
import json
from importlib import metadata
rows = []
for dist in metadata.distributions():
    texts = {}
    for file in dist.files or ():
        name = str(file).lower()
        if any(word in name.rsplit("/", 1)[-1] for word in ("licen", "copying", "notice", "author")):
            path = file.locate()
            if path.is_file():
                texts[str(file)] = path.read_text("utf-8", "replace")
    meta = dist.metadata
    kind = meta.get("License-Expression") or meta.get("License") or ""
    classifiers = [c for c in meta.get_all("Classifier") or () if c.startswith("License")]
    rows.append({"name": meta["Name"], "version": dist.version, "licence": kind.splitlines()[:1],
                 "classifiers": classifiers, "home": meta.get("Home-page") or "", "texts": texts})
print(json.dumps(rows))
"""


def collect(python: Path, folder: Path) -> None:
    """Write ``licences/`` and ``sbom.cdx.json`` into the program's folder.

    Args:
        python: The interpreter of the environment that was frozen.
        folder: The frozen program.
    """
    done = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=True)
    rows = [row for row in json.loads(done.stdout) if row["name"].lower() not in BUILD_ONLY]
    rows.sort(key=lambda row: row["name"].lower())
    target = folder / "licences"
    target.mkdir(exist_ok=True)
    for row in rows:
        head = f"{row['name']} {row['version']}\n{_licence(row)}\n{row['home']}\n"
        body = "\n\n".join(f"--- {name}\n{text}" for name, text in sorted(row["texts"].items()))
        (target / f"{row['name']}.txt").write_text(f"{head}\n{body}\n", "utf-8")
    (target / "README.txt").write_text(_ABOUT, "utf-8")
    (folder / "sbom.cdx.json").write_text(json.dumps(_bill(rows), indent=1), "utf-8")


def _licence(row: dict[str, object]) -> str:
    named = row["licence"] or [str(c).split(" :: ")[-1] for c in _list(row["classifiers"])]
    return ", ".join(str(word) for word in _list(named)) or "see the texts below"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _bill(rows: list[dict[str, object]]) -> dict[str, object]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "components": [
            {
                "type": "library",
                "name": row["name"],
                "version": row["version"],
                "purl": f"pkg:pypi/{str(row['name']).lower()}@{row['version']}",
                "licenses": [{"license": {"name": _licence(row)}}],
            }
            for row in rows
        ]
        + [
            {
                "type": "platform",
                "name": "CPython",
                "version": ".".join(map(str, sys.version_info[:3])),
                "licenses": [{"license": {"id": "PSF-2.0"}}],
            }
        ],
    }


_ABOUT = """Phial is under the MIT licence. The parts it is made of keep their own; their texts are
in this folder, one file a package.

Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They are separate
libraries in _internal/PySide6 and may be replaced by others of the same interface.
"""
