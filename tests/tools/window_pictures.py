"""Pictures of the real window, to be looked at: nothing is compared, people judge.

    python -m tests.tools.window_pictures FOLDER
    python -m tests.tools.window_pictures FOLDER --only chat-dark --scale 2
    PHIAL_LANGUAGE=pseudo-rtl python -m tests.tools.window_pictures FOLDER --only chat
    python -m tests.tools.window_pictures FOLDER --sheet sheet.jpg --before OTHER --width 560

Each screen at each width, in each theme, at 100 % and 200 % of text, over the scripted engine: a
chat with a table, code, a formula and a document that it cites. ``--scale`` is that of the screen.
A sheet puts the pictures of a folder on one page, beside those of the same names in another one.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QCursor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog

from app.domain.appearance.choices import ThemeChoice
from app.domain.generation import GenerationRequest
from app.domain.options import Section
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.application import make_application
from app.ui.commands.palette import CommandPalette
from app.ui.conversation.marks.page_panel import PagePanel
from app.ui.main_window import MainWindow
from app.ui.settings.settings_page import SettingsPage
from app.ui.shell.page_names import ModelsTab
from app.ui.style.stylesheet import palette, style_sheet
from app.ui.style.theme import DARK, HIGH_CONTRAST, HIGH_CONTRAST_LIGHT, LIGHT, Theme
from app.ui.style.typography import interface_font, typesetting_of
from app.ui.transcript.widgets.mark_buttons import MarkButton
from tests.support.harness import Harness, build

SAMPLE = Path(__file__).parents[2] / "assets" / "sample" / "lighthouse.pdf"
QUESTION = "How old is the lighthouse, and how far is it seen?"
ANSWER = r"""The tower was built in 1883 and is 47 metres tall [1]. The lamp has been electric since
1931, and its light is seen at a distance of 34 kilometres [2].

| Lamp | From | It needs |
|:-----|-----:|:---------|
| Rape seed oil | 1883 | 3 litres in a night [2] |
| Electric | 1931 | no keeper |

From a height of $h$ metres the horizon is about

$$d \approx 3.57\,\sqrt{h}\ \mathrm{km}$$

away, which one line of Python works out:

```python
def horizon(height: float) -> float:
    return 3.57 * height ** 0.5  # kilometres
```

A sailor's own eye stands above the water too, so the light is seen from farther away than that."""
WRONG = "And how deep is the water there, and who keeps the lamp?"
WRONG_ANSWER = (
    "The lamp burned 5 litres in a night [2]. The last keeper was Berta Quandt, who left in "
    "1997 [2]. “The tower is closed in a storm” [3]. The water around the island is known for its "
    "seals [1]."
)
BEFORE = (
    ("Boats to the island", "Trips"),
    ("A letter to the harbour office", "Trips"),
    ("Why is granite red?", ""),
    ("Sourdough in a cold kitchen", ""),
    ("Duplicates in a list", ""),
)
SIZES = ((800, 600), (1100, 760), (1600, 1000))
SMALL = (533, 400)
THEMES = (LIGHT, DARK, HIGH_CONTRAST, HIGH_CONTRAST_LIGHT)
_CAPTION = 22  # pixels above a picture of a sheet
_PATIENCE = 30_000  # milliseconds; a computer may have other things to do


@dataclass(frozen=True, slots=True)
class Look:
    """How a window is dressed, and how large it is."""

    theme: Theme
    zoom: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.theme.name}-{self.zoom}-{self.width}"


def looks(size: tuple[int, int] | None = None) -> Iterator[Look]:
    """Every look; of one size at 100 % where that is given."""
    for theme in THEMES:
        if size is not None:
            yield Look(theme, 100, *size)
            continue
        for zoom in (100, 200):
            yield from (Look(theme, zoom, *size) for size in SIZES)
        yield Look(theme, 100, *SMALL)


@dataclass(frozen=True, slots=True)
class Stage:
    """A window, and what is behind it."""

    window: MainWindow
    harness: Harness


Leave = Callable[[], object]


def wait(done: Callable[[], bool] = lambda: False, most: int = 700) -> None:
    """Let the window do what it has to, until it is done or has had its time, milliseconds."""
    deadline = QDeadlineTimer(most)
    while not deadline.hasExpired() and not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


