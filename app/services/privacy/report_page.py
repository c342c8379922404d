"""The offline report as a page: one file of HTML that asks for nothing, for people and printers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from app.domain.network.connections import Connection, ConnectionList
from app.language import spoken, tr, trn
from app.language.formats import day_and_time, size
from app.markup.transfer.writers.html_style import DARK, LIGHT
from app.services.privacy.offline_report import HashedFile, OfflineReport
from app.services.privacy.protection import OUTCOMES, REFUSED_BY_OFFLINE, amount, whom

_RULES = """
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.muted { color: var(--muted); } ul { margin: .3rem 0; padding-left: 1.3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0;
  border-bottom: 1px solid var(--border); }
th { color: var(--muted); font-weight: 600; white-space: nowrap; }
td.number { text-align: right; white-space: nowrap; } th.number { text-align: right; }
code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere; }
summary { cursor: pointer; } @media print { body { max-width: none; } }
"""


def offline_page(report: OfflineReport) -> str:
    """The page, in the language in force."""
    title = tr("Phial {version}: offline report", version=report.version)
    here = report.machine
    head = tr(
        "Made on {day} on {system}, {architecture}.",
        day=_moment(report.made),
        system=here.system,
        architecture=here.architecture,
    )
    parts = [
        f"<h1>{escape(title)}</h1>",
        _muted(head),
        *_short(report),
        *_held(report),
        *_settings(report),
        *_connections(report),
        *_program(report),
        *_models(report.models),
    ]
    body = "\n".join(parts)
    return (  # not shown: HTML
        f'<!DOCTYPE html>\n<html lang="{spoken.IN_FORCE.code}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # A page that may load nothing, whatever stands in it.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_style()}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _short(report: OfflineReport) -> list[str]:
    """What a reader in a hurry takes away."""
    return [
        _list(
            (
                report.protection.switch,
                _counted(report.connections, len(report.opened)),
                _refusals(len(report.refused)),
                report.protection.engine_process,
            )
        )
    ]


def _counted(listed: ConnectionList, count: int) -> str:
    since = _moment(datetime.fromtimestamp(listed.since).astimezone())
    if not count and not listed.dropped:
        return tr("There was no connection since {day}, when the list began.", day=since)
    return trn(
        "{n} connection was opened since {day}, when the list began.",
        "{n} connections were opened since {day}, when the list began.",
        count + listed.dropped,
        day=since,
    )


def _refusals(count: int) -> str:
    if not count:
        return tr("Nothing had to be refused.")
    return trn("{n} connection was refused.", "{n} connections were refused.", count)


def _held(report: OfflineReport) -> list[str]:
    held = report.protection
    return [
        _heading(tr("How it is enforced on this computer")),
        _list((held.program, held.engine_process, _READER, _LISTENING)),
        f"<p>{escape(tr('With Offline on, these are refused:'))}</p>",
        _list(REFUSED_BY_OFFLINE),
        _muted(_LIMITS),
    ]


_READER = tr("The process that reads documents is kept from the network by the same means.")
_LISTENING = tr("Nothing of Phial listens to other computers; whatever tried to would fail.")
_LIMITS = tr(
    "The audit hook sees what Python code does. Native code in the window's process, such as the "
    "window toolkit, is not seen by it; Phial uses none that connects. A firewall rule for the "
    "program is a further means that does not depend on Phial."
)


def _settings(report: OfflineReport) -> list[str]:
    rows = (*report.settings, *report.variables)
    return [
        _heading(tr("Settings and environment that matter")),
        _table((tr("Name"), tr("Value")), [(escape(name), escape(told)) for name, told in rows]),
    ]


def _connections(report: OfflineReport) -> list[str]:
    listed = report.connections
    parts = [_heading(tr("Connections")), f"<p>{escape(_counted(listed, len(report.opened)))}</p>"]
    if listed.dropped:
        left_out = trn(
            "The oldest {n} is left out of the list.",
            "The oldest {n} are left out of the list.",
            listed.dropped,
        )
        parts.append(f"<p>{escape(left_out)}</p>")
    parts += [_connection_table(report.opened)] if report.opened else []
    parts.append(_heading(tr("Refused")))
    parts.append(f"<p>{escape(_refusals(len(report.refused)))}</p>")
    parts += [_connection_table(report.refused)] if report.refused else []
    which = tr("Bytes are those of requests and answers, before encryption.")
    parts.append(_muted(which))
    return parts


def _connection_table(rows: Sequence[Connection]) -> str:
    heads = (tr("Time"), tr("To"), tr("What for"), tr("Sent"), tr("Received"), tr("Outcome"))
    return _table(
        heads,
        [
            (
                escape(f"{datetime.fromtimestamp(row.at).astimezone():%Y-%m-%d %H:%M:%S %z}"),
                escape(whom(row)),
                escape(row.reason),
                escape(amount(row, row.sent)),
                escape(amount(row, row.received)),
                escape(OUTCOMES[row.outcome]),
            )
            for row in reversed(rows)
        ],
        numbers=(3, 4),
    )


def _program(report: OfflineReport) -> list[str]:
    lines = "<br>\n".join(  # not shown: HTML
        f"<code>{file.sha256}&nbsp; {escape(file.name)}</code>" for file in report.program
    )
    total = sum(file.size for file in report.program)
    files = trn("{n} file, {size}", "{n} files, {size}", len(report.program), size=size(total))
    how = tr("SHA-256 of the lines below, each as sha256sum prints it:")
    return [
        _heading(tr("The program")),
        f"<p>{escape(how)}<br><code>{report.program_hash}</code></p>",
        f"<details><summary>{escape(files)}</summary>\n<p>{lines}</p></details>",
        _table(
            (tr("Package"), tr("Version")),
            [(escape(name), escape(version)) for name, version in report.packages],
        ),
    ]


def _models(models: Sequence[HashedFile]) -> list[str]:
    if not models:
        none = tr("There is no model on the list.")
        return [_heading(tr("Models")), f"<p>{escape(none)}</p>"]
    rows = [
        (
            escape(file.name),
            escape(size(file.size)),
            f"<code>{file.sha256}</code>",
            escape(file.note),
        )
        for file in models
    ]
    heads = (tr("File"), tr("Size"), "SHA-256", tr("Note"))  # not shown: SHA-256
    return [_heading(tr("Models")), _table(heads, rows, numbers=(1,))]


# --- pieces -----------------------------------------------------------------------------------


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _muted(text: str) -> str:
    return f'<p class="muted">{escape(text)}</p>'  # not shown: HTML


def _list(lines: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table; its cells are HTML already."""

    def row(cells: Sequence[str], tag: str) -> str:
        inner = ""
        for at, cell in enumerate(cells):
            kind = ' class="number"' if at in numbers else ""
            inner += f"<{tag}{kind}>{cell}</{tag}>"
        return f"<tr>{inner}</tr>"

    lines = [row([escape(head) for head in heads], "th"), *(row(cells, "td") for cells in rows)]
    inside = "\n".join(lines)
    return f'<div class="wide"><table>\n{inside}\n</table></div>'  # not shown: HTML


def _moment(moment: datetime) -> str:
    return f"{day_and_time(moment)} ({moment:%Z})"


def _style() -> str:
    def of(colours: dict[str, str]) -> str:
        names = ("page", "text", "muted", "border")
        return " ".join(f"--{name}: {colours[name]};" for name in names)

    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {of(DARK)} }} }}"  # not shown: CSS
    return f":root {{ color-scheme: light dark; {of(LIGHT)} }} {dark}{_RULES}"
