"""What is said of a sum that was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.language import tr

if TYPE_CHECKING:
    from app.sums.findings import Finding


def said(finding: Finding, text: str) -> str:
    """A sentence about one of them."""
    from app.sums.findings import FindingKind  # loaded since it was found

    statement = " ".join(text[finding.start : finding.end].replace("*", " ").split())
    if finding.kind is FindingKind.RIGHT:
        return tr("“{statement}” is right.", statement=statement)
    if finding.kind is FindingKind.COMPARISON:
        sides = (
            text[finding.start : finding.at],
            text[finding.at + len(finding.stated) : finding.end],
        )
        return tr(
            "“{statement}”: it is {left} {sign} {right}.",
            statement=statement,
            left=sides[0].strip(),
            sign=finding.right,
            right=sides[1].strip(),
        )
    if finding.kind is FindingKind.TOTAL:
        return tr("The total is {right}, not {stated}.", right=finding.right, stated=finding.stated)
    return tr(
        "“{statement}”: it is {right}, not {stated}.",
        statement=statement,
        right=finding.right,
        stated=finding.stated,
    )
