"""What goes into the frozen program and what stays out. Read by phial.spec and build.py."""

from __future__ import annotations

import importlib.util
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
    "pypdfium2",
    "prompt-toolkit",  # which asks for its own when it is imported
)

# Imported by name at run time, so no analysis sees them.
HIDDEN_IMPORTS = [
    "app.engine.process.host",
    "app.documents.process.host",
    "app.engine.llama.engine",
    "keyring.backends.Windows",
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.chainer",
    "pygments.lexers",
    "llama_cpp.llama_cpp",
    "uvicorn.loops.asyncio",
    "uvicorn.lifespan.off",
]

EXCLUDES = [
    "numpy", "torch", "PIL", "matplotlib", "tkinter", "IPython", "pytest", "hf_xet", "diskcache",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtUiTools",
    "PySide6.QtTest", "PySide6.QtSql", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "pydoc_data",
    "unittest", "setuptools", "pip", "_distutils_hack", "lib2to3", "curses", "readline", "yaml._yaml",
]  # fmt: skip

# llama_cpp's own chat layer is not used (app/engine/llama/backend.py says why).
_BINDING = {"llama_cpp", "llama_cpp.llama_cpp", "llama_cpp._ctypes_extensions"}

# Parts of Qt and of other packages that nothing of ours loads.
_PLUGINS = "*/plugins/"
UNWANTED = (
    *(f"*Qt6{part}*" for part in (
        "Qml", "Quick", "Designer", "Help", "Sql", "Test", "UiTools", "VirtualKeyboard", "Labs",
        "ShaderTools", "Concurrent", "EglF", "Pdf", "WebSockets", "WlShellIntegration",
    )),
    "*/qml/*",
    *(f"*/translations/{part}*" for part in (
        "qt_help", "designer", "linguist", "assistant", "qtdeclarative", "qtmultimedia",
        "qtconnectivity", "qtlocation", "qtserialport", "qtwebengine", "qtwebsockets",
    )),
    *(_PLUGINS + part for part in (
        "sqldrivers/*", "qmltooling/*", "egldeviceintegrations/*", "generic/*",
        "networkinformation/*", "platforminputcontexts/*qtvirtual*",
        "platforms/*qvnc*", "platforms/*qlinuxfb*", "platforms/*qeglfs*", "platforms/*qminimal*",
        "platforms/*qvkkhrdisplay*", "platforms/*qdirect2d*",
        # The window is drawn without OpenGL, so nothing joins Qt with a graphics driver.
        "xcbglintegrations/*", "wayland-graphics-integration-client/*",
        "wayland-shell-integration/*ivi*", "wayland-shell-integration/*fullscreen*",
        "wayland-shell-integration/*qt-shell*", "wayland-shell-integration/*wl-shell*",
        # GTK's theme plugin would drag GTK's libraries in; the portal's does the same work.
        "platformthemes/*qgtk3*",
        "imageformats/*qtiff*", "imageformats/*qwebp*", "imageformats/*qtga*",
        "imageformats/*qwbmp*", "imageformats/*qicns*", "imageformats/*qpdf*",
    )),
    "*opengl32sw.dll",  # a software OpenGL of 20 MB, for programs that draw with it
    "*-info/RECORD", "*-info/INSTALLER", "*-info/REQUESTED", "*-info/direct_url.json",
    "llama_cpp/server/*",
)  # fmt: skip

# Linux: of the building system's own libraries only these go in: what Python's modules are linked
# against, and the small ones of Qt's xcb plugin that desktops often lack. All others are the
# user's system's; linux/system.py checks that it has them.
FROM_BUILDER = (
    "libpython3*", "libssl*", "libcrypto*", "libsqlite3*", "libffi*", "libbz2*", "liblzma*", "libuuid*",
    "libxcb-cursor*", "libxcb-icccm*", "libxcb-image*", "libxcb-keysyms*", "libxcb-render-util*",
    "libxcb-util*", "libxcb-xkb*", "libxkbcommon*",
)  # fmt: skip


