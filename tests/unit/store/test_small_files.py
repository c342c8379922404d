"""Settings, ladder memory and measurements: saved whole, damaged ones set aside."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.appearance.choices import ThemeChoice
from app.domain.errors import StoreError
from app.domain.settings import SPECS, Settings
from app.store import LadderStore, ModelSpeeds, SettingsStore, SpeedStore
from app.store.database.files import free_name, write_atomically


def test_settings_come_back(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "deep" / "settings.json")
    assert store.load() == (Settings(), ())
    chosen = Settings(
        theme=ThemeChoice.DARK, temperature=0.1, system_prompt="Be \ud800 brief\0", seed=7
    )
    store.save(chosen)
    assert SettingsStore(store.path).load() == (chosen, ())


def test_what_a_newer_version_stored_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"hologram": {"depth": 3}, "zoom": 150}')
    store = SettingsStore(path)
    loaded, problems = store.load()
    assert loaded.zoom == 150
    assert not problems
    store.save(replace(loaded, zoom=100))
    assert json.loads(path.read_text()) == {"hologram": {"depth": 3}}


def test_a_bad_value_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"zoom": 9000, "theme": "dark"}')
    loaded, problems = SettingsStore(path).load()
    assert loaded == Settings(theme=ThemeChoice.DARK)
    assert len(problems) == 1


def test_a_value_that_cannot_be_used_stays_in_the_file_until_it_is_changed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "settings.json"
    huge = 10**400
    path.write_text(json.dumps({"temperature": huge, "zoom": "big", "theme": "dark"}))
    store = SettingsStore(path)
    loaded, problems = store.load()
    assert loaded == Settings(theme=ThemeChoice.DARK)
    assert len(problems) == 2
    assert all("The default is used; the file keeps yours" in told for told in problems)
    store.save(replace(loaded, wrap_code=True))
    stored = json.loads(path.read_text())
    assert stored == {"temperature": huge, "zoom": "big", "theme": "dark", "wrap_code": True}
    store.save(replace(loaded, temperature=0.5))
    assert json.loads(path.read_text()) == {"temperature": 0.5, "zoom": "big", "theme": "dark"}


@pytest.mark.parametrize(
    "value",
    ["1" + "0" * 400, "-1" + "0" * 400, "NaN", "Infinity", "1e999", "[1]", "{}"],
)
def test_no_number_in_the_file_ends_the_start(tmp_path: Path, value: str) -> None:
    for name in SPECS:
        path = tmp_path / f"{name}.json"
        path.write_text(f'{{"{name}": {value}}}')
        loaded, problems = SettingsStore(path).load()
        assert loaded == Settings()
        assert len(problems) == 1
        SettingsStore(path).save(loaded)


def test_what_is_nested_too_deeply_to_be_written_again_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    deep = '{"hologram": ' + "[" * 500 + "]" * 500 + "}"
    path.write_text(deep)
    store = SettingsStore(path)
    _loaded, problems = store.load()
    assert len(problems) == 1
    assert [file.read_text() for file in tmp_path.glob("*.damaged-*")] == [deep]
    store.save(Settings(zoom=110))


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe\x00", b"[1]", b"[" * 100_000, b'{"zoom": ' + b"9" * 5000 + b"}"],
)
def test_a_damaged_file_is_kept_under_another_name(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(damage)
    loaded, problems = SettingsStore(path).load()
    assert loaded == Settings()
    assert len(problems) == 1
    asides = list(tmp_path.glob("settings.json.damaged-*"))
    assert [file.read_bytes() for file in asides] == [damage]
    assert asides[0].name in problems[0]


def test_files_set_aside_in_the_same_second_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "x"
    names = []
    for _ in range(3):
        name = free_name(path, "damaged")
        name.touch()
        names.append(name)
    assert len(set(names)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit for the size of a file")
def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "from app.domain.errors import DiskFullError;"
        "from app.store.database.files import write_atomically;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "p = Path(sys.argv[1])\n"
        "try: write_atomically(p, b'x' * 100_000)\n"
        "except DiskFullError: sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == 7
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
    assert path.read_bytes() == b"old"
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_that_cannot_be_written_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError):
        SettingsStore(tmp_path / "file" / "settings.json").save(Settings())


def test_the_ladder_step_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "ladder.json"
    assert LadderStore(path).get("cpu|build") == 0
    LadderStore(path).set("cpu|build", 2)
    assert LadderStore(path).get("cpu|build") == 2
    LadderStore(path).set("gpu|build", 0)
    assert LadderStore(path).steps() == {"cpu|build": 2}  # the first is what everybody has
    path.write_text('{"cpu|build": "two"}')
    assert LadderStore(path).get("cpu|build") == 0


def test_speeds_are_averaged_and_unmeasured_parts_keep_theirs(tmp_path: Path) -> None:
    store = SpeedStore(tmp_path / "speeds.json")
    assert store.get("m") == ModelSpeeds()
    store.record("m", 10.0, 2.0)
    store.record("m", 0.0, 2.5, depth=300)
    store.record("m", 0.0, 2.4, depth=310)  # the same doubling, the same bar
    second = store.record("m", 0.0, 3.0, depth=2_000)
    assert [(round(one.tokens), one.answers) for one in second.depths] == [(303, 2), (2_000, 1)]
    assert second.prompt_tokens_per_second == 10.0
    assert 2.0 < second.completion_tokens_per_second < 3.0
    assert SpeedStore(tmp_path / "speeds.json").get("m") == second
