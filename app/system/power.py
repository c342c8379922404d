"""Whether this computer runs on its battery, and how much is left in it."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Power:
    """Where the power comes from.

    Attributes:
        plugged_in: From the wall; so does that of a computer without a battery.
        charge: What is left in the battery, from 0 to 1; 1 where there is none.
    """

    plugged_in: bool = True
    charge: float = 1.0


def power_now() -> Power:
    """As it is now; what the system does not tell counts as plugged in."""
    look = getattr(psutil, "sensors_battery", None)  # not on every system
    try:
        found = look() if look is not None else None
    except (OSError, ValueError, RuntimeError):  # a battery that reads as nothing sensible
        return Power()
    if found is None or found.power_plugged is None:
        return Power()
    return Power(bool(found.power_plugged), max(0.0, min(1.0, found.percent / 100)))
