"""A start that fails, reported in a dialog: who clicked an icon sees no standard error."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from app.domain.errors import KnownError
from app.domain.settings import Settings
from app.language import tr
from app.ui.application import make_application
from app.ui.style import stylesheet
from app.ui.style.dialogs import ErrorDialog
from app.ui.style.theme import system_look, theme_for


class UnexpectedError(KnownError):
    """Something failed that nobody thought of."""

    default_data = tr("What was saved before is on your disk as it was.")
    default_action = tr("Start Phial again. If this comes back, report it with the details.")


class FailuresShown:
    """Shows whatever ends its block, on standard error and in a dialog, and ends it there."""

    def __enter__(self) -> FailuresShown:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(value, Exception):
            return False  # none, or Ctrl+C
        error = value if isinstance(value, KnownError) else _unexpected(value)
        sys.stderr.write(f"phial: {error}\n")  # not shown: the name of the command
        sys.stderr.flush()
        show_failure(error)
        return True


def show_failure(error: KnownError) -> None:
    """Show an error without a window behind it, until it is closed."""
    application = make_application()
    theme = theme_for(Settings().theme, system_look())
    application.setPalette(stylesheet.palette(theme))
    application.setStyleSheet(stylesheet.style_sheet(theme))
    dialog = ErrorDialog(None, error)
    dialog.setWindowTitle("Phial")  # not shown: a name
    dialog.exec()


def _unexpected(error: Exception) -> UnexpectedError:
    detail = "".join(traceback.format_exception(error))
    return UnexpectedError(
        tr("Phial met an error that it does not know: {name}.", name=type(error).__name__),
        detail=detail,
    )
