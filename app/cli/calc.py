"""``phial calc``: a sum, a conversion or a question about dates, worked out without a model."""

from __future__ import annotations

import argparse
import re

from app.cli.streams import print_result, tell
from app.cli.values import words
from app.language import spoken, tr
from app.services.core.ids import utc_now
from app.setup import Setup


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("calc", help=tr("work out a sum exactly; no model is asked"))
    parser._negative_number_matcher = re.compile(r"-[\d.,(]")  # "-5+3" is no option
    parser.add_argument(
        "sum",
        type=words,
        nargs="+",
        metavar="SUM",
        help=tr('such as "9.9 - 9.11", "5 km in miles", "days until 2027-01-01"'),
    )
    parser.add_argument("--json", action="store_true", help=tr("one object instead of text"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, _setup: Setup) -> int:
    """Print the result.

    Raises:
        KnownError: It is nothing that can be computed.
    """
    from app.sums.calculate import calculate
    from app.sums.numerals import Convention

    today = utc_now().astimezone().date()
    convention = Convention(spoken.IN_FORCE.signs.decimal)
    result = calculate(" ".join(options.sum), today, convention)
    data = {"result": result.text, "exact": result.exact}
    if result.remark:
        tell(result.remark)
    return print_result(options, data, [result.text if result.exact else result.shown])
