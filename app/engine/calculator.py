"""The calculator that an answer may ask: the only tool there is, and no code is run."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.answers.calculation import CALCULATOR, MOST_CALLS, ROUNDED
from app.domain.parts import ToolResultPart
from app.language import tr


class Calculator:
    """What one answer asks to have computed, bounded in digits, depth and number.

    Args:
        today: What "today" means; None for the day on which it is asked.
    """

    def __init__(self, today: date | None = None) -> None:
        self._today = today
        self._calls = 0

    def answer(self, expression: str) -> ToolResultPart:
        """What it comes to, or why it has no result."""
        from app.sums.calculate import CannotComputeError, NotASumError, calculate
        from app.sums.numerals import Convention

        self._calls += 1
        if self._calls > MOST_CALLS:
            return _failed(
                expression, tr("More than {most} computations in one answer.", most=MOST_CALLS)
            )
        today = self._today or datetime.now().astimezone().date()
        try:
            found = calculate(expression, today, Convention.POINT)
        except (CannotComputeError, NotASumError) as error:
            return _failed(expression, error.what)
        text = str(found.text)
        if not found.exact:
            text = f"{ROUNDED} {text}"
        return ToolResultPart(text, CALCULATOR, asked=expression)


def _failed(expression: str, why: str) -> ToolResultPart:
    return ToolResultPart(str(why), CALCULATOR, failed=True, asked=expression)
