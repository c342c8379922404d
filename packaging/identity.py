"""How Phial names itself to each system: version, identifier, property list, version resource."""

from __future__ import annotations

import os
import re
from pathlib import Path

APPLICATION = "chat.phial.Phial"  # its desktop entry, icon and metainfo; macOS' bundle identifier


def version(root: Path) -> str:
    """The version, from its one place."""
    text = (root / "app" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise SystemExit("app/__init__.py names no version")
    return found[1]


def signing_identity() -> str | None:
    """The macOS signing identity, where the release's secrets are present."""
    return os.environ.get("PHIAL_CODESIGN_IDENTITY") or None


def info_plist(number: str) -> dict[str, object]:
    """macOS: what the Finder knows about the program."""
    return {
        "CFBundleName": "Phial",
        "CFBundleDisplayName": "Phial",
        "CFBundleShortVersionString": number,
        "CFBundleVersion": number,
        "LSMinimumSystemVersion": "13.0",
        "LSApplicationCategoryType": "public.app-category.productivity",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,  # follows dark mode
        "NSHumanReadableCopyright": "MIT licence",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "GGUF model",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [f"{APPLICATION}.gguf"],
            },
            {
                "CFBundleTypeName": "Phial chat",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [f"{APPLICATION}.chat"],
            },
        ],
        # GGUF is not ours, so it is imported; a chat of Phial's is, so it is exported.
        "UTImportedTypeDeclarations": [
            _document_type("gguf", "GGUF model", "gguf", "public.data"),
        ],
        "UTExportedTypeDeclarations": [
            _document_type("chat", "Phial chat", "phial", "public.json"),
        ],
    }


def _document_type(name: str, words: str, suffix: str, kind: str) -> dict[str, object]:
    return {
        "UTTypeIdentifier": f"{APPLICATION}.{name}",
        "UTTypeDescription": words,
        "UTTypeConformsTo": [kind],
        "UTTypeTagSpecification": {"public.filename-extension": [suffix]},
    }


def version_strings(root: Path, name: str) -> dict[str, str]:
    """Windows: what Explorer and virus scanners read in a program."""
    purpose = "in the terminal" if "terminal" in name else "an offline chat for Phi-4"
    return {
        "CompanyName": "The Phial authors",
        "FileDescription": f"Phial, {purpose}",
        "FileVersion": version(root),
        "InternalName": name,
        "LegalCopyright": "The Phial authors, MIT licence",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "Phial",
        "ProductVersion": version(root),
    }


def version_numbers(number: str) -> tuple[int, int, int, int]:
    """The four numbers of a Windows version; what is not a number is left out."""
    parts = [int(part) for part in re.findall(r"\d+", number)[:4]]
    first, second, third, fourth = [*parts, 0, 0, 0, 0][:4]
    return first, second, third, fourth


def windows_version(root: Path, name: str) -> object:
    """Windows: the version resource of one program. PyInstaller can make it there only."""
    from PyInstaller.utils.win32 import versioninfo as info

    four = version_numbers(version(root))
    strings = [info.StringStruct(key, text) for key, text in version_strings(root, name).items()]
    return info.VSVersionInfo(
        ffi=info.FixedFileInfo(filevers=four, prodvers=four),
        kids=[
            info.StringFileInfo([info.StringTable("040904B0", strings)]),
            info.VarFileInfo([info.VarStruct("Translation", [0x0409, 1200])]),
        ],
    )


if __name__ == "__main__":
    print(version(Path(__file__).resolve().parents[1]))