def wanted(name: str, source: str = "", platform: str = sys.platform) -> bool:
    """Whether a collected file goes in.

    Args:
        name: Its place in the folder.
        source: Where it was found.
        platform: As ``sys.platform`` says it.
    """
    name, source = name.replace("\\", "/"), source.replace("\\", "/")
    if any(fnmatch(f"/{name}", pattern) or fnmatch(name, pattern) for pattern in UNWANTED):
        return False
    base = name.rsplit("/", 1)[-1]
    if (
        platform.startswith("linux")
        and "/" not in name
        and base.startswith("lib")
        and ".so" in base
    ):
        return any(fnmatch(base, pattern) for pattern in FROM_BUILDER)
    return True


def wanted_module(name: str) -> bool:
    """Whether a module of Python goes in."""
    return name.split(".", maxsplit=1)[0] != "llama_cpp" or name in _BINDING


def tables_of_widths() -> list[str]:
    """Rich's tables of letters' widths, one for each version of Unicode, imported by name."""
    found = importlib.util.find_spec("rich._unicode_data")
    if found is None or found.origin is None:
        raise FileNotFoundError("rich._unicode_data")
    names = sorted(path.stem for path in Path(found.origin).parent.glob("unicode*.py"))
    return [f"rich._unicode_data.{name}" for name in names]


def bundled_data(root: Path) -> list[tuple[str, str]]:
    """Our own files: (source, folder inside)."""
    pairs = [(str(root / "LICENSE"), ".")]
    for path in sorted((root / "assets").rglob("*")):
        if path.is_file() and "pictures" not in path.parts:
            pairs.append((str(path), str(path.relative_to(root).parent)))
    for name in ("catalog.json", "demo.gguf"):
        pairs.append((str(root / "models" / name), "models"))
    pairs.append((str(root / "packaging" / "CHANGELOG.md"), "packaging"))
    return pairs


def catalogues(root: Path) -> list[tuple[str, str]]:
    """The compiled catalogues, beside the module that reads them: (source, folder inside)."""
    folder = Path("app", "language", "catalogues")
    return [(str(path), str(folder)) for path in sorted((root / folder).glob("*.mo"))]


# What each platform's loader asks for. The other names in the wheel are copies of the same files.
_LIBRARY = {
    "linux": re.compile(
        r"libllama\.so|libggml(-base)?\.so\.\d+|libggml-(cpu|vulkan|cuda)[^/]*\.so"
    ),
    "darwin": re.compile(r"libllama\.dylib|lib(ggml|ggml-[a-z]+)\.\d+\.dylib|.*\.metal"),
    "win32": re.compile(r"(llama|ggml|ggml-[^/]*)\.dll"),
}
# llama.cpp's AMX code, compiled by GCC 12, crashes at the first token (ggml-org/llama.cpp#20824);
# the next best variant is chosen instead. A module goes in only if it has passed a decode test.
_NOT_TRUSTED = re.compile(r"sapphirerapids|amx")


def engine_libraries(folder: Path | None = None, platform: str = sys.platform) -> list[Path]:
    """llama.cpp's libraries that go in, each once.

    Raises:
        SystemExit: llama-cpp-python is not installed, or no processor module is among them.
    """
    if folder is None:
        spec = importlib.util.find_spec("llama_cpp")
        if spec is None or spec.origin is None:
            raise SystemExit("llama-cpp-python is not installed in this environment")
        folder = Path(spec.origin).parent / "lib"
    pattern = _LIBRARY[platform]
    kept = [
        path
        for path in sorted(folder.iterdir())
        if pattern.fullmatch(path.name) and not _NOT_TRUSTED.search(path.name)
    ]
    if not any("ggml-cpu" in path.name for path in kept):
        raise SystemExit(f"{folder} holds no processor module of llama.cpp")
    if any("ggml-cuda" in path.name for path in kept):
        kept += _nvidia_libraries(folder.parents[1])
    return kept


# What the CUDA module is linked against, as NVIDIA's own wheels have it (build.py installs them);
# only the driver's library is the system's.
_NVIDIA = re.compile(r"(lib)?(cudart|cublas|cublasLt)(\.so\.\d+|64_\d+\.dll)")


def _nvidia_libraries(packages: Path) -> list[Path]:
    found = [one for one in sorted(packages.glob("nvidia/**/*")) if _NVIDIA.fullmatch(one.name)]
    if len(found) != 3:
        raise SystemExit(f"CUDA's three libraries are not in {packages}: {found}")
    return found
