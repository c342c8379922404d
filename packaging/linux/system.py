"""What the Linux packages want from the system: checked library by library, never guessed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import elf

# Ubuntu 22.04, the oldest system we promise.
NEWEST: dict[str, elf.Version] = {"GLIBC": (2, 35), "GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13)}

# Libraries that belong to the system, because they speak with its drivers, its display server, its
# fonts or its message bus, or because ours would be older or newer than what others load beside
# it; each with the Debian package that has it. Everything else is inside.
FROM_SYSTEM = {
    "ld-linux-x86-64.so.2": "libc6 (>= 2.35)",
    "libc.so.6": "libc6 (>= 2.35)",
    "libdl.so.2": "libc6 (>= 2.35)",
    "libm.so.6": "libc6 (>= 2.35)",
    "libpthread.so.0": "libc6 (>= 2.35)",
    "libresolv.so.2": "libc6 (>= 2.35)",
    "librt.so.1": "libc6 (>= 2.35)",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6 (>= 12)",
    "libz.so.1": "zlib1g",
    "libexpat.so.1": "libexpat1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libzstd.so.1": "libzstd1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    # Only where that module is inside; without a driver llama.cpp goes on without it.
    "libvulkan.so.1": "libvulkan1",
    # NVIDIA's driver; likewise.
    "libcuda.so.1": "libcuda1",
}
OPTIONAL = {"libvulkan.so.1", "libcuda.so.1"}
# Never linked against, but opened or read when the program runs.
ALSO = ("xkb-data",)


def check(folder: Path) -> tuple[list[str], list[str]]:
    """Check every library of the tree.

    Returns:
        The Debian packages it depends on, and those that only a module of it would use.

    Raises:
        SystemExit: A library is missing, looks for others outside the tree, or wants a newer
            system than we promise.
    """
    files = list(elf.programs(folder))
    inside = {name for path in files for name in elf.provided(path)}
    packages, optional, faults = set(ALSO), set[str](), []
    for path in files:
        name = path.relative_to(folder)
        for wanted in sorted(elf.needed(path) - inside):
            if wanted not in FROM_SYSTEM:
                faults.append(f"{name} needs {wanted}, which is neither inside nor the system's")
            else:
                (optional if wanted in OPTIONAL else packages).add(FROM_SYSTEM[wanted])
        for place in elf.searched(path):
            if not place.startswith("$ORIGIN"):
                faults.append(f"{name} looks for libraries in {place or 'the current folder'}")
        for prefix, newest in NEWEST.items():
            version = elf.newest(path, prefix)
            if version > newest:
                faults.append(f"{name} wants {prefix} {'.'.join(map(str, version))}")
    if faults:
        raise SystemExit("\n".join(faults))
    return sorted(packages), sorted(optional)


def table(folder: Path) -> str:
    """The newest symbols that the tree asks for, for the build's report."""
    lines = []
    for prefix, limit in NEWEST.items():
        found = max((elf.newest(path, prefix), path) for path in elf.programs(folder))
        have, promised = (".".join(map(str, version)) for version in (found[0], limit))
        lines.append(f"{prefix:8} {have:8} of at most {promised:8} {found[1].name}")
    return "\n".join(lines)


if __name__ == "__main__":
    tree = Path(sys.argv[1])
    depends, recommends = check(tree)
    print("\n".join([*depends, *(f"{name} (optional)" for name in recommends)]))
    print(table(tree))
