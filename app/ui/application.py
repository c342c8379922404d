"""The window as a program: sets Qt up, shows the window, ends when it is closed."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QFileSystemWatcher,
    QLibraryInfo,
    QLocale,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import delete, isValid

import app
from app.domain.errors import KnownError
from app.domain.settings import LoadWhen
from app.language import spoken
from app.services.core.events import Event, ModelPhase, SettingsChanged
from app.services.registry import Services
from app.system.awake import has_session_bus
from app.system.bundled import program_file
from app.ui.assistive.accessible_transcripts import AccessibleTranscripts
from app.ui.conversation.notices.upgrade_notice import UpgradeNotice
from app.ui.core.gc_scheduler import GcScheduler
from app.ui.core.single_instance import SingleInstanceServer
from app.ui.core.slow_frames import SlowFrames
from app.ui.core.top_errors import TopErrors, with_whole_exceptions
from app.ui.desktop.ending_signals import EndingSignals
from app.ui.main_window import MainWindow
from app.ui.style import icons, stylesheet
from app.ui.style.palettes import dressed
from app.ui.style.theme import Theme, system_look
from app.ui.style.typography import (
    Typesetting,
    interface_font,
    set_text_scale,
    typesetting_of,
)

_log = logging.getLogger(__name__)
RESTART = 256
"""What :func:`run` returns for a restart: no exit code that a process can have."""
_UNSEEN_MS = 1_000
"""After so long a window that was not painted is taken for one that nobody sees, milliseconds."""
_INPUT_METHODS = ("ibus", "compose")
_AFTER_START = 1_000  # milliseconds until the desktop is asked what nobody waits for
_LOST = ("The X11 connection broke", "The Wayland connection broke")  # not shown: Qt's words
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_application(argv: list[str] | None = None) -> QApplication:
    """The QApplication, named and dressed; the one that exists if there is one."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    QGuiApplication.setDesktopFileName("chat.phial.Phial")
    fall_back_to_other_input_methods()
    # Numbers are typed and shown as the rest is said, wherever the computer is.
    QLocale.setDefault(QLocale(spoken.IN_FORCE.code))
    application = QApplication(argv or sys.argv[:1])
    _speak(application)
    application.setApplicationName("Phial")  # not shown
    application.setApplicationVersion(app.__version__)
    application.setOrganizationName("Phial")  # not shown
    application.setStyle("Fusion")  # not shown; it takes the theme's colours alike on every system
    application.setWindowIcon(icons.application_icon())
    return application


def _speak(application: QApplication) -> None:
    """Qt's own words (OK, Undo, its file dialog) in the language in force, and its direction."""
    if spoken.IN_FORCE.right_to_left:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    words = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if words.load(f"qtbase_{spoken.IN_FORCE.code}", folder):
        application.installTranslator(words)


def fall_back_to_other_input_methods() -> None:
    """Let Qt try further input methods where the one that is asked for has no plugin here.

    ``QT_IM_MODULE=fcitx`` without its plugin leaves Qt without any, so that not even dead keys
    write. Qt takes the first of ``QT_IM_MODULES`` that it has (Qt 6.7); fcitx answers as ibus too.
    """
    wanted = os.environ.get("QT_IM_MODULES") or os.environ.get("QT_IM_MODULE")
    if wanted:
        known = [name for name in wanted.split(";") if name]
        more = [name for name in _INPUT_METHODS if name not in known]
        os.environ["QT_IM_MODULES"] = ";".join([*known, *more])


class FileOpener(QObject):
    """Opens the files that macOS hands to a running program by an event."""

    def __init__(self, application: QApplication, take: Callable[[Sequence[str]], object]) -> None:
        super().__init__()
        self._application = application
        self._take = take
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the file of a FileOpen event."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._take([event.file()])
            return True
        return super().eventFilter(watched, event)

    def close(self) -> None:
        """Stop listening."""
        self._application.removeEventFilter(self)