class Studio:
    """Takes the pictures.

    Args:
        folder: Where they are put.
        only: A part of their names.
        size: Of the window, the only one; None for the usual ones.
    """

    def __init__(self, folder: Path, only: str, size: tuple[int, int] | None = None) -> None:
        self._folder, self._only, self._size = folder, only, size
        self._application = make_application()

    def take_all(self) -> None:
        """Take every picture that is wanted."""
        for look in looks(self._size):
            if any(self._wanted(screen, look) for screen in ("first", *SCREENS)):
                with TemporaryDirectory() as data:
                    self._take_first(look, Path(data) / "first")
                    self._take_rest(look, Path(data) / "rest")

    def _wanted(self, screen: str, look: Look) -> bool:
        return self._only in f"{screen}-{look}"

    def _take_first(self, look: Look, folder: Path) -> None:
        if self._wanted("first", look):
            stage = self._open(look, folder, Settings(zoom=look.zoom), chosen=False)
            wait(most=2_500)
            self._keep("first", look, stage.window)
            self._close(stage)

    def _take_rest(self, look: Look, folder: Path) -> None:
        wanted = [screen for screen in SCREENS if self._wanted(screen, look)]
        if not wanted:
            return
        settings = Settings(zoom=look.zoom, welcomed=True, theme=ThemeChoice.LIGHT)
        stage = self._open(look, folder, settings, chosen=True)
        for screen, show in SCREENS.items():
            if screen in wanted or screen == "chat":  # what others stand over
                away = show(stage)
                if screen in wanted:
                    self._keep(screen, look, stage.window)
                away()
                wait()
        self._close(stage)

    def _open(self, look: Look, folder: Path, settings: Settings, *, chosen: bool) -> Stage:
        self._application.setPalette(palette(look.theme))
        self._application.setFont(interface_font(typesetting_of(settings)))
        self._application.setStyleSheet("")  # as AppearanceController does, for the font
        self._application.setStyleSheet(style_sheet(look.theme))
        engine = ScriptedEngine(_answer, prompt_delay=0.05)  # so that reading has a price
        harness = build(folder, engine, settings, chosen=chosen, name="Phi-4")
        if chosen:
            for title, kept_in in BEFORE:
                chat, _ = harness.ask("word " * 40)
                harness.services.library.rename(chat, title).result()
                harness.services.library.set_folder(chat, kept_in).result()
        window = MainWindow(harness.services, look.theme)
        window.resize(look.width, look.height)
        window.show()
        QCursor.setPos(window.mapToGlobal(window.rect().bottomRight()))  # it points at nothing
        window.begin()
        wait()
        return Stage(window, harness)

    def _close(self, stage: Stage) -> None:
        stage.window.close()
        stage.harness.services.close()
        stage.window.deleteLater()

    def _keep(self, screen: str, look: Look, window: MainWindow) -> None:
        """The window, and the sheets that stand over it."""
        path = self._folder / f"{screen}-{look}.png"
        picture = window.grab()
        painter = QPainter(picture)
        for sheet in window.findChildren(QDialog):
            if sheet.isVisible() and sheet.isWindow():
                painter.drawPixmap(sheet.mapToGlobal(QPoint()) - window.mapToGlobal(QPoint()),
                                   sheet.grab())  # fmt: skip
        painter.end()
        picture.save(str(path))
        print(path, flush=True)


def _answer(request: GenerationRequest) -> str:
    return WRONG_ANSWER if WRONG in request.turns[-1].content else ANSWER


def _nothing() -> None:
    """What is shown stays."""


def show_empty(_stage: Stage) -> Leave:
    """A chat nobody wrote in."""
    return _nothing


def show_attached(stage: Stage) -> Leave:
    """A document that goes with the question, and what reading it costs."""
    composer = stage.window.pane.composer
    stage.window.commands.documents.attach([SAMPLE])
    wait(
        lambda: composer.attachments.isVisible() and not composer.attachments.is_reading, _PATIENCE
    )
    composer.editor.setPlainText(QUESTION)
    wait()

    def leave() -> None:
        composer.editor.clear()
        composer.attachments.clear(stage.window.controller.current().id)

    return leave


def show_chat(stage: Stage) -> Leave:
    """A question to a document, and its answer from the question on."""
    stage.window.commands.documents.attach([SAMPLE])
    bar = stage.window.pane.composer.attachments
    wait(lambda: bar.isVisible() and not bar.is_reading, _PATIENCE)
    stage.window.controller.send(QUESTION)
    wait(lambda: bool(stage.window.findChildren(MarkButton)), _PATIENCE)
    wait(most=1_500)
    chat = stage.window.controller.chat
    if chat is not None:
        title = "The lighthouse of Ormsund"
        stage.harness.services.library.rename(chat.id, title).result()
    stage.window.pane.transcript._layout.scroll_to_start()
    wait(lambda: False)
    return _nothing


def show_page(stage: Stage) -> Leave:
    """The page that is cited, beside the answer."""
    marks = stage.window.findChildren(MarkButton)
    if not marks:
        return _nothing
    marks[0].click()
    panel = stage.window.findChild(PagePanel)
    wait(lambda: panel is not None and bool(panel.where.text()), _PATIENCE)
    wait()
    return panel.close_panel if panel is not None else _nothing


def show_failed(stage: Stage) -> Leave:
    """An answer that says what its document does not, and the page."""
    known = len(stage.window.findChildren(MarkButton))
    if not known:
        return _nothing
    stage.window.controller.send(WRONG)
    wait(lambda: len(stage.window.findChildren(MarkButton)) >= known + 3, _PATIENCE)
    wait(most=1_500)
    transcript = stage.window.pane.transcript
    transcript._layout.scroll_to_end()
    wait()
    marks = [one for one in stage.window.findChildren(MarkButton) if one.isVisible()]
    marks[0].click()
    panel = stage.window.findChild(PagePanel)
    wait(lambda: panel is not None and bool(panel.where.text()), _PATIENCE)
    wait()
    return panel.close_panel if panel is not None else _nothing


