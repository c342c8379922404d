"""Where other programs keep model files on each platform."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from app.language import tr


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that may hold model files.

    Attributes:
        program: "Hugging Face cache", "LM Studio", "Jan", "GPT4All" or "Ollama".
        path: The folder.
    """

    program: str
    path: Path


def candidate_folders(home: Path | None = None) -> tuple[ModelFolder, ...]:
    """Every place where a known program keeps models, whether or not it exists.

    Sources: each program's documentation and source as of 2026; environment variables it reads
    come first.

    Args:
        home: The user's home folder; None asks the system.
    """
    home = home or Path.home()
    data, config = _data_folders(home)
    folders = [  # not shown: programs and their folders
        *_named(tr("Hugging Face cache"), _hub_caches(home)),
        *_named(
            "LM Studio",
            [home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"],
        ),
        *_named(
            "Jan",
            [
                config / "Jan" / "data" / "llamacpp" / "models",
                config / "Jan" / "data" / "models",
                data / "Jan" / "data" / "llamacpp" / "models",
                home / "jan" / "models",
            ],
        ),
        *_named("GPT4All", _gpt4all(home, data)),
        *_named("Ollama", _ollama(home)),
    ]
    return tuple({one.path: one for one in reversed(folders)}.values())[::-1]


def _named(program: str, paths: list[Path]) -> list[ModelFolder]:
    return [ModelFolder(program, path) for path in paths]


def _data_folders(home: Path) -> tuple[Path, Path]:  # not shown: folders' names
    """The platform's folders for programs' data and for their configuration."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        roaming = os.environ.get("APPDATA")
        return (
            Path(local) if local else home / "AppData" / "Local",
            Path(roaming) if roaming else home / "AppData" / "Roaming",
        )
    if sys.platform == "darwin":
        support = home / "Library" / "Application Support"
        return support, support
    data = os.environ.get("XDG_DATA_HOME")
    config = os.environ.get("XDG_CONFIG_HOME")
    return (
        Path(data) if data else home / ".local" / "share",
        Path(config) if config else home / ".config",
    )


def _hub_caches(home: Path) -> list[Path]:
    paths = []
    if cache := os.environ.get("HF_HUB_CACHE"):
        paths.append(Path(cache))
    if hf_home := os.environ.get("HF_HOME"):
        paths.append(Path(hf_home) / "hub")
    if sys.platform != "win32" and (xdg := os.environ.get("XDG_CACHE_HOME")):
        paths.append(Path(xdg) / "huggingface" / "hub")
    return [*paths, home / ".cache" / "huggingface" / "hub"]


def _gpt4all(home: Path, data: Path) -> list[Path]:
    return [data / "nomic.ai" / "GPT4All", home / ".cache" / "gpt4all"]


def _ollama(home: Path) -> list[Path]:
    paths = []
    if models := os.environ.get("OLLAMA_MODELS"):
        paths.append(Path(models))
    paths.append(home / ".ollama" / "models")
    if sys.platform == "linux":
        # the service's own user, as its install script makes it
        paths.append(Path("/usr/share/ollama/.ollama/models"))
    return paths