class FirstFrame(QObject):
    """Calls something once its window was painted, or cannot be seen.

    Args:
        window: Shown already, or not to be shown.
        then: Called once, in a later turn of the event loop.
    """

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._clock = QTimer(self, singleShot=True, interval=_UNSEEN_MS)
        self._clock.timeout.connect(then)
        self._handle = window.windowHandle() if window.isVisible() else None
        if self._handle is not None:
            self._handle.installEventFilter(self)
        self._clock.start(_UNSEEN_MS if self._handle is not None else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The first exposure paints the window before the next turn."""
        if event.type() is QEvent.Type.Expose and self._handle is not None:
            self._handle.removeEventFilter(self)
            self._handle = None
            self._clock.start(0)
        return super().eventFilter(watched, event)


class AppearanceController(QObject):
    """Keeps the application's colours and fonts at what settings and system ask for."""

    def __init__(self, application: QApplication, services: Services) -> None:
        super().__init__()
        self._application = application
        self._services = services
        self._window: MainWindow | None = None
        self._theme: Theme | None = None
        self._scales: tuple[int, ...] = ()
        self._typesetting: Typesetting | None = None
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self.apply)
        self._hints.accessibility().contrastPreferenceChanged.connect(self.apply)

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return dressed(self._services.settings.current, system_look())

    def add_window(self, window: MainWindow) -> None:
        """Keep this window dressed too."""
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The system's fonts or the screen may be others: Qt tells the window of it."""
        if event.type() in {QEvent.Type.ThemeChange, QEvent.Type.DevicePixelRatioChange}:
            QTimer.singleShot(0, self, self.apply)
        return super().eventFilter(watched, event)

    def follow_text_size(self) -> None:
        """Learn and follow how large the desktop wants text, where Qt does not."""
        if not has_session_bus():
            return
        from app.ui.desktop.text_size import DesktopTextSize

        wayland = QGuiApplication.platformName().startswith("wayland")
        DesktopTextSize(self, wayland=wayland).changed.connect(self._scale_text)

    def _scale_text(self, scale: float) -> None:
        set_text_scale(scale)
        self.apply()

    def apply(self) -> None:
        """Dress everything anew, if something changed."""
        theme, typesetting = self.theme, typesetting_of(self._services.settings.current)
        scales = icons.scales()
        other_theme = theme != self._theme or scales != self._scales  # icons are drawn for each
        other_type = typesetting != self._typesetting
        if not other_theme and not other_type:
            return
        self._theme, self._typesetting, self._scales = theme, typesetting, scales
        self._application.setPalette(stylesheet.palette(theme))
        if other_type:
            self._application.setFont(interface_font(typesetting))
            # While there is a style sheet, widgets take a new font with the next sheet only, and
            # the same sheet again is none (Qt 6.11; its reference warns of the two together).
            self._application.setStyleSheet("")
        sheet = stylesheet.style_sheet(theme, compact=typesetting.compact)
        self._application.setStyleSheet(sheet)
        if self._window is not None:
            if other_type:
                self._window.set_type(typesetting)
            if other_theme:
                self._window.set_theme(theme)


def run(
    services: Services, *, channel: str = "", files: Sequence[str] = (), quick: bool = False
) -> int:
    """Show the window until it is closed.

    Args:
        services: What everything is done with; whoever built them closes them.
        channel: The local channel on which a second start asks this window to come forward.
        files: Model files and exported chats to open, as absolute paths.
        quick: Show the quick question alone, if there is a model that can answer it.

    Returns:
        The exit code; :data:`RESTART` where the program that is there now is to be started.
    """
    leave: list[Callable[[], object]] = []
    qInstallMessageHandler(partial(_log_qt, leave))
    application = make_application()
    with TopErrors() as errors:
        whole = partial(_run, application, errors, services, channel, files, leave, quick=quick)
        return with_whole_exceptions(partial(_run_to_the_end, whole, leave))


def _run_to_the_end(run_window: Callable[[], int], leave: list[Callable[[], object]]) -> int:
    """Run, and destroy every window, however it ended.

    Left to the interpreter's end they are destroyed in any order, and methods of ours are called
    on what is gone already.
    """
    try:
        return run_window()
    finally:
        leave.clear()
        for window in QApplication.topLevelWidgets():
            if isValid(window) and window.parent() is None:
                if window.isVisible():  # what was typed is kept, also where an error ended it
                    window.close()
                delete(window)


