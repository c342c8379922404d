"""What every action of ``phial models`` needs: the services around model files."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.compose import ModelServices, build_models
from app.setup import Setup

Action = Callable[[str, object, str], argparse.ArgumentParser]


def room_of(setup: Setup) -> ModelServices:
    """The services; what arrives is remembered as the chosen model and not loaded."""
    return build_models(setup, queue="downloads-terminal.json", window=False)
