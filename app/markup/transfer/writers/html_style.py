"""The style sheet of exported pages: the window's colours, light and dark, and for paper."""

from __future__ import annotations

from app.markup.code.highlighter import TokenKind

# The same colours as the window's themes, so that a page looks like the chat it came from.
LIGHT = {
    "page": "#fdfdfc",
    "bubble": "#efefed",
    "border": "#d9d9d5",
    "text": "#1f2124",
    "muted": "#595d62",
    "link": "#0a5f74",
    "error": "#a3241b",
    "ground": "#f4f4f2",
    "keyword": "#7a3494",
    "name": "#1d5a96",
    "type": "#0c6560",
    "string": "#2f6421",
    "number": "#96480c",
    "comment": "#65696e",
    "operator": "#4a4e54",
    "meta": "#7b4b10",
    "added": "#1b5e2c",
    "removed": "#96241c",
}
DARK = {
    "page": "#1d1e20",
    "bubble": "#2a2c2f",
    "border": "#3a3d41",
    "text": "#e4e5e3",
    "muted": "#a9adb2",
    "link": "#7ac3dc",
    "error": "#f2958d",
    "ground": "#242628",
    "keyword": "#cf9ee3",
    "name": "#8abaec",
    "type": "#79cbc4",
    "string": "#a7cf8f",
    "number": "#e6ac7d",
    "comment": "#9a9fa5",
    "operator": "#b9bdc2",
    "meta": "#dcbb80",
    "added": "#9adba9",
    "removed": "#f4a9a2",
}
COLOUR_OF = {
    TokenKind.KEYWORD: "keyword",
    TokenKind.TYPE: "type",
    TokenKind.FUNCTION: "name",
    TokenKind.CLASS: "type",
    TokenKind.BUILTIN: "name",
    TokenKind.DECORATOR: "meta",
    TokenKind.VARIABLE: "name",
    TokenKind.ATTRIBUTE: "meta",
    TokenKind.TAG: "keyword",
    TokenKind.STRING: "string",
    TokenKind.ESCAPE: "meta",
    TokenKind.NUMBER: "number",
    TokenKind.COMMENT: "comment",
    TokenKind.OPERATOR: "operator",
    TokenKind.PUNCTUATION: "operator",
    TokenKind.INSERTED: "added",
    TokenKind.DELETED: "removed",
    TokenKind.HEADING: "keyword",
    TokenKind.PROMPT: "meta",
    TokenKind.OUTPUT: "comment",
    TokenKind.ERROR: "removed",
}
"""Which colour each kind of code takes; the others are plain."""


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


_KINDS = "".join(f".c-{kind.value}{{color:var(--{name})}}\n" for kind, name in COLOUR_OF.items())

STYLE = f""":root{{color-scheme:light dark;{_variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
@media print{{:root{{color-scheme:light;{_variables(LIGHT)}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--page);color:var(--text);
font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:break-word}}
main{{max-width:760px;margin:0 auto;padding:32px 16px 64px}}
h1{{font-size:1.6em;line-height:1.25;margin:0}}
h2{{font-size:1em;margin:0 0 8px}}
h3,h4,h5,h6{{line-height:1.3;margin:1.4em 0 .5em}}
h3{{font-size:1.3em}}h4{{font-size:1.15em}}h5,h6{{font-size:1em}}
.when,time{{color:var(--muted);font-size:.85rem;font-weight:normal}}
time{{margin-inline-start:8px}}
.when{{margin:4px 0 0}}
section{{margin-top:32px}}
.user .text{{background:var(--bubble);border-radius:12px;padding:8px 16px}}
.text>:first-child{{margin-top:0}}.text>:last-child{{margin-bottom:0}}
a{{color:var(--link)}}
code{{font:.875em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
background:var(--ground);border-radius:4px;padding:.1em .3em}}
.code{{background:var(--ground);border:1px solid var(--border);border-radius:8px;margin:1em 0}}
.language{{color:var(--muted);font-size:.8rem;padding:6px 16px 0}}
pre{{margin:0;padding:8px 16px 12px;overflow-x:auto;tab-size:4}}
pre code{{background:none;padding:0;overflow-wrap:normal;white-space:pre}}
blockquote{{margin:1em 0;padding:0 0 0 16px;border-inline-start:3px solid var(--border);
color:var(--muted)}}
.table{{overflow-x:auto;margin:1em 0}}
table{{border-collapse:collapse;border:none}}
th,td{{border:1px solid var(--border);padding:6px 12px;text-align:start}}
th[align=center],td[align=center]{{text-align:center}}
th[align=right],td[align=right]{{text-align:right}}
th{{background:var(--ground)}}
hr{{border:none;border-top:1px solid var(--border);margin:2em 0}}
.task{{list-style:none;margin-inline-start:-1.4em}}
.math{{display:inline-block}}.math svg{{width:100%;height:100%;display:block;overflow:visible}}
.formula{{overflow-x:auto;text-align:center;margin:1em 0;padding:4px 0}}
details{{border-inline-start:3px solid var(--border);padding-inline-start:16px;margin:1em 0}}
summary{{color:var(--muted);cursor:pointer}}
.note{{font-size:.9em}}
.error{{color:var(--error)}}
@media print{{pre code{{white-space:pre-wrap}}section{{break-inside:auto}}h2{{break-after:avoid}}
.code,.formula,tr{{break-inside:avoid}}}}
{_KINDS}"""