def _run(
    application: QApplication,
    errors: TopErrors,
    services: Services,
    channel: str,
    files: Sequence[str],
    leave: list[Callable[[], object]],
    *,
    quick: bool,
) -> int:
    application.setQuitOnLastWindowClosed(False)  # the main window ends it, also one in the tray
    look = AppearanceController(application, services)
    look.apply()
    assistive = AccessibleTranscripts()
    assistive.install()
    window = MainWindow(services, look.theme)
    look.add_window(window)
    errors.show_over(window, window.pane.snackbar.show_notice)
    watcher = _watch_settings(services)

    def on_event(event: Event) -> None:
        if isinstance(event, SettingsChanged):
            look.apply()

    window.bridge.arrived.connect(on_event)
    leave.append(partial(_leave, window, services))
    beside = quick and services.models.state.model is not None
    if not beside:
        window.show()
    window.begin()
    QTimer.singleShot(_AFTER_START, look, look.follow_text_size)
    if beside:
        window.commands.presence.begin_beside()
    opener = FileOpener(application, window.open_files)
    if files:
        window.open_files(files)
    heard: list[SingleInstanceServer] = []
    FirstFrame(window, lambda: heard.extend(_begin_beside(window, services, channel)))
    collector = GcScheduler(
        window, lambda: window.pane.transcript.idle and services.chat.active is None
    )
    end_watching = _watch_frames(window)
    end_looking = _look_for_lost_windows(application)
    restarting: list[bool] = []

    def restart() -> None:
        restarting.append(window.close())

    UpgradeNotice(window.pane.banner, program_file(), restart)
    signals = EndingSignals(window.close)
    code = application.exec()
    signals.close()
    end_watching()
    end_looking()
    opener.close()
    watcher.deleteLater()
    collector.close()
    for activation in heard:
        activation.close()
    return RESTART if any(restarting) else code


def _begin_beside(
    window: MainWindow, services: Services, channel: str
) -> Iterator[SingleInstanceServer]:
    """Begin what the window does not wait for; gives what listens for second starts."""
    if channel:
        activation = SingleInstanceServer(channel)
        activation.quick_requested.connect(window.commands.ask_quickly)
        activation.activation_requested.connect(
            lambda _files: window.commands.presence.bring_forward()
        )
        activation.activation_requested.connect(
            lambda names: window.open_files(names) if names else None
        )
        yield activation
    services.maintenance.start()
    services.models.warm_up()
    usable = services.models.state.phase is not ModelPhase.FAILED
    if usable and services.settings.current.load_when is LoadWhen.START:
        services.models.load()


def _watch_settings(services: Services) -> QFileSystemWatcher:
    """Let the settings follow what other programs change in their file.

    Its folder is watched: the file is replaced, and a watch of it would end with the old one.
    """
    watcher = QFileSystemWatcher([str(services.data_folder)])
    watcher.directoryChanged.connect(lambda _folder: services.settings.follow())
    return watcher


def _watch_frames(window: MainWindow) -> Callable[[], None]:
    """Log slow frames where details are logged; the result ends that."""
    if logging.getLogger("app").isEnabledFor(logging.DEBUG):
        return SlowFrames(window).close
    return lambda: None


def _look_for_lost_windows(application: QApplication) -> Callable[[], None]:
    """Close what is destroyed from outside, where that can be; the result ends that."""
    if QGuiApplication.platformName() != "xcb":
        return lambda: None
    from app.ui.desktop.lost_windows import LostWindows

    return LostWindows(application).close


def _leave(window: MainWindow, services: Services) -> None:
    """Keep what is typed, close everything and end: there is no display any more.

    Its server ended, or the window was killed from outside. Qt warns of that and then ends the
    program where it stands, inside its event loop, while threads run on: often by a crash.
    """
    try:
        window.leave()
        services.close()
    except KnownError as error:
        _log.error("At the end: %s", error.what)
    finally:
        os._exit(1)


def _log_qt(
    leave: list[Callable[[], object]], kind: QtMsgType, _context: object, text: str
) -> None:
    """Qt's own messages belong in the log, not on a terminal nobody sees."""
    _log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
    if leave and text.startswith(_LOST):
        leave.pop()()
