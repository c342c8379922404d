"""How many wrong sums are found, how many alarms are false, and how long a line takes.

Run ``python tests/benchmarks/bench_sums.py [--texts FOLDER …]``. Lines whose truth is known are
written by ``tests/support/sums_written.py``; of the texts in the folders, which nobody here wrote
(manuals, documentation, fortunes), each alarm is printed, to be judged by a person.
"""

from __future__ import annotations

import argparse
import gzip
import html
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.sums.check import wrong_numbers
from tests.support.sums_written import written_sums


def known(count: int, seed: int) -> None:
    """Lines of known truth."""
    lines = written_sums(count, seed)
    begun = time.process_time()
    found = [bool(wrong_numbers(line.text)) for line in lines]
    spent = time.process_time() - begun
    wrong = sum(not line.true for line in lines)
    hit = sum(alarm and not line.true for line, alarm in zip(lines, found, strict=True))
    false = Counter(
        line.kind for line, alarm in zip(lines, found, strict=True) if alarm and line.true
    )
    missed = Counter(
        line.kind for line, alarm in zip(lines, found, strict=True) if not (alarm or line.true)
    )
    print(f"{count} written lines: {hit} of {wrong} wrong ones found ({100 * hit / wrong:.1f} %)")
    print(f"  missed {dict(missed)}, alarms on true ones {dict(false)}")
    print(f"  {1e3 * spent / count:.3f} ms a line")


def lines_of(folder: Path) -> Iterator[str]:
    """Lines with a digit of all texts below a folder."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if b"\0" in raw[:4_000]:
            continue
        text = raw.decode("utf-8", "replace")
        if path.name.removesuffix(".gz").endswith((".html", ".htm")):
            text = re.sub(r"(?s)<(script|style).*?</\1>", "", text)
            text = html.unescape(re.sub(r"<[^>]*>", "", text))
        yield from (line for line in text.split("\n") if re.search(r"\d", line))


def unknown(folders: list[Path]) -> None:
    """Every alarm on lines that nobody here wrote, once."""
    count, seen, longest = 0, set[str](), 0.0
    begun = time.process_time()
    for folder in folders:
        for line in lines_of(folder):
            count += 1
            before = time.process_time()
            alarms = wrong_numbers(line)
            longest = max(longest, time.process_time() - before)
            for alarm in alarms:
                said = line[alarm.start : alarm.end]
                told = f"  {said!r} -> {alarm.right}    in {line.strip()[:90]!r}"
                if told not in seen:
                    seen.add(told)
                    print(told)
    spent = time.process_time() - begun
    each = 1e3 * spent / max(1, count)
    print(f"{count} lines with digits: {len(seen)} alarms")
    print(f"  {each:.3f} ms a line, longest {1e3 * longest:.1f} ms")


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    known(options.count, options.seed)
    if options.texts:
        unknown(options.texts)


if __name__ == "__main__":
    main()
