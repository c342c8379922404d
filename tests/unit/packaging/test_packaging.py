"""What the packages are made of, checked without making them."""

from __future__ import annotations

import json
import plistlib
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

import app
from app.language.spoken import LANGUAGES
from app.system.paths import PORTABLE_MARKER
from tests.support.terminal import parsers

PACKAGING = Path(app.__file__).parents[1] / "packaging"
sys.path[:0] = [str(PACKAGING), str(PACKAGING / "linux")]

import contents  # noqa: E402
import elf  # noqa: E402
import icons  # noqa: E402
import identity  # noqa: E402
import licences  # noqa: E402
import native  # noqa: E402
import sizes  # noqa: E402
import system  # noqa: E402

ROOT = PACKAGING.parent
TRUE = Path(shutil.which("true") or "true").resolve()  # a small program of the system's
tools = pytest.mark.tools


def tool(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a tool that .ci/run installs; a machine without it says which is missing."""
    words = [str(word) for word in command]
    assert shutil.which(words[0]), f"{words[0]} is missing; .ci/run names its package"
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_version_has_one_place() -> None:
    assert identity.version(ROOT) == app.__version__
    assert identity.version_numbers("1.2.3rc1") == (1, 2, 3, 1)
    assert identity.version_numbers("1.2") == (1, 2, 0, 0)


def test_everything_that_the_program_opens_beside_itself_goes_in() -> None:
    inside = {f"{folder}/{Path(source).name}" for source, folder in contents.bundled_data(ROOT)}
    assert {
        "models/demo.gguf", "models/catalog.json", "packaging/CHANGELOG.md",
        "assets/phial.png", "./LICENSE",
    } <= inside  # fmt: skip
    inside = {f"{folder}/{Path(source).name}" for source, folder in contents.catalogues(ROOT)}
    assert inside == {f"app/language/catalogues/{code}.mo" for code in LANGUAGES[1:]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {source.partition("/")[0] for source in wheel} == {
        folder.partition("/")[0] for _, folder in contents.bundled_data(ROOT)
    } - {"."}
    assert not any("pictures" in name for name in inside)


@pytest.mark.parametrize(
    ("name", "goes_in"),
    [
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6\\opengl32sw.dll", False),
        ("libsqlite3.so.0", True),
        ("libxcb-cursor.so.0", True),
        ("libstdc++.so.6", False),
        ("libexpat.so.1", False),
        ("libX11.so.6", False),
        ("pygments-2.21.0.dist-info/RECORD", False),
        ("pygments-2.21.0.dist-info/METADATA", True),
    ],
)
def test_each_file_goes_in_or_stays_out_by_its_name(name: str, goes_in: bool) -> None:
    assert contents.wanted(name, platform="linux") is goes_in


def test_the_manual_page_names_every_command() -> None:
    page = (ROOT / "packaging" / "linux" / "phial.1").read_text("utf-8")
    words = {name.split()[0] for name, _ in parsers() if name}
    assert not [word for word in sorted(words) if f".TP\n.B {word}\n" not in page]


def test_of_llama_cpp_each_library_goes_in_once_and_no_amx(tmp_path: Path) -> None:
    for name in (
        "libllama.so", "libllama.so.0", "libggml.so", "libggml.so.0", "libggml-base.so",
        "libggml-base.so.0", "libggml-base.so.0.25.3", "libggml-cpu-x64.so",
        "libggml-cpu-haswell.so", "libggml-cpu-sapphirerapids.so", "libggml-vulkan.so",
        "libmtmd.so",
    ):  # fmt: skip
        (tmp_path / name).touch()
    assert [path.name for path in contents.engine_libraries(tmp_path, "linux")] == [
        "libggml-base.so.0",
        "libggml-cpu-haswell.so",
        "libggml-cpu-x64.so",
        "libggml-vulkan.so",
        "libggml.so.0",
        "libllama.so",
    ]


def test_a_tree_without_a_processor_module_is_not_built(tmp_path: Path) -> None:
    (tmp_path / "libllama.so").touch()
    with pytest.raises(SystemExit, match="no processor module"):
        contents.engine_libraries(tmp_path, "linux")


def test_the_cuda_module_brings_nvidias_libraries_but_not_the_driver(tmp_path: Path) -> None:
    folder = tmp_path / "llama_cpp" / "lib"
    theirs = tmp_path / "nvidia" / "cu13" / "lib"
    for path in (folder, theirs):
        path.mkdir(parents=True)
    for name in ("libggml-cpu-x64.so", "libggml-cuda.so"):
        (folder / name).touch()
    (theirs / "libcudart.so.13").touch()
    (theirs / "libnvblas.so.13").touch()
    with pytest.raises(SystemExit, match="CUDA's three libraries"):
        contents.engine_libraries(folder, "linux")
    (theirs / "libcublas.so.13").touch()
    (theirs / "libcublasLt.so.13").touch()
    assert [path.name for path in contents.engine_libraries(folder, "linux")][2:] == [
        "libcublas.so.13", "libcublasLt.so.13", "libcudart.so.13",
    ]  # fmt: skip
    assert {"libcuda.so.1", "libvulkan.so.1"} == system.OPTIONAL


@pytest.mark.llama
def test_llama_cpp_is_compiled_for_every_processor_and_the_version_that_is_pinned() -> None:
    for flavour in ("cpu", "vulkan", "cuda"):
        flags = native.flags(flavour, Path("/src"), "linux")
        assert "-DGGML_CPU_ALL_VARIANTS=ON" in flags
        assert "-DGGML_NATIVE=OFF" in flags
        assert "-ffile-prefix-map=/src=." in flags
    assert "GGML_METAL=ON" in native.flags("metal", Path("/src"), "win32")
    from importlib import metadata

    assert native.pinned() == metadata.version("llama-cpp-python")


@tools
def test_what_a_program_wants_is_read_from_its_file() -> None:
    wanted = elf.needed(TRUE)
    assert any(name.startswith("libc.so") for name in wanted)
    assert elf.newest(TRUE, "GLIBC") >= (2, 2)


@tools
def test_a_library_that_nobody_provides_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(TRUE, tmp_path / "program")
    depends, optional = system.check(tmp_path)
    assert "libc6 (>= 2.35)" in depends
    assert optional == []
    monkeypatch.setattr(system, "OPTIONAL", {"libc.so.6"})
    assert system.check(tmp_path)[1] == ["libc6 (>= 2.35)"]
    monkeypatch.setattr(system, "FROM_SYSTEM", {})
    with pytest.raises(SystemExit, match=r"program needs libc\.so\.6, which is neither"):
        system.check(tmp_path)


@tools
def test_a_library_that_wants_a_newer_system_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(TRUE, tmp_path / "program")
    monkeypatch.setattr(system, "NEWEST", {"GLIBC": (2, 2)})
    with pytest.raises(SystemExit, match=r"program wants GLIBC 2\.\d+"):
        system.check(tmp_path)


@tools
def test_the_desktop_entry_and_the_metainfo_are_valid() -> None:
    folder = PACKAGING / "linux"
    entry = folder / "chat.phial.Phial.desktop"
    assert tool("desktop-file-validate", entry).stdout == ""
    said = tool("appstreamcli", "validate", "--no-net", folder / "chat.phial.Phial.metainfo.xml")
    assert said.returncode == 0, said.stdout
    types = [line for line in entry.read_text("utf-8").splitlines() if line.startswith("MimeType")]
    declared = ElementTree.parse(folder / "phial-mime.xml").getroot()
    names = {kind.attrib["type"] for kind in declared}
    assert {name for name in types[0].removeprefix("MimeType=").split(";") if name} == names


def test_the_metainfo_names_this_version() -> None:
    root = ElementTree.parse(PACKAGING / "linux" / "chat.phial.Phial.metainfo.xml").getroot()
    releases = [one.attrib["version"] for one in root.iter("release")]
    assert releases[0] == app.__version__


def test_the_flatpak_takes_the_archive_of_this_version() -> None:
    text = (PACKAGING / "linux" / "chat.phial.Phial.yml").read_text("utf-8")
    assert f"phial-{app.__version__}-linux-x86_64.tar.xz" in text


@tools
def test_the_windows_installer_compiles_over_a_tree(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "_internal").mkdir(parents=True)
    (tree / "Phial.exe").write_bytes(b"MZ")
    (tree / "_internal" / "library.dll").write_bytes(b"MZ")
    icon = tmp_path / "phial.ico"
    icon.write_bytes(icons.ico({16: icons.bitmap(ROOT / "assets/phial.svg", 16)}))
    output = tmp_path / "phial-setup.exe"
    defines = {
        "VERSION": "1.2.3", "NUMBERS": "1.2.3.0", "TREE": tree, "OUTPUT": output, "ICON": icon,
        "LICENCE": ROOT / "LICENSE", "QUICK": "1",
    }  # fmt: skip
    words = [f"-D{name}={value}" for name, value in defines.items()]
    script = PACKAGING / "windows" / "phial.nsi"
    said = tool("makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *words, script)
    assert said.returncode == 0, said.stdout + said.stderr
    made = output.read_bytes()
    assert made[:2] == b"MZ"
    assert "Installs Phial".encode("utf-16-le") in made  # the version resource


def test_macos_knows_the_documents_that_open_with_phial() -> None:
    plist = plistlib.loads(plistlib.dumps(identity.info_plist("1.0")))
    declared = [*plist["UTImportedTypeDeclarations"], *plist["UTExportedTypeDeclarations"]]
    named = {one["UTTypeIdentifier"] for one in declared}
    used = {kind for one in plist["CFBundleDocumentTypes"] for kind in one["LSItemContentTypes"]}
    assert used == named
    with (PACKAGING / "macos" / "entitlements.plist").open("rb") as file:
        assert all(plistlib.load(file).values())


def test_icons_hold_every_size_where_the_table_says() -> None:
    svg = ROOT / "assets" / "phial.svg"
    pictures = {16: icons.bitmap(svg, 16), 256: icons.draw(svg, 256)}
    made = icons.ico(pictures)
    assert struct.unpack_from("<HHH", made) == (0, 1, 2)
    for row, (size, data) in enumerate(sorted(pictures.items())):
        width, *_, length, offset = struct.unpack_from("<BBBBHHII", made, 6 + 16 * row)
        assert width == size % 256
        assert made[offset : offset + length] == data
    apple = icons.icns([("ic08", pictures[256])])
    assert struct.unpack_from(">4sI", apple) == (b"icns", len(apple))


def test_the_table_of_sizes_counts_every_byte_once(tmp_path: Path) -> None:
    for name, size in {"phial": 3, "_internal/models/demo.gguf": 5, "_internal/odd": 7}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    (tmp_path / "_internal" / "link").symlink_to("odd")
    assert sum(sizes.files(tmp_path).values()) == 15
    assert sizes.part("phial") != sizes.part("_internal/odd")
    assert sizes.part("_internal/models/demo.gguf") == "the demo model"
    assert sizes.table(tmp_path).splitlines()[-1].split()[-1] == "3"


def test_a_tree_over_the_budget_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "phial").write_bytes(bytes(100))
    sizes.check_tree(tmp_path, "cpu")
    monkeypatch.setattr(sizes, "TREE", 99)
    with pytest.raises(SystemExit, match="the budget is"):
        sizes.check_tree(tmp_path, "cpu")
    sizes.check_tree(tmp_path, "cuda")


def test_the_bill_of_materials_names_each_part() -> None:
    parts = [licences.Part("Qt", "6", "LGPL-3.0-only", url="pkg:pypi/qt@6")]
    bill = json.loads(json.dumps(licences.bill(parts, "1.0")))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["version"] == "1.0"
    assert [one["purl"] for one in bill["components"]] == ["pkg:pypi/qt@6"]


def test_what_was_taken_is_read_from_pyinstallers_own_account(tmp_path: Path) -> None:
    (tmp_path / "COLLECT-00.toc").write_text("([('a', '/x/a.so', 'BINARY')],)", "utf-8")
    (tmp_path / "PYZ-00.toc").write_text("('/p', [('m', '/x/m.py', 'PYMODULE'), ('n', '', '')])")
    assert licences.sources(tmp_path) == ["/x/a.so", "/x/m.py"]


def test_the_texts_that_qt_and_the_fonts_ask_for_are_here() -> None:
    for name, words in {
        "LGPL-3.0.txt": "GNU LESSER GENERAL PUBLIC LICENSE",
        "GPL-3.0.txt": "GNU GENERAL PUBLIC LICENSE",
        "OFL-1.1.txt": "SIL OPEN FONT LICENSE Version 1.1",
        "DejaVu.txt": "Bitstream",
    }.items():
        assert words in (licences.TEXTS / name).read_text("utf-8")


def test_readme_in_the_archive_names_the_marker_that_the_program_looks_for() -> None:
    text = (PACKAGING / "linux" / "README.txt").read_text("utf-8")
    assert f'"{PORTABLE_MARKER}"' in text
