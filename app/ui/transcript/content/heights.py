"""The height index: where each of many rows stands, without laying them out.

A Fenwick tree over heights in pixels: changing one height, asking for the top of a row and asking
which row stands at a position each cost O(log n), whatever was measured before.
"""

from __future__ import annotations

from collections.abc import Iterable


class HeightIndex:
    """Heights of rows, in order, with their sums."""

    __slots__ = ("_heights", "_tree")

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._tree: list[int] = [0]

    def reset(self, heights: Iterable[int]) -> None:
        """Replace all heights in O(n)."""
        self._heights = list(heights)
        tree = [0, *self._heights]
        size = len(tree)
        for i in range(1, size):
            parent = i + (i & -i)
            if parent < size:
                tree[parent] += tree[i]
        self._tree = tree

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        """Height of all rows together."""
        return self.top(len(self._heights))

    def set(self, index: int, height: int) -> int:
        """Change one height and return by how much it grew."""
        delta = height - self._heights[index]
        if delta:
            self._heights[index] = height
            tree, size = self._tree, len(self._tree)
            i = index + 1
            while i < size:
                tree[i] += delta
                i += i & -i
        return delta

    def append(self, height: int) -> None:
        """Add a row at the end."""
        self._heights.append(height)
        # A new node holds the rows (i - lowbit, i]: its own and those of its children.
        i = len(self._heights)
        value, step = height, 1
        low = i & -i
        while step < low:
            value += self._tree[i - step]
            step <<= 1
        self._tree.append(value)

    def truncate(self, count: int) -> None:
        """Keep the first ``count`` rows; nodes of earlier rows never hold later ones' heights."""
        del self._heights[count:]
        del self._tree[count + 1 :]

    def top(self, index: int) -> int:
        """Sum of the heights before ``index``; ``index`` may be the number of rows."""
        tree, total, i = self._tree, 0, index
        while i > 0:
            total += tree[i]
            i -= i & -i
        return total

    def find(self, position: int) -> int:
        """Return the row that covers ``position``, clamped to the rows there are.

        Rows of height 0 cover nothing. An empty index answers 0.
        """
        tree, size = self._tree, len(self._tree)
        i, step = 0, 1 << max(0, (size - 1).bit_length() - 1)
        rest = max(0, position)
        while step:
            following = i + step
            if following < size and tree[following] <= rest:
                i = following
                rest -= tree[following]
            step >>= 1
        return max(0, min(i, size - 2))
