"""What every action of ``phial models`` needs: the services around model files."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.compose import ModelServices, build_models, make_engine
from app.setup import Setup

Action = Callable[[str, object, str], argparse.ArgumentParser]


def room_of(setup: Setup) -> ModelServices:
    """The services; what arrives is remembered as the chosen model and not loaded."""
    engine = make_engine(setup)  # its process starts only when something is asked of it
    return build_models(setup, engine, queue="downloads-terminal.json", window=False)