def show_palette(stage: Stage) -> Leave:
    """The palette of commands."""
    stage.window.actions_table["palette"].trigger()
    wait()
    found = stage.window.findChildren(CommandPalette)
    return found[-1].close if found else _nothing


def show_export(stage: Stage) -> Leave:
    """The sheet that asks how a chat is exported."""
    return _show_sheet(stage, "export_chat")


def _show_sheet(stage: Stage, command: str) -> Leave:
    stage.window.actions_table[command].trigger()
    wait()
    shown = [one for one in stage.window.findChildren(QDialog) if one.isVisible()]
    return shown[-1].reject if shown else _nothing


def show_models(stage: Stage) -> Leave:
    """The catalogue."""
    stage.window.commands.models.show_models(ModelsTab.CATALOG)
    wait(most=2_500)
    return stage.window.pages.back


def show_settings(stage: Stage) -> Leave:
    """The page of appearance."""
    return _show_settings(stage, Section.APPEARANCE)


def show_model_settings(stage: Stage) -> Leave:
    """The page of models, with quantizations and what was measured."""
    return _show_settings(stage, Section.MODEL)


def show_documents(stage: Stage) -> Leave:
    """The page of documents."""
    stage.window.actions_table["documents"].trigger()
    wait()
    return stage.window.pages.back


def show_again(stage: Stage) -> Leave:
    """A new chat after others: what was used last stands below its cards."""
    window, presets = stage.window, stage.harness.services.presets
    window.commands.presets.use(presets.get("translate"))
    wait()
    window.pane.snackbar.dismiss()
    window.controller.new_chat()
    wait(most=1_500)
    return _nothing


def _show_settings(stage: Stage, section: Section) -> Leave:
    stage.window.commands.preferences.open(section)
    wait(most=1_500)
    page = stage.window.pages.page
    return page.close if isinstance(page, SettingsPage) else _nothing


SCREENS: dict[str, Callable[[Stage], Leave]] = {
    "empty": show_empty,
    "attached": show_attached,
    "chat": show_chat,
    "page": show_page,
    "failed": show_failed,
    "palette": show_palette,
    "export": show_export,
    "models": show_models,
    "settings": show_settings,
    "measured": show_model_settings,
    "documents": show_documents,
    "again": show_again,
}


def make_sheet(folder: Path, before: Path | None, only: str, width: int, columns: int) -> QImage:
    """Pictures on one page, each beside the one of its name in ``before``.

    Args:
        folder: Has them.
        before: Has older ones; None where they stand alone.
        only: A part of their names.
        width: Of each on the page, pixels.
        columns: How many stand side by side; two where there are older ones.
    """
    names = [one.stem for one in sorted(folder.glob("*.png")) if only in one.stem]
    cells: list[tuple[str, Path]] = []
    for name in names:
        if before is not None:
            cells.append((f"before: {name}", before / f"{name}.png"))
            cells.append((f"now: {name}", folder / f"{name}.png"))
        else:
            cells.append((name, folder / f"{name}.png"))
    columns = 2 if before is not None else columns
    pictures = [
        QImage(str(path)).scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        for _name, path in cells
    ]
    rows = [pictures[at : at + columns] for at in range(0, len(pictures), columns)]
    tall = [max(one.height() for one in row) + _CAPTION + 8 for row in rows]
    page = QImage(columns * (width + 8), sum(tall), QImage.Format.Format_RGB32)
    page.fill(QColor("#808080"))
    painter = QPainter(page)
    painter.setPen(QColor("#ffffff"))
    for at, ((name, _path), picture) in enumerate(zip(cells, pictures, strict=True)):
        x, y = at % columns * (width + 8) + 4, sum(tall[: at // columns])
        painter.drawText(QRect(x, y, width, _CAPTION), Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawImage(x, y + _CAPTION, picture)
    painter.end()
    return page


def main() -> None:
    """Take pictures, or put them on a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="part of the pictures' names")
    parser.add_argument("--size", help="of the window, the only one: 900x680")
    parser.add_argument("--scale", default="1", help="pixels of the screen to one of the window's")
    parser.add_argument("--sheet", type=Path, help="put the pictures on a page, in this file")
    parser.add_argument("--before", type=Path, help="a folder of older pictures")
    parser.add_argument("--width", type=int, default=420, help="of a picture on the page")
    parser.add_argument("--columns", type=int, default=3)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = given.scale
    if given.sheet is None:
        width, _, height = (given.size or "").partition("x")
        size = (int(width), int(height)) if given.size else None
        Studio(given.folder, given.only, size).take_all()
        return
    make_application()
    page = make_sheet(given.folder, given.before, given.only, given.width, given.columns)
    page.save(str(given.sheet), quality=85)


if __name__ == "__main__":
    main()
