"""The picture of where a start's time goes, drawn from what ``bench_start.py --steps`` measured."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from itertools import pairwise

AIM = 0.8  # seconds to a usable window
_COLOURS = ("#8a94a6", "#b9bec7", "#5b8def", "#2f5fc4", "#3aa58f", "#79c7b6", "#d9822b", "#e8b27a",
            "#b25f8b", "#d79bbd")  # fmt: skip
_LEFT, _WIDTH, _ROW = 90, 640, 34


def draw(starts: Mapping[str, Sequence[tuple[str, float]]], empty: float) -> str:
    """An SVG with a bar for each start.

    Args:
        starts: By name, the steps with the processor's seconds until each, the same for all.
        empty: Of an empty Qt window.
    """
    longest = max(AIM, *(steps[-1][1] for steps in starts.values())) * 1.06
    scale = _WIDTH / longest
    names = [name for name, _ in next(iter(starts.values()))]
    top = 34 + _ROW * (len(starts) + 1)
    high = top + 20 * ((len(names) + 1) // 2) + 12
    style = "font-family='sans-serif' font-size='12' fill='#777'"
    box = f"0 0 {_LEFT + _WIDTH + 60} {high}"
    label = "aria-label='Seconds of the processor from the start to a usable window'"
    said = "Seconds of the processor to a usable window, by step"
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{box}' {style} role='img' {label}>",
        f"<text x='{_LEFT}' y='18' font-size='14'>{said}</text>",
    ]
    rows = {**starts, "empty Qt": [("", empty)]}
    for number, (name, steps) in enumerate(rows.items()):
        y = 32 + _ROW * number
        lines.append(
            f"<text x='{_LEFT - 8}' y='{y + 16}' text-anchor='end'>{html.escape(name)}</text>"
        )
        for index, ((_, begun), (_, ended)) in enumerate(pairwise([("", 0.0), *steps])):
            colour = _COLOURS[index % len(_COLOURS)] if len(steps) > 1 else "#b9bec7"
            lines.append(
                f"<rect x='{_LEFT + begun * scale:.1f}' y='{y}' height='22' fill='{colour}' "
                f"width='{max(0.0, ended - begun) * scale:.1f}'/>"
            )
        end = _LEFT + steps[-1][1] * scale
        lines.append(f"<text x='{end + 6:.1f}' y='{y + 16}'>{steps[-1][1]:.2f}</text>")
    aim = _LEFT + AIM * scale
    lines.append(
        f"<path d='M{aim:.1f} 26V{top - 6}' stroke='#c0392b' stroke-dasharray='4 3'/>"
        f"<text x='{aim:.1f}' y='22' text-anchor='middle' fill='#c0392b'>aim {AIM}</text>"
    )
    half = (len(names) + 1) // 2
    for index, name in enumerate(names):
        x, y = _LEFT + 330 * (index // half), top + 20 * (index % half)
        lines.append(
            f"<rect x='{x}' y='{y}' width='11' height='11' fill='{_COLOURS[index]}'/>"
            f"<text x='{x + 17}' y='{y + 10}'>{html.escape(name)}</text>"
        )
    return "\n".join([*lines, "</svg>", ""])
