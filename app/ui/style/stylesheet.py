"""The style sheet and palette of the shell, derived from the theme's values."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from app.system.bundled import bundled
from app.ui.style.theme import RADIUS, Theme


def palette(theme: Theme) -> QPalette:
    """Colours for everything the style sheet does not reach."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.raised,
        QPalette.ColorRole.AlternateBase: theme.hover,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.selection,
        QPalette.ColorRole.HighlightedText: theme.on_selection,
        QPalette.ColorRole.Link: theme.link,
        QPalette.ColorRole.LinkVisited: theme.link,
        QPalette.ColorRole.Accent: theme.accent,
        QPalette.ColorRole.Light: theme.hover,
        QPalette.ColorRole.Mid: theme.border,
        QPalette.ColorRole.Dark: theme.border,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return made


def _arrow(direction: str, theme: Theme) -> str:
    """The file of a spin box's arrow: a style sheet takes pictures from files only."""
    shade = "light" if theme.dark else "dark"
    return bundled("assets", "icons", f"arrow-{direction}-{shade}.svg").as_posix()


def style_sheet(theme: Theme, *, compact: bool = False) -> str:
    """The application's style sheet. It names no font sizes, so a zoom need not set it anew.

    Args:
        theme: Its colours.
        compact: Whether entries of menus and lists stand closer.
    """
    t, r = theme, RADIUS
    up, down = _arrow("up", theme), _arrow("down", theme)
    shade = "dark" if theme.dark else "light"  # of what stands on the accent
    tick = bundled("assets", "icons", f"tick-{shade}.svg").as_posix()
    line = theme.line
    entry, item, side = (3, 2, 3) if compact else (6, 4, 6)
    turned = QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    begin, end = ("right", "left") if turned else ("left", "right")
    filled = "add-page" if turned else "sub-page"  # the left side of a slider is the latter
    return f"""
QMainWindow, QDialog, #pane {{ background: {t.window}; }}
#pane, #page, #header, #emptyPage, #welcomePage, #windowPage {{ background: {t.page}; }}
#pagePanel {{ background: {t.window}; border-{begin}: {line}px solid {t.border}; }}
#sidebar {{ background: {t.sidebar}; }}
#header {{ border-bottom: {line}px solid {t.border}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border};
  padding: 4px 6px; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="small"] {{ color: {t.muted}; }}
QLabel[role="error"] {{ color: {t.error}; }}
QSplitter::handle {{ background: {t.border}; }}

QPushButton, QToolButton {{ background: transparent; border: 2px solid transparent;
  border-radius: {r}px; padding: 4px 8px; outline: none; }}
QPushButton:hover, QToolButton:hover {{ background: {t.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.pressed}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.faint}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[kind="plain"], QDialogButtonBox QPushButton {{ background: {t.raised};
  border: {line}px solid {t.border}; padding: 5px 13px; min-height: 20px; }}
QPushButton[kind="plain"]:hover, QDialogButtonBox QPushButton:hover {{ background: {t.hover}; }}
QPushButton[kind="plain"]:focus, QDialogButtonBox QPushButton:focus {{
  border: 2px solid {t.accent}; padding: {6 - line}px {14 - line}px; }}
QPushButton[kind="accent"] {{ background: {t.accent}; color: {t.on_accent};
  border: 2px solid {t.accent}; padding: 5px 14px; min-height: 20px; font-weight: 600; }}
QPushButton[kind="accent"]:focus {{ outline: 2px solid {t.on_accent}; outline-radius: 4px; }}
QPushButton[kind="accent"]:disabled {{ background: {t.hover}; color: {t.faint};
  border-color: {t.hover}; }}
QPushButton[kind="danger"] {{ background: {t.raised}; color: {t.error};
  border: {line}px solid {t.error}; padding: 5px 13px; min-height: 20px; font-weight: 600; }}
QPushButton[kind="danger"]:hover {{ background: {t.hover}; }}
QPushButton[kind="danger"]:focus {{ border: 2px solid {t.error}; padding: {6 - line}px
  {14 - line}px; }}
QPushButton[kind="card"] {{ background: {t.raised}; border: {line}px solid {t.border};
  border-radius: {r}px; padding: 9px 13px; text-align: left; }}
QPushButton[kind="card"]:hover {{ background: {t.hover}; border-color: {t.accent}; }}
QPushButton[kind="card"]:focus {{ border: 2px solid {t.accent}; padding: {10 - line}px
  {14 - line}px; }}
QPushButton[kind="link"] {{ color: {t.link}; padding: 2px 4px; text-decoration: underline; }}
QPushButton[kind="link"]:disabled {{ color: {t.faint}; text-decoration: none; }}
QPushButton[kind="side"] {{ text-align: left; padding: {side}px 8px; }}
QToolButton[kind="chip"] {{ background: {t.raised}; border: {line}px solid {t.border};
  padding: 4px 11px; }}
QToolButton[kind="chip"]:hover {{ background: {t.hover}; }}
QToolButton[kind="chip"]:focus {{ border: 2px solid {t.accent}; padding: {5 - line}px
  {12 - line}px; }}
QToolButton[kind="round"] {{ background: {t.accent}; border: 2px solid {t.accent};
  padding: 0; }}
QToolButton[kind="round"]:focus {{ border-color: {t.text}; }}
QToolButton[kind="round"]:disabled {{ background: {t.hover}; border-color: {t.hover}; }}

QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit[kind="field"] {{ background: {t.raised};
  border: {line}px solid {t.edge}; border-radius: {r}px; padding: 5px 8px;
  selection-background-color: {t.selection}; selection-color: {t.on_selection}; }}
QLineEdit[wrong="true"], QLineEdit[wrong="true"]:focus {{ border: 2px solid {t.error}; }}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit[kind="field"]:focus {{
  border: 2px solid {t.accent}; padding: {6 - line}px {9 - line}px; }}
QAbstractSpinBox {{ padding-{end}: 24px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 22px; border: none;
  background: transparent; subcontrol-origin: border; }}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; margin-top: 2px; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; margin-bottom: 2px; }}
QAbstractSpinBox::up-arrow {{ image: url({up}); width: 14px; height: 14px; }}
QAbstractSpinBox::down-arrow {{ image: url({down}); width: 14px; height: 14px; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: url({down}); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: {line}px solid {t.border};
  selection-background-color: {t.selection}; selection-color: {t.on_selection}; }}

#composer {{ background: {t.raised}; border: {line}px solid {t.edge}; border-radius: 16px; }}
#composer[focused="true"] {{ border: 2px solid {t.accent}; }}
#messageEditor {{ background: transparent; border: none;
  selection-background-color: {t.selection}; selection-color: {t.on_selection}; }}
#strip, #banner, #findBar {{ background: {t.table_head}; border-radius: {r}px; }}
#band {{ background: {t.table_head}; padding: 6px 16px; }}
#banner {{ border: {line}px solid {t.border}; }}
#findBar {{ border-radius: 0; border-bottom: {line}px solid {t.border}; }}
#snackbar {{ background: {t.text}; border-radius: {r}px; }}
#snackbar QLabel {{ color: {t.page}; }}
#snackbar QPushButton {{ color: {t.page}; font-weight: 600; text-decoration: underline; }}
#snackbar QPushButton:hover {{ background: transparent; }}
#snackbar QPushButton:focus {{ border-color: {t.page}; }}
#dropTarget {{ background: {t.raised}; border: 2px solid {t.accent}; }}
#card {{ background: {t.raised}; border: {line}px solid {t.border}; border-radius: 12px; }}
#choice {{ background: {t.raised}; border: {line}px solid {t.edge}; border-radius: {r}px; }}
#choice[chosen="true"] {{ border: 2px solid {t.accent}; }}
#popup {{ background: {t.raised}; border: {line}px solid {t.border}; border-radius: 12px; }}

QMenu {{ background: {t.raised}; border: {line}px solid {t.border}; padding: 5px; }}
QMenu::item {{ padding: {entry}px 24px {entry}px 26px; border-radius: 5px; }}
QMenu::item:selected {{ background: {t.selection}; color: {t.on_selection}; }}
QMenu::item:disabled {{ color: {t.faint}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 5px 6px; }}
QMenu::indicator {{ width: 14px; height: 14px; left: 6px; }}

QListView, QTreeView, QTextBrowser, QTableView {{ outline: none; background: {t.raised};
  border: {line}px solid {t.border}; border-radius: {r}px;
  selection-background-color: {t.selection}; selection-color: {t.on_selection}; }}
QListView:focus, QTreeView:focus, QTextBrowser:focus, QTableView:focus {{
  border: 2px solid {t.accent}; }}
QListView[kind="side"], QListView[kind="bare"] {{ background: transparent;
  border: 2px solid transparent; }}
QListView[kind="side"]:focus, QListView[kind="bare"]:focus {{ border-color: transparent; }}
QListWidget {{ padding: 4px; }}
QListWidget[kind="pages"], QListWidget[kind="pages"]:focus {{ background: transparent;
  border: none; padding: 0; }}
QListWidget::item {{ padding: {item}px 8px; border-radius: 6px; color: {t.text}; }}
QListWidget::item:selected {{ background: {t.selection}; color: {t.on_selection}; }}
QListWidget[kind="pages"]::item {{ border: 2px solid transparent; padding: {item}px 6px; }}
QListWidget[kind="pages"]::item:focus {{ border-color: {t.accent}; }}
QListWidget::item:hover:!selected {{ background: {t.hover}; }}
QTreeView::item {{ padding: 3px 5px; }}
QTabWidget::pane {{ border: none; border-top: {line}px solid {t.border}; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 8px 14px;
  border: 2px solid transparent; border-bottom: 3px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; font-weight: 600; }}
QTabBar::tab:hover:!selected {{ background: {t.hover}; }}
QTabBar::tab:selected:focus {{ border: 2px solid {t.accent}; border-radius: 6px; }}
QHeaderView::section {{ background: {t.table_head}; color: {t.muted}; border: none;
  border-bottom: 1px solid {t.border}; padding: 5px 8px; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 3px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 3px; }}
QScrollBar::handle {{ background: {t.thumb}; border-radius: 3px; min-height: 32px;
  min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea {{ background: transparent; border: none; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.hover};
  border: {line}px solid {t.muted}; margin: 0 1px; }}
QSlider::{filled}:horizontal {{ background: {t.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 16px; height: 16px; margin: -7px 0; border-radius: 9px;
  background: {t.raised}; border: 2px solid {t.accent}; }}
QSlider::handle:horizontal:hover {{ background: {t.hover}; }}
QProgressBar {{ background: {t.hover}; border: none; border-radius: 3px; max-height: 6px;
  min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QCheckBox, QRadioButton {{ spacing: 8px; padding: 3px; border: 2px solid transparent;
  border-radius: 6px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {t.accent}; }}
QGroupBox {{ border: none; margin: 0; padding: 0; }}
QRadioButton[kind="segment"] {{ background: {t.raised}; border: {line}px solid {t.edge};
  border-radius: {r}px; padding: 4px 11px; spacing: 0; }}
QRadioButton[kind="segment"]:hover {{ background: {t.hover}; }}
QRadioButton[kind="segment"]:checked {{ background: {t.accent}; color: {t.on_accent};
  border-color: {t.accent}; }}
QRadioButton[kind="segment"]:focus {{ border: 2px solid {t.text}; padding: {5 - line}px
  {12 - line}px; }}
QRadioButton[kind="segment"]:checked:focus {{ outline: 2px solid {t.on_accent};
  outline-radius: 4px; }}
QCheckBox::indicator, QListView::indicator {{ width: 14px; height: 14px; border-radius: 4px;
  border: 1px solid {t.muted}; background: {t.raised}; }}
QCheckBox::indicator:checked, QListView::indicator:checked {{ border-color: {t.accent};
  background: {t.accent}; image: url({tick}); }}
QCheckBox::indicator:disabled {{ border-color: {t.faint}; }}
QRadioButton::indicator {{ width: 10px; height: 10px; border-radius: 7px;
  border: 2px solid {t.muted}; background: {t.raised}; }}
QRadioButton::indicator:checked {{ width: 4px; height: 4px; border: 5px solid {t.accent};
  background: {t.on_accent}; }}
QRadioButton::indicator:disabled {{ border-color: {t.faint}; }}
QRadioButton[kind="segment"]::indicator {{ width: 0; height: 0; border: none; }}
"""
