"""``phial --self-test``: every part once, one line each; what each build runs before it ships."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, qVersion
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

import app
from app.compose import make_engine, prepare
from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.errors import KnownError
from app.domain.generation import GREEDY, Finished, GenerationRequest, Role, TextDelta, Turn
from app.domain.model import LoadRequest
from app.engine.base import Engine
from app.engine.llama.backend import load_binding
from app.engine.llama.binding import mismatches
from app.engine.llama.signatures import FUNCTIONS
from app.hub.api.catalog import load_catalog
from app.language import spoken
from app.markup.code.highlighter import highlight
from app.markup.maths.render import FormulaStyle, MathError, render
from app.markup.parse import parse
from app.services.core.ids import new_id, utc_now
from app.services.models.model_files import DEMO, find_model
from app.store import open_store
from app.system.bundled import bundled
from app.system.paths import Folders
from app.ui.application import make_application
from app.ui.style.theme import LIGHT
from app.ui.transcript.view import TranscriptView

QUESTION = "What is Phial?"
SAMPLE = (
    "# Self-test\n\nA paragraph with **strong** words and $x^2$.\n\n"
    "```python\nprint('hello')\n```\n\n$$\\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}$$\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n"
)
DATA = (
    ("assets", "phial.png"),
    ("assets", "LICENSES.md"),
    ("models", "catalog.json"),
    ("models", "demo.gguf"),
    ("packaging", "CHANGELOG.md"),
)


class CheckFailedError(Exception):
    """A part did not do what it should; the text says what."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the program.

    Attributes:
        name: Shown first on its line.
        run: Returns what to show behind it.
    """

    name: str
    run: Callable[[], str]


def run() -> int:
    """Check every part; 0 when all are well."""
    failures = 0
    with tempfile.TemporaryDirectory(prefix="phial-self-test-") as folder:
        root = Path(folder)
        where = Folders(root, root / "models", root / "cache", root / "logs", "self-test")
        with prepare(where) as setup:
            engine = make_engine(setup)
            try:
                for check in _checks(root, engine):
                    failures += not _passes(check)
            finally:
                engine.close()
    words = "All parts are well." if not failures else f"{failures} of the parts failed."
    sys.stdout.write(f"{words}\n")
    return 1 if failures else 0


def _passes(check: Check) -> bool:
    began = time.perf_counter()
    try:
        detail = check.run()
    except (KnownError, CheckFailedError, OSError, ImportError) as error:
        sys.stdout.write(f"FAILED  {check.name}: {error}\n")
        return False
    sys.stdout.write(f"ok      {check.name}: {detail} ({time.perf_counter() - began:.2f} s)\n")
    sys.stdout.flush()
    return True


def _checks(root: Path, engine: Engine) -> list[Check]:
    return [
        Check("phial", lambda: f"{app.__version__}, Python {sys.version.split()[0]}"),
        Check("bundled data", _data),
        Check("languages", _languages),
        Check("Qt", _qt),
        Check("database", lambda: _database(root)),
        Check("Markdown", _markdown),
        Check("code", _code),
        Check("formula", _formula),
        Check("transcript", _transcript),
        Check("llama.cpp's functions", _functions),
        Check("engine process", lambda: _engine(engine)),
        Check("demo model", lambda: _demo(engine)),
    ]


def _data() -> str:
    for parts in DATA:
        if not bundled(*parts).is_file():
            raise CheckFailedError(f"{'/'.join(parts)} is missing")
    catalog = load_catalog(bundled("models", "catalog.json"))
    return f"{len(DATA)} files, {len(catalog.entries())} models in the catalogue"


def _languages() -> str:
    names = [spoken.language(code).own_name for code in spoken.LANGUAGES]
    for code in spoken.LANGUAGES[1:]:
        if isinstance(spoken.language(code).catalogue, spoken.English):
            raise CheckFailedError(f"the catalogue of {code} is missing")
    return ", ".join(names)


def _qt() -> str:
    application = make_application([QCoreApplication.applicationName() or "phial"])
    return f"{qVersion()} on {application.platformName()}"


def _database(root: Path) -> str:
    opened = open_store(root / "database")
    try:
        count = len(opened.repository.conversations.list_all())
    finally:
        opened.repository.close()
    return f"{count} chats in a new one"


def _markdown() -> str:
    kinds = [type(block).__name__ for block in parse(SAMPLE)]
    wanted = ["Heading", "Paragraph", "CodeBlock", "MathBlock", "Table"]
    if kinds != wanted:
        raise CheckFailedError(f"blocks are {kinds}, not {wanted}")
    return ", ".join(kinds)


def _code() -> str:
    runs = highlight("python", "def f(x):\n    return 'text'\n")
    if not runs:
        raise CheckFailedError("nothing was coloured")
    return f"{len(runs)} coloured runs"


def _formula() -> str:
    try:
        drawn = render(r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}", FormulaStyle(display=True))
    except MathError as error:
        raise CheckFailedError(str(error)) from error
    renderer = QSvgRenderer(QByteArray(drawn.svg))
    if not renderer.isValid():
        raise CheckFailedError("Qt cannot read the drawing")
    return f"{drawn.width:.0f} x {drawn.height:.0f} pixels"


def _transcript() -> str:
    view = TranscriptView(theme=LIGHT)
    view.resize(800, 900)
    message = Message(
        new_id(), new_id(), None, Role.ASSISTANT, SAMPLE, MessageStatus.COMPLETE, utc_now()
    )
    view.set_branch([BranchMessage(message, Version(1, 1))])
    picture = view.grab().toImage()
    view.deleteLater()
    colours = _colours(picture)
    if colours < 3:
        raise CheckFailedError("the picture is blank")
    return f"drawn with {colours} colours"


def _colours(picture: QImage) -> int:
    small = picture.scaled(200, 200)
    return len({small.pixel(x, y) for x in range(200) for y in range(200)})


def _functions() -> str:
    differing = mismatches(load_binding(None))
    if differing:
        raise CheckFailedError("; ".join(differing))
    return f"{len(FUNCTIONS)} are as they are called"


def _engine(engine: Engine) -> str:
    devices = engine.devices()
    if not devices:
        raise CheckFailedError("llama.cpp lists no device")
    return ", ".join(
        f"{device.backend} {device.description} {device.module and f'by {device.module}'}".strip()
        for device in devices
    )


def _demo(engine: Engine) -> str:
    cancel = threading.Event()
    model = find_model(DEMO)
    engine.load(LoadRequest(path=model.path), lambda _fraction: None, cancel)
    request = GenerationRequest(
        "", (Turn(Role.USER, QUESTION),), GREEDY.with_limit(200), private=True
    )
    text, finished = "", None
    for event in engine.generate(request, cancel):
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, Finished):
            finished = event
    if finished is None or not text.strip():
        raise CheckFailedError("it said nothing")
    return f"{finished.timings.completion_tokens} tokens, {text.strip().splitlines()[0]!r}"
