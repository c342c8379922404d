"""The system's program for PDF files is told the page, where it is one that can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.system.viewers.pdf_viewer import page_command

CONFIG = "XDG_CONFIG_HOME"


def desktop(folder: Path, lists: dict[str, str], programs: dict[str, str]) -> dict[str, str]:
    """The environment of a desktop with these lists of what opens what, and these programs."""
    for name, text in lists.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for entry, line in programs.items():
        path = folder / "share" / "applications" / entry
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[Desktop Entry]\nName=A viewer\nExec={line}\n")
        program = folder / "bin" / line.split()[0]
        program.parent.mkdir(exist_ok=True)
        program.touch(mode=0o755)
    return {
        "HOME": str(folder),
        "PATH": str(folder / "bin"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CONFIG_DIRS": str(folder / "system"),
        "XDG_DATA_HOME": str(folder / "share"),
        "XDG_DATA_DIRS": str(folder / "more"),
        "XDG_CURRENT_DESKTOP": "Own:GNOME",
    }


DEFAULT = "[Default Applications]\ntext/plain=a.desktop\napplication/pdf="


@pytest.mark.parametrize(
    ("lists", "programs", "told"),
    [
        (
            {"config/mimeapps.list": f"{DEFAULT}b.desktop\n", "more/applications/mimeapps.list":
             f"{DEFAULT}a.desktop\n"},
            {"a.desktop": "evince %U", "b.desktop": "okular %U"},
            ["okular", "--page", "7", "{path}"],
        ),
        (
            {"system/gnome-mimeapps.list": f"{DEFAULT}a.desktop\n", "system/mimeapps.list":
             f"{DEFAULT}b.desktop\n"},
            {"a.desktop": "firefox-esr %u", "b.desktop": "okular %U"},
            ["firefox-esr", "{address}#page=7"],
        ),
        (
            {"share/applications/mimeinfo.cache": "[MIME Cache]\napplication/pdf=a.desktop;\n"},
            {"a.desktop": "zathura %f"},
            ["zathura", "--page=7", "{path}"],
        ),
        # What cannot be told a page, what is damaged, and nothing at all.
        ({"config/mimeapps.list": f"{DEFAULT}a.desktop\n"}, {"a.desktop": "viewer %f"}, None),
        ({"config/mimeapps.list": "no section\n\0"}, {"a.desktop": "evince '"}, None),
        ({}, {}, None),
    ],
)  # fmt: skip
def test_the_program_of_the_desktop_is_told_the_page(
    tmp_path: Path, lists: dict[str, str], programs: dict[str, str], told: list[str] | None
) -> None:
    path = tmp_path / "a paper.pdf"
    found = page_command(path, 7, desktop(tmp_path, lists, programs))
    if told is None:
        assert found is None
        return
    wanted = [one.format(path=path, address=path.as_uri()) for one in told]
    assert found == (str(tmp_path / "bin" / wanted[0]), *wanted[1:])
