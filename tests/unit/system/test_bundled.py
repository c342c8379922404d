"""The line that starts the program from anywhere, by how it was installed."""

from __future__ import annotations

import shlex
import sys

import pytest

from app.system.bundled import shortcut_line

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="quoted in another way there")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("APPIMAGE", "/home/me/My Apps/Phial.AppImage", ["/home/me/My Apps/Phial.AppImage"]),
        ("FLATPAK_ID", "chat.phial.Phial", ["flatpak", "run", "chat.phial.Phial"]),
    ],
)
def test_a_package_is_started_as_its_user_starts_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: list[str]
) -> None:
    for name in ("APPIMAGE", "FLATPAK_ID"):
        monkeypatch.delenv(name, raising=False)
    assert shlex.split(shortcut_line("--quick"))[-1] == "--quick"
    monkeypatch.setenv(variable, value)
    assert shlex.split(shortcut_line("--quick")) == [*words, "--quick"]
