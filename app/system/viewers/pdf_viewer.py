"""The program that shows PDF files here, and how it is told the page; it is not started here.

Which one it is, the system says: on Linux the lists of the desktop (freedesktop.org, "Association
between MIME types and applications"), on Windows the registry. On macOS nothing tells Preview a
page from outside. What is not in :data:`AT_PAGE` opens the file at its beginning.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from pathlib import Path, PureWindowsPath

_KIND = "application/pdf"
_BROWSER = ("{address}#page={page}",)
_EVINCE = ("--page-index={page}", "{path}")  # not shown
AT_PAGE: Mapping[str, tuple[str, ...]] = {  # not shown: what programs are called, and told
    "evince": _EVINCE,
    "papers": _EVINCE,
    "atril": _EVINCE,
    "xreader": _EVINCE,
    "okular": ("--page", "{page}", "{path}"),
    "qpdfview": ("{path}#{page}",),
    "zathura": ("--page={page}", "{path}"),
    "mupdf": ("{path}", "{page}"),
    "firefox": _BROWSER,
    "firefox-esr": _BROWSER,
    "chromium": _BROWSER,
    "chromium-browser": _BROWSER,
    "google-chrome": _BROWSER,
    "google-chrome-stable": _BROWSER,
    "microsoft-edge": _BROWSER,
    "microsoft-edge-stable": _BROWSER,
    "chrome": _BROWSER,
    "msedge": _BROWSER,
    "sumatrapdf": ("-page", "{page}", "{path}"),
    "acrobat": ("/A", "page={page}", "{path}"),
    "acrord32": ("/A", "page={page}", "{path}"),
}
_PROGRAM = re.compile(r'"([^"]+)"|(\S+)')


def page_command(
    path: Path, page: int, environment: Mapping[str, str] = os.environ
) -> tuple[str, ...] | None:
    """Program and arguments that open a PDF file at a page; None where that cannot be told.

    Args:
        path: The file, absolute.
        page: From 1.
        environment: Of this program.
    """
    program = _windows_program() if sys.platform == "win32" else _desktop_program(environment)
    told = AT_PAGE.get(_plain_name(program)) if program else None
    if program is None or told is None:
        return None
    values = {"path": str(path), "address": path.as_uri(), "page": page}
    return (program, *(one.format(**values) for one in told))


def _plain_name(program: str) -> str:
    return PureWindowsPath(program.replace("/", "\\")).name.lower().removesuffix(".exe")


# --- Linux ----------------------------------------------------------------------------------


def _desktop_program(environment: Mapping[str, str]) -> str | None:
    """The first program of the desktop's lists that is there, by its whole path."""
    home = Path(environment.get("HOME") or Path.home())
    config = _folders(environment, "XDG_CONFIG_HOME", str(home / ".config"))
    config += _folders(environment, "XDG_CONFIG_DIRS", "/etc/xdg")
    data = _folders(environment, "XDG_DATA_HOME", str(home / ".local" / "share"))
    data += _folders(environment, "XDG_DATA_DIRS", "/usr/local/share:/usr/share")
    applications = [one / "applications" for one in data]
    desktops = environment.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
    for name in _chosen([*config, *applications], [one for one in desktops if one], applications):
        for folder in applications:
            words = _started_by(folder / name)
            found = shutil.which(words[0], path=environment.get("PATH")) if words else None
            if found is not None:
                return found
    return None


def _folders(environment: Mapping[str, str], name: str, default: str) -> list[Path]:
    given = environment.get(name) or default
    return [Path(one) for one in given.split(os.pathsep) if one]


def _chosen(lists: list[Path], desktops: list[str], applications: list[Path]) -> Iterator[str]:
    """Names of the applications for PDF files, the one that is wanted first."""
    names = [*(f"{one}-mimeapps.list" for one in desktops), "mimeapps.list"]
    files = [_parsed(folder / name) for folder in lists for name in names]
    for section in ("Default Applications", "Added Associations"):  # not shown
        for file in files:
            yield from _values(file, section)
    for folder in applications:
        yield from _values(_parsed(folder / "mimeinfo.cache"), "MIME Cache")  # not shown


def _values(file: ConfigParser, section: str) -> list[str]:
    return [one for one in file.get(section, _KIND, fallback="").split(";") if one]


def _parsed(path: Path) -> ConfigParser:
    """A list of the desktop; an empty one where it is not there or cannot be read."""
    found = ConfigParser(
        interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",)
    )
    try:
        found.read(path, "utf-8")
    except (Error, UnicodeDecodeError, OSError):
        return ConfigParser()
    return found


def _started_by(path: Path) -> list[str]:
    """The command line of an application; empty where there is none."""
    line = _parsed(path).get("Desktop Entry", "exec", fallback="")  # not shown
    try:
        return shlex.split(line)
    except ValueError:
        return []


# --- Windows --------------------------------------------------------------------------------


def _windows_program() -> str | None:
    """The program that the user chose for PDF files."""
    if sys.platform == "win32":
        import winreg

        choice = r"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.pdf\UserChoice"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, choice) as key:
                kind = winreg.QueryValueEx(key, "ProgId")[0]
            command = winreg.QueryValue(winreg.HKEY_CLASSES_ROOT, rf"{kind}\shell\open\command")
        except OSError:
            return None
        found = _PROGRAM.match(command)
        return (found[1] or found[2]) if found else None
    return None
