"""HTML: one file that needs nothing else, light and dark, formulas drawn, code coloured."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from app.domain.generation import Role
from app.language import spoken, tr
from app.language.formats import day, day_and_time
from app.markup.code.highlighter import TokenKind
from app.markup.maths.render import FormulaStyle, MathError, render
from app.markup.parse import parse
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions, ExportStep, no_step
from app.markup.transfer.writers.exported_turns import (
    Budget,
    Steps,
    TurnBeingWritten,
    stepping,
    system_prompt,
)
from app.markup.transfer.writers.html_blocks import HtmlBlocks
from app.markup.transfer.writers.html_style import STYLE
from app.markup.transfer.writers.markdown import author

MAX_DRAWN = 6_000_000  # bytes of formulas in one page, some thousand; the rest is their source
MAX_RUNS = 40_000  # pieces of code that are coloured in one page, some thousand lines
_EM = 16.0  # pixels the formulas are measured at; the page scales them with its text

# Nothing is loaded and nothing runs, even if a text should find a way to ask for it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # not shown


class HtmlExporter:
    """Writes a chat as one HTML page."""

    format = ExportFormat(
        "html",
        tr("Web page"),
        ".html",
        tr("To read and share: one file, formulas drawn, light and dark."),
        folds=True,
    )

    def write(
        self, chats: tuple[Chat, ...], options: ExportOptions, step: ExportStep = no_step
    ) -> bytes:
        """The page of one chat."""
        (chat,) = chats
        return write_html(chat, options, step).encode("utf-8", "replace")


class BrowserRenderer:
    """How things look in a browser; colours are the style sheet's business.

    Args:
        fold: Whether reasoning is folded.
        each: Called before each formula that is drawn; what it raises ends the work.
    """

    def __init__(self, *, fold: bool, each: Callable[[], object] = lambda: None) -> None:
        self._fold, self._each = fold, each
        self._formulas = Budget(MAX_DRAWN)
        self._runs = Budget(MAX_RUNS)

    @property
    def full(self) -> bool:
        """Whether no more formulas are drawn."""
        return self._formulas.spent

    def formula(self, source: str, markdown: str, *, display: bool) -> str:
        """Inline SVG on the baseline, in the colour and size of the text around it."""
        if self.full:
            return f"<code>{escape(markdown, quote=False)}</code>"
        self._each()
        try:
            style = FormulaStyle(display=display, size=_EM, colour="currentColor")
            drawn = render(source, style)
        except MathError:
            return f"<code>{escape(markdown, quote=False)}</code>"
        if not self._formulas.allows(len(drawn.svg)):
            return f"<code>{escape(markdown, quote=False)}</code>"
        size = f"width:{drawn.width / _EM:.3f}em;height:{drawn.height / _EM:.3f}em"
        drop = (drawn.baseline - drawn.height) / _EM
        return (  # not shown: HTML
            f'<span class="math" role="img" aria-label="{escape(source)}" '
            f'style="{size};vertical-align:{drop:.3f}em">{drawn.svg.decode()}</span>'
        )

    def code(self, label: str, body: str) -> str:  # not shown: HTML
        """Code with its language above."""
        head = f'<div class="language">{escape(label)}</div>' if label else ""
        return f'<div class="code">{head}<pre><code>{body}</code></pre></div>\n'

    def run(self, kind: TokenKind, text: str) -> str:
        """A class for the style sheet."""
        if not self._runs.allows(1):
            return text
        return f'<span class="c-{kind.value}">{text}</span>'  # not shown: HTML

    def folded(self, title: str, body: str) -> str:
        """Folded, or open where it should not be hidden."""
        opened = "" if self._fold else " open"
        return f"<details{opened}><summary>{escape(title)}</summary>\n{body}</details>\n"

    def quote(self, body: str, title: str = "", tone: str = "border") -> str:
        """A quotation; the style sheet draws its bar."""
        if not title:
            return f"<blockquote>\n{body}</blockquote>\n"
        return (
            f'<blockquote style="border-color:var(--{tone});color:inherit">\n'
            f'<p style="color:var(--{tone})"><strong>{escape(title)}</strong></p>\n'
            f"{body}</blockquote>\n"
        )

    def task(self, *, checked: bool) -> str:
        """A box that cannot be changed."""
        return f'<input type="checkbox" disabled{" checked" if checked else ""}> '


def write_html(chat: Chat, options: ExportOptions, step: ExportStep = no_step) -> str:
    """The page of a chat."""
    c = chat.conversation
    title = escape(c.title.strip() or tr("Untitled chat"))
    steps = Steps(step)
    look = BrowserRenderer(fold=options.fold_thinking, each=steps.again)
    prompt = ""
    if said := system_prompt(chat, options):
        prompt = (  # not shown: HTML
            f'<details class="system"><summary>{tr("System prompt")}</summary>\n'
            f"{HtmlBlocks(look, 's').html(parse(said))}</details>\n"
        )
    shown = "".join(
        _turn(one, f"m{number}-", look, options)
        for number, one in enumerate(stepping(chat, options, steps.tell), 1)
    )
    return (  # not shown: HTML
        f'<!DOCTYPE html>\n<html lang="{spoken.IN_FORCE.code}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n"
        f'<p class="when">{day(options.local(c.created_at))}</p>\n'
        f"{_told(look)}{prompt}{shown}</main>\n</body>\n</html>\n"
    )


def _told(look: BrowserRenderer) -> str:
    """What is not as one expects it on the page."""
    if not look.full:
        return ""
    said = tr(
        "This chat has more formulas than a page can show drawn. Those further down stand as they "
        "were written. The PDF has all of them drawn."
    )
    return f'<p class="when">{said}</p>\n'  # not shown: HTML


def _turn(one: TurnBeingWritten, prefix: str, look: BrowserRenderer, options: ExportOptions) -> str:
    turn, message = one.turn, one.turn.message
    place = f' <span class="when">{turn.place}</span>' if turn.place else ""  # not shown: HTML
    who = escape(author(message))
    when = options.local(message.created_at)
    mine = message.role is Role.USER
    kind = "user" if mine else "answer"
    blocks = HtmlBlocks(look, prefix, breaks=mine)
    body = "".join(blocks.html((block,)) for block in one.blocks())
    error = f'<p class="error">{escape(message.error)}</p>\n' if message.error else ""  # not shown
    return (  # not shown: HTML
        f'<section class="{kind}">\n<h2>{who} '
        f'<time datetime="{message.created_at.isoformat()}">{day_and_time(when)}</time>'
        f"{place}</h2>\n"
        f'<div class="text" dir="auto">\n{body}{error}</div>\n</section>\n'
    )
