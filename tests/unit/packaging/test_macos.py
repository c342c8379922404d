"""What of the macOS package can be tried anywhere: description, background, order of signing."""

from __future__ import annotations

import importlib.util
import plistlib
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtGui import QImage

import app

PACKAGING = Path(app.__file__).parents[1] / "packaging"
MACOS = PACKAGING / "macos"
sys.path.insert(0, str(PACKAGING))

import identity  # noqa: E402


@pytest.fixture
def package() -> ModuleType:
    """macos/package.py; each platform has one of that name."""
    spec = importlib.util.spec_from_file_location("macos_package", MACOS / "package.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def commands(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    noted: list[list[str]] = []

    def run(*words: object, secret: str = "", **_environment: str) -> None:
        noted.append([str(word).replace(secret or "\0", "…") for word in words])

    monkeypatch.setattr(package, "run", run)
    return noted


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle with a program, a library, a link to it and a file that is neither."""
    top = tmp_path / "Phial.app"
    for name, content in {
        "MacOS/phial": b"\xcf\xfa\xed\xfe program",
        "Frameworks/PySide6/Qt/libQt.dylib": b"\xca\xfe\xba\xbe library",
        "Resources/phial.icns": b"icns",
    }.items():
        path = top / "Contents" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    (top / "Contents" / "Frameworks" / "libQt.dylib").symlink_to("PySide6/Qt/libQt.dylib")
    described: dict[str, Any] = {
        **identity.info_plist("1.0"),
        "CFBundleIdentifier": identity.APPLICATION,
        "CFBundleExecutable": "phial",
    }
    (top / "Contents" / "Info.plist").write_bytes(plistlib.dumps(described))
    return top


def test_a_bundle_that_says_all_that_the_finder_needs_passes(
    package: ModuleType, bundle: Path
) -> None:
    package.check_bundle(bundle)


@pytest.mark.parametrize("lost", ["CFBundleDocumentTypes", "LSMinimumSystemVersion"])
def test_a_bundle_that_lacks_something_is_refused(
    package: ModuleType, bundle: Path, lost: str
) -> None:
    path = bundle / "Contents" / "Info.plist"
    described = plistlib.loads(path.read_bytes())
    del described[lost]
    path.write_bytes(plistlib.dumps(described))
    with pytest.raises(SystemExit, match=lost):
        package.check_bundle(bundle)


def test_it_is_signed_from_the_inside_out_and_then_verified(
    package: ModuleType, bundle: Path, commands: list[list[str]]
) -> None:
    package.sign(bundle, "Developer ID Application: Someone")
    *signed, verified = commands
    names = [Path(words[-1]).name for words in signed]
    assert names == ["libQt.dylib", "phial", "Phial.app"]  # the link and the icon are no programs
    for words in signed:
        assert words[:3] == ["codesign", "--sign", "Developer ID Application: Someone"]
        assert words[words.index("--options") + 1] == "runtime"
        assert "--timestamp" in words
    assert verified[:4] == ["codesign", "--verify", "--deep", "--strict"]


def test_without_an_identity_it_is_signed_for_this_machine_only(
    package: ModuleType, bundle: Path, commands: list[list[str]]
) -> None:
    package.sign(bundle, None)
    assert {words[2] for words in commands[:-1]} == {"-"}
    assert not any("--timestamp" in words for words in commands)


def test_apple_is_asked_only_when_every_secret_is_there(
    package: ModuleType,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in package.SECRETS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(package.SECRETS[0], "someone@example.org")
    package.notarise(Path("phial.dmg"))
    assert commands == []
    assert "not notarised" in capsys.readouterr().out
    for name in package.SECRETS:
        monkeypatch.setenv(name, "a secret")
    package.notarise(Path("phial.dmg"))
    assert [words[:2] for words in commands] == [
        ["xcrun", "notarytool"],
        ["xcrun", "stapler"],
        ["spctl", "--assess"],
    ]


def test_the_hardened_runtime_allows_what_python_needs_and_nothing_else() -> None:
    with (MACOS / "entitlements.plist").open("rb") as file:
        entitlements = plistlib.load(file)
    assert entitlements == {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.disable-library-validation": True,
    }


@pytest.mark.usefixtures("qapp")
def test_the_disk_images_background_is_drawn_at_both_sizes(
    package: ModuleType, tmp_path: Path, commands: list[list[str]]
) -> None:
    package.background(tmp_path)
    small, large = (
        QImage(str(tmp_path / "background.png")),
        QImage(str(tmp_path / "background@2x.png")),
    )
    assert (small.width(), small.height()) == (600, 380)
    assert (large.width(), large.height()) == (1200, 760)
    arrow, paper = large.pixelColor(590, 360), large.pixelColor(10, 10)
    assert arrow != paper
    assert commands[0][0] == "tiffutil"


def test_the_disk_image_shows_the_program_beside_the_applications_folder() -> None:
    told = {"app": "dist/Phial.app", "background": "build/b.tiff", "format": "ULMO"}
    settings = runpy.run_path(str(MACOS / "dmg.py"), {"defines": told})
    (_, _), (width, height) = settings["window_rect"]
    assert settings["files"] == ["dist/Phial.app"]
    assert settings["icon_locations"].keys() == {"Phial.app", *settings["symlinks"]}
    for x, y in settings["icon_locations"].values():
        assert settings["icon_size"] / 2 < x < width - settings["icon_size"] / 2
        assert settings["icon_size"] / 2 < y < height - settings["icon_size"] / 2
