"""What goes into the frozen program and what stays out. Read by phial.spec and build.py."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

# The program asks these for their version (phial doctor, About).
METADATA = (
    "llama-cpp-python",
    "PySide6-Essentials",
    "huggingface-hub",
    "markdown-it-py",
    "pygments",
    "ziamath",
    "keyring",
    "platformdirs",
)

# Imported by name at run time, so no analysis sees them.
HIDDEN_IMPORTS = [
    "app.engine.host",
    "app.engine.llama.engine",
    "keyring.backends.Windows",
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.chainer",
    "pygments.lexers",
    "typing_extensions",
]

EXCLUDES = [
    "numpy", "torch", "PIL", "matplotlib", "tkinter", "IPython", "pytest", "hf_xet", "diskcache",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtUiTools",
    "PySide6.QtTest", "PySide6.QtSql", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "pydoc_data",
    "unittest", "setuptools", "pip", "_distutils_hack", "lib2to3",
]  # fmt: skip

# Parts of Qt that no module of ours loads, and two libraries that must be the system's: ours
# would want a newer C library than the distributions we support have.
UNWANTED = (
    "*Qt6Qml*", "*Qt6Quick*", "*Qt6Designer*", "*Qt6Help*", "*Qt6Sql*", "*Qt6Test*", "*Qt6UiTools*",
    "*Qt6OpenGL*", "*Qt6VirtualKeyboard*", "*Qt6Labs*", "*Qt6ShaderTools*", "*Qt6Concurrent*",
    "*/qml/*", "*/translations/qt_help*", "*/translations/designer*", "*/translations/linguist*",
    "*/translations/assistant*", "*/translations/qtdeclarative*", "*/translations/qtmultimedia*",
    "*/plugins/sqldrivers/*", "*/plugins/qmltooling/*", "*/plugins/platforminputcontexts/libqtvirtual*",
    "*/plugins/platforms/libqvnc*", "*/plugins/platforms/libqlinuxfb*", "*/plugins/platforms/libqeglfs*",
    "*/plugins/platforms/libqminimalegl*", "*/plugins/platforms/libqvkkhrdisplay*", "*/plugins/egldeviceintegrations/*",
    "*/plugins/imageformats/libqtiff*", "*/plugins/imageformats/libqwebp*", "*/plugins/imageformats/libqtga*",
    "*/plugins/imageformats/libqwbmp*", "*/plugins/imageformats/libqicns*", "*/plugins/imageformats/libqpdf*",
    "*Qt6EglFS*", "*Qt6Pdf*", "*Qt6WebSockets*",
    "libstdc++.so*", "libexpat.so*", "libgcc_s.so*",
    "*libmtmd*", "*mtmd.dll", "*libllama-common*",
    "llama_cpp/server/*", "llama_cpp/lib/*.a", "llama_cpp/lib/pkgconfig/*", "llama_cpp/lib/cmake/*",
)  # fmt: skip


def wanted(name: str) -> bool:
    """Whether a collected file, named by its place in the folder, goes in."""
    name = name.replace("\\", "/")
    return not any(fnmatch(name, pattern) for pattern in UNWANTED)


def version(root: Path) -> str:
    """The version, from its one place."""
    text = (root / "app" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise SystemExit("app/__init__.py names no version")
    return found[1]


def bundled_data(root: Path) -> list[tuple[str, str]]:
    """Our own files: (source, folder inside)."""
    pairs = [(str(root / "LICENSE"), ".")]
    for path in sorted((root / "assets").rglob("*")):
        if path.is_file() and "pictures" not in path.parts:
            pairs.append((str(path), str(path.relative_to(root).parent)))
    for name in ("catalog.json", "demo.gguf"):
        pairs.append((str(root / "models" / name), "models"))
    return pairs


def engine_libraries() -> list[tuple[str, str]]:
    """llama.cpp's libraries, under the names its own loader asks for."""
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        raise SystemExit("llama-cpp-python is not installed in this environment")
    folder = Path(spec.origin).parent / "lib"
    kept = []
    for path in sorted(folder.iterdir()):
        base = path.name.split(".so")[0].split(".dylib")[0]
        unused = base in {"libmtmd", "mtmd", "libllama-common", "llama-common"}
        # llama.cpp's AMX code, compiled by GCC 12, crashes at the first token:
        # llama.cpp#20824. The next best variant is chosen instead.
        amx = "sapphirerapids" in path.name
        library = any(ending in path.name for ending in (".so", ".dylib", ".dll", ".metal"))
        versioned = re.search(r"\.so\.\d+\.\d+|\.\d+\.\d+\.\d+\.dylib$", path.name)
        if library and not unused and not amx and not versioned:
            kept.append((str(path), "llama_cpp/lib"))
    return kept


def signing_identity() -> str | None:
    """The macOS signing identity, where the release's secrets are present."""
    return os.environ.get("PHIAL_CODESIGN_IDENTITY") or None


def info_plist(number: str) -> dict[str, object]:
    """macOS: what the Finder knows about the program."""
    return {
        "CFBundleDisplayName": "Phial",
        "CFBundleShortVersionString": number,
        "LSMinimumSystemVersion": "13.0",
        "LSApplicationCategoryType": "public.app-category.productivity",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "GGUF model",
                "CFBundleTypeExtensions": ["gguf"],
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
            },
            {
                "CFBundleTypeName": "Phial chat",
                "CFBundleTypeExtensions": ["phial.md"],
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
            },
        ],
    }


def windows_version(root: Path) -> object:
    """Windows: the version resource that Explorer and virus scanners read."""
    if sys.platform != "win32":
        return None
    from PyInstaller.utils.win32 import versioninfo as info

    numbers = [int(part) for part in version(root).split(".")[:3]]
    four = tuple([*numbers, *[0] * (4 - len(numbers))])
    strings = {
        "CompanyName": "The Phial authors",
        "FileDescription": "Phial, an offline chat for Phi-4",
        "FileVersion": version(root),
        "InternalName": "phial",
        "LegalCopyright": "MIT licence",
        "OriginalFilename": "Phial.exe",
        "ProductName": "Phial",
        "ProductVersion": version(root),
    }
    table = info.StringTable(
        "040904B0", [info.StringStruct(name, value) for name, value in strings.items()]
    )
    return info.VSVersionInfo(
        ffi=info.FixedFileInfo(filevers=four, prodvers=four),
        kids=[
            info.StringFileInfo([table]),
            info.VarFileInfo([info.VarStruct("Translation", [0x0409, 1200])]),
        ],
    )
