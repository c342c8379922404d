"""Says in the banner which sums of a finished answer are wrong; asks the model about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.conversation import Message
from app.domain.generation import Role
from app.language import paragraph, tr, trn
from app.services.core.events import AnswerEnded, AnswerStarted, BranchChanged, Event
from app.services.core.settings import SettingsService
from app.ui.conversation.notices.banner import Banner, BannerAction
from app.ui.core.operations import Operation, Operations

if TYPE_CHECKING:
    from app.sums.equations import Finding

SUMS = "sums"
_SHOWN = 3  # the banner has room for so many; the model is told of all


class SumReport(QObject):
    """Checks each answer of the chat that is shown, away from the GUI thread.

    Args:
        settings: Whether sums are checked.
        banner: Says what is wrong.
        operations: The way off the GUI thread.
        is_shown: Whether a chat, by its id, is the one that is shown.
        ask: Begins a message with a text.
        parent: Owner in Qt's sense.
    """

    def __init__(
        self,
        settings: SettingsService,
        banner: Banner,
        operations: Operations,
        is_shown: Callable[[str], bool],
        ask: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._settings, self._banner, self._operations = settings, banner, operations
        self._is_shown, self._ask = is_shown, ask
        self._round = 0  # what is found of an answer that is no longer shown is not said

    def on_event(self, event: Event) -> None:
        """Check an answer that ended; what an older one had is no longer said."""
        match event:
            case AnswerStarted():
                self._withdraw()
            case BranchChanged(chat_id) if self._is_shown(chat_id):
                self._withdraw()  # another version of the answer, or it is in the trash
            case AnswerEnded(message) if self._settings.current.check_sums:
                self._check(message)

    def _withdraw(self) -> None:
        self._round += 1
        self._banner.withdraw(SUMS)

    def _check(self, message: Message) -> None:
        seen = self._banner.window().isVisible() and self._is_shown(message.conversation_id)
        if message.role is not Role.ASSISTANT or not message.content or not seen:
            return

        def job(_task: Operation) -> tuple[Finding, ...]:
            from app.sums.check import wrong_numbers  # not before an answer needs it

            return wrong_numbers(message.content)

        asked = self._round

        def show(found: tuple[Finding, ...]) -> None:
            here = self._is_shown(message.conversation_id) and asked == self._round
            if found and here and not self._banner.kind:
                self._show(found, message.content)

        self._operations.run(self, job, show)

    def _show(self, found: Sequence[Finding], text: str) -> None:
        told = [said(one, text) for one in found]
        what = trn(
            "A sum in this answer is wrong.", "{n} sums in this answer are wrong.", len(found)
        )
        more = len(told) - _SHOWN
        rest = trn("and {n} more", "and {n} more", more) if more > 0 else ""
        offer = BannerAction(tr("Ask about it"), lambda: self._question(told))
        self._banner.show_message(SUMS, what, paragraph(*told[:_SHOWN], rest), [offer])

    def _question(self, told: Sequence[str]) -> None:
        self._banner.withdraw(SUMS)
        self._ask(paragraph(tr("Please check these again:"), *told))


def said(finding: Finding, text: str) -> str:
    """A sentence about one of them."""
    from app.sums.equations import FindingKind  # loaded since it was found

    statement = " ".join(text[finding.start : finding.end].replace("*", " ").split())
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
