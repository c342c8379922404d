"""``phial --self-test``: every part once, one line each; what each build runs before it ships."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QByteArray, QCoreApplication, qVersion
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

import app
from app.compose import make_engine
from app.documents.process.client import DocumentReader
from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.documents import DocumentPage
from app.domain.errors import KnownError
from app.domain.generation import GREEDY, Finished, GenerationRequest, Role, TextDelta, Turn
from app.domain.model import DEMO, Device, LoadRequest
from app.domain.private_files import make_file
from app.engine.base import Engine
from app.engine.llama.backend import load_binding
from app.engine.llama.binding import mismatches
from app.engine.llama.signatures import FUNCTIONS
from app.hub.api.catalog import load_catalog
from app.language import numbers, spoken, tr, trn
from app.markup.code.highlighter import highlight
from app.markup.maths.render import FormulaStyle, MathError, render
from app.markup.parse import parse
from app.services.core.ids import new_id, utc_now
from app.services.models.model_files import find_model
from app.serving.server import Server
from app.setup import prepare
from app.store import open_store
from app.system.bundled import bundled
from app.system.paths import Folders
from app.ui.application import make_application
from app.ui.style.theme import LIGHT
from app.ui.transcript.view import TranscriptView

QUESTION = "What is Phial?"  # not shown: for the model
SAMPLE = (
    "# Self-test\n\nA paragraph with **strong** words and $x^2$.\n\n"
    "```python\nprint('hello')\n```\n\n$$\\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}$$\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n"
)
DOCUMENT = (  # the smallest PDF that says something; its table of objects is rebuilt by the reader
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>"
    b"endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font"
    b"<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj 4 0 obj<</Length 44>>stream\n"
    b"BT /F 12 Tf 20 50 Td (Hello Phial) Tj ET    \nendstream endobj trailer<</Root 1 0 R>>"
)
DATA = (
    ("assets", "phial.png"),
    ("assets", "phial.svg"),
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
    failed = trn("{n} of the parts failed.", "{n} of the parts failed.", failures)
    words = failed if failures else tr("All parts are well.")
    sys.stdout.write(f"{words}\n")
    return 1 if failures else 0


def _passes(check: Check) -> bool:
    began = time.perf_counter()
    try:
        detail = check.run()
    except (KnownError, CheckFailedError, OSError, ImportError) as error:
        told = tr("FAILED  {part}: {error}", part=check.name, error=str(error))
        sys.stdout.write(f"{told}\n")
        return False
    seconds = numbers.write(time.perf_counter() - began, digits=2)
    told = tr(
        "ok      {part}: {detail} ({seconds} s)", part=check.name, detail=detail, seconds=seconds
    )
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
    return True


def _checks(root: Path, engine: Engine) -> list[Check]:
    return [
        Check("phial", lambda: f"{app.__version__}, Python {sys.version.split()[0]}"),  # not shown
        Check(tr("bundled data"), _data),
        Check(tr("languages"), _languages),
        Check("Qt", _qt),  # not shown: a name
        Check(tr("database"), lambda: _database(root)),
        Check("Markdown", _markdown),  # not shown: a name
        Check(tr("code"), _code),
        Check(tr("formula"), _formula),
        Check(tr("transcript"), _transcript),
        Check(tr("llama.cpp's functions"), _functions),
        Check(tr("documents"), lambda: _document(root)),
        Check(tr("server"), _server),
        Check(tr("engine process"), lambda: _engine(engine)),
        Check(tr("demo model"), lambda: _demo(engine)),
    ]


def _data() -> str:
    for parts in DATA:
        if not bundled(*parts).is_file():
            raise CheckFailedError(tr("{file} is missing", file="/".join(parts)))
    catalog = load_catalog(bundled("models", "catalog.json"))
    return tr(
        "{files}, {models} in the catalogue",
        files=trn("{n} file", "{n} files", len(DATA)),
        models=trn("{n} model", "{n} models", len(catalog.entries())),
    )


def _languages() -> str:
    names = [spoken.language(code).own_name for code in spoken.LANGUAGES]
    for code in spoken.LANGUAGES[1:]:
        if isinstance(spoken.language(code).catalogue, spoken.English):
            raise CheckFailedError(tr("the catalogue of {code} is missing", code=code))
    return ", ".join(names)


def _qt() -> str:
    application = make_application([QCoreApplication.applicationName() or "phial"])
    return tr("{version} on {platform}", version=qVersion(), platform=application.platformName())


def _database(root: Path) -> str:
    opened = open_store(root / "database")
    try:
        count = len(opened.repository.conversations.list_all())
    finally:
        opened.repository.close()
    return trn("{n} chat in a new one", "{n} chats in a new one", count)


def _document(root: Path) -> str:
    path = root / "self-test.pdf"
    make_file(path)
    with path.open("rb+") as file:
        file.write(DOCUMENT)
    reader = DocumentReader()
    try:
        found = list(reader.read(path, threading.Event()))
        picture = reader.draw(path, 1, 100, [(0, 5)])
    finally:
        reader.close()
    texts = [one.text for one in found if isinstance(one, DocumentPage)]
    if texts != ["Hello Phial"] or not picture.boxes[0]:
        raise CheckFailedError(tr("its text was not found"))
    return trn("{n} page read and drawn", "{n} pages read and drawn", len(texts))


def _markdown() -> str:
    kinds = [type(block).__name__ for block in parse(SAMPLE)]
    wanted = ["Heading", "Paragraph", "CodeBlock", "MathBlock", "Table"]  # not shown: of the parser
    if kinds != wanted:
        raise CheckFailedError(
            tr("blocks are {found}, not {wanted}", found=", ".join(kinds), wanted=", ".join(wanted))
        )
    return ", ".join(kinds)


def _code() -> str:
    runs = highlight("python", "def f(x):\n    return 'text'\n")  # not shown
    if not runs:
        raise CheckFailedError(tr("nothing was coloured"))
    return trn("{n} coloured run", "{n} coloured runs", len(runs))


def _formula() -> str:
    try:
        drawn = render(r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}", FormulaStyle(display=True))
    except MathError as error:
        raise CheckFailedError(str(error)) from error
    renderer = QSvgRenderer(QByteArray(drawn.svg))
    if not renderer.isValid():
        raise CheckFailedError(tr("Qt cannot read the drawing"))
    return tr("{width} x {height} pixels", width=round(drawn.width), height=round(drawn.height))


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
        raise CheckFailedError(tr("the picture is blank"))
    return trn("drawn with {n} colour", "drawn with {n} colours", colours)


def _colours(picture: QImage) -> int:
    small = picture.scaled(200, 200)
    return len({small.pixel(x, y) for x in range(200) for y in range(200)})


def _functions() -> str:
    differing = mismatches(load_binding(None))
    if differing:
        raise CheckFailedError("; ".join(differing))
    return trn("{n} is as it is called", "{n} are as they are called", len(FUNCTIONS))


class _NoAnswers:
    """Nobody asks in a self-test."""

    def model(self) -> None:
        """There is none."""

    def ask(self, _prompt: object, _deliver: object) -> NoReturn:
        """Not asked for anything."""
        raise NotImplementedError

    def refuse(self, _client: str, _path: str) -> None:
        """Nobody is refused."""

    def answered(self, _client: str, _path: str) -> None:
        """Nobody is answered."""

    def wait_seconds(self) -> int:
        """Nobody waits."""
        return 1


def _server() -> str:
    """Listen, and stop as soon as clients could come."""
    ports: list[int] = []

    def ready(port: int) -> None:
        ports.append(port)
        server.stop()

    server = Server(_NoAnswers(), 0, "", str)
    server.run(ready)
    return tr("listened on 127.0.0.1:{port}", port=str(ports[0]))


def _engine(engine: Engine) -> str:
    devices = engine.devices()
    if not devices:
        raise CheckFailedError(tr("llama.cpp lists no device"))
    return ", ".join(_device(one) for one in devices)


def _device(device: Device) -> str:
    name = f"{device.backend} {device.description}".strip()
    if not device.module:
        return name
    return tr("{device} by {module}", device=name, module=device.module)


def _demo(engine: Engine) -> str:
    cancel = threading.Event()
    model = find_model(DEMO)
    engine.load(LoadRequest(model.source), lambda _fraction: None, cancel)
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
        raise CheckFailedError(tr("it said nothing"))
    said = text.strip().splitlines()[0]
    count = finished.timings.completion_tokens
    return trn("{n} token, {said}", "{n} tokens, {said}", count, said=repr(said))
