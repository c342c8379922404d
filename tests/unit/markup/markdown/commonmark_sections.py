r"""Owns Markdown for each section of the CommonMark specification: pieces to glue, and oddities.

All of it is our own. The pieces of a section are glued at random into short documents, so that
each construct meets each other one; the oddities are what a writer of parsers gets wrong. Formulas,
tables, footnotes and bare addresses are left out: CommonMark does not know them.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS: dict[str, tuple[str, ...]] = {
    "tabs": (
        "\t", " \t", "  \t", "\t\t", "a", "b\n", "- ", "-\t", "1.\t", ">\t", "> ", "#\t",
        "*\t*\t*\t\n",
        "\n", "    ", "a\tb", "\t\n", "+\t\t",
    ),
    "backslash escapes": (
        "\\*", "\\_", "\\`", "\\\\", "\\#", "\\&", "\\<", "\\>", "\\]", "\\!", "\\-", "\\+",
        "\\.", "\\a", "\\ ", "\\\n", "\\", "*", "`", "_a_", "\\*\\*b**", "[c](d\\))", "\n", "# ",
        "1\\. ",
        "```\\*\n", "\\\"", "\\'", "\\|", "\\~",
    ),
    "entities": (
        "&amp;", "&lt;", "&copy;", "&nbsp;", "&ouml;", "&#65;", "&#x41;", "&#0;", "&#X22;",
        "&#1234567;",
        "&#12345678;", "&bogus;", "&amp", "&;", "&#;", "&#x;", "&#42;", "*a*", "[b](c&auml;)",
        "`&amp;`",
        "&#10;", "&#9;", "\n", "    ", "```&ouml;\n", " ", "&CounterClockwiseContourIntegral;",
    ),
    "precedence": (
        "- `a\n", "- b`\n", "`", "*", "[", "](c)", "> ", "\n", "**", "# ", "```\n", "`- ", "d ",
    ),
    "thematic breaks": (
        "***\n", "---\n", "___\n", "+++\n", "===\n", "--\n", " ***\n", "   ***\n", "    ***\n",
        "_ _ _\n",
        "- - -\n", "* * *a\n", "-     -      -\n", "----a\n", "*-*\n", "a\n", "- a\n", "* b\n",
        "\n", "> ",
        "***  \n", " ** * ** * **\n",
    ),
    "ATX headings": (
        "# ", "## ", "###### ", "####### ", "#", "#a\n", "\\## ", " # ", "   ## ", "    # ", "a",
        " ##",
        " # \n", " \\#\n", "\n", "*b*", "***\n", "### c ###\n", "### d ### e\n", "# f#\n", "#\n",
        "###\t\n",
        "> ", "- ",
    ),
    "setext headings": (
        "a\n", "b *c*\n", "===\n", "---\n", "=\n", "-\n", "   ---\n", "    ---\n", "= =\n",
        "--- -\n",
        "===  \n", "d  \n", "e\\\n", "`f\n", "g`\n", "\n", "> ", "- ", "  ", "1. ", "[h]: /u\n",
        "***\n", "--",
    ),
    "indented code": (
        "    a\n", "      b\n", "\n", "      \n", "   c\n", "d\n", "- ", "  ", "    ", "1.  ",
        "# e\n", "> ",
        "        f\n", "\tg\n",
    ),
    "fenced code": (
        "```\n", "~~~\n", "````\n", "``\n", " ```\n", "   ```\n", "    ```\n", "``` \n", "```a b\n",
        "~~~ c`d`\n", "``` e`\n", "f\n", "  g\n", "\n", "> ", "- ", "  ", "```` \n", "``` ```\n",
        "~~~~ h ~~~\n",
        "<\n>\n",
    ),
    "HTML is text": (
        "<div>\n", "</div>\n", "<!-- a\n", "-->\n", "<pre>", "<b", ">c", "</b>", "<?x ?>", "<!X>",
        "<a href='",
        "*d*", "'>", "<script>\n", "</script>\n", "\n", "<![CDATA[e]]>", "> ", "- ", "<f/>", "`",
        "  ",
    ),
    "link reference definitions": (
        "[a]: /u\n", "[a]: /v 'T'\n", "[a]\n", "[A]", "[b]: <w x>\n", "[b][]", "[c][b]", "[b]:\n",
        "/z\n",
        "'t\nt'\n", "[d]: /y bad\n", "   [e]: /x\n", "    [f]: /x\n", "[e]", "[f]", "# [a]\n",
        "> ", "\n", "p\n",
        "[a]: /u \"t\" x\n", "===\n", "[\n", "]: /q\n", "[\u1e9e]", "[SS]: /s\n", "[b]: <>\n", "- ",
        "[g]: /u (p)\n", "[g]", "[h]:/u\n", "[h]", "[i\\]]: /j\n", "[i\\]]",
    ),
    "paragraphs": (
        "a\n", "  b\n", "    c\n", "        d\n", "e  \n", "\n", "   f", "g\\\n", "\t\n", " \n",
        "h",
    ),
    "block quotes": (
        "> ", ">", "   > ", "    > ", "> > ", ">>", ">\n", "> \n", "a\n", "# b\n", "- c\n",
        "    d\n", "```\n",
        "---\n", "\n", "  e\n", "> - ", "===\n",
    ),
    "list items": (
        "- ", "-    ", "-     ", "1. ", "10) ", "1234567890. ", "-1. ", "0. ", "003. ", "-\n",
        "- \n", "*\n", "a\n",
        "  b\n", "    c\n", "      d\n", "\n", "\n\n", "> ", "```\n", "  ```\n", "# e\n", "-g\n",
        "2.h\n", " - ",
        "  - ", "   1. ",
    ),
    "lists": (
        "- a\n", "+ b\n", "* c\n", "1. d\n", "1) e\n", "2. f\n", "14. g\n", "\n", "\n\n",
        "  - h\n", "   - i\n",
        "    - j\n", "  k\n", "   l\n", "m\n", "- - n\n", "1. - 2. o\n", "---\n", "  > p\n",
        "<!-- -->\n",
        "  [q]: /u\n", "-\n",
    ),
    "code spans": (
        "`", "``", "```", "a", " ", "  ", "*", "a\\", "\n", "b ", "` `", "``c`d``", "[e`](f)`",
        "&amp;", "\u00a0",
        "<g`>`",
    ),
    "emphasis": (
        "*", "**", "***", "****", "_", "__", "___", "____", "a", " ", "b ", ".", "\"", "(", ")",
        "c", "\u00e9", "-",
        "5", "[d](e)", "`f`", "\n", "\u00a0", "\\*", "\u20ac",
    ),
    "emphasis among words": (
        "*a", "a*", "**b", "b**", "_c", "c_", "__d", "d__", " ", "*e*", "_f_", "**g**", "***h",
        "h***", "i*j",
        "k_l", ", ", "(*", "*)", "***", "*(**m**)*", "_(_n_)_", "__o, __p__, q__", "**r*", "*s**",
    ),
    "links": (
        "[a](/u)", "[b](<c d>)", "[e]()", "[f](g 'h')", "[i](j (k))", "[l](m \"n\\\"o\")", "[",
        "]", "(", ")",
        "[p][q]", "[q]", "[Q][]", "[r](s(t)u)", "[v](w\\))", "*", "`", "[x\n](y)", "[z](a b)",
        "[c](d\n'e')",
        "<", ">", " ", "\n\n[q]: /r 's'\n", "!", "[[q]]", "[*t*](u)", "\\ ", "[q] [r]",
        "[foo](  /v  )",
        "[w](<x\ny>)", "[g](h'i')", "[k](<l>m)",
    ),
    "images": (
        "![a](/u)", "![b *c*](d 'e')", "![f][g]", "![g]", "![G][]", "![[h]](i)", "!", "\\!",
        "[j](k)",
        "[![l](m)](n)", "![", "](o)", "!\\[g]", "\n\n[g]: /p 'q'\n", "*", " ", "![![r](s)](t)",
        "![]()",
    ),
    "autolinks": (
        "<http://a.b>", "<made-up:c,d>", "<MAILTO:e@f.g>", "<h@i.j>", "< made:k.l >", "<m>",
        "<n:o p>",
        "<http://q.r/\\[>", "*", "`", "[s](<", ">)", " ", "<>", "<a.b+c-1:d>",
        "<http://\u00e9.f?g=\"h\">",
    ),
    "breaks": (
        "a  \n", "b\\\n", "c \n", "d   \n", "   e\n", "*f  \ng*", "`h  \ni`", "`j\\\nk`", "l  ",
        "m\\", "\n", "# n  \n",
        "### o\\\n", "<p\n>", " ", "- q  \n", "> r  \n",
    ),
    "text": (
        "a", "$ ", ";", "'", "\u20ac", "\U0001f600", "\u4f60\u597d", "  ", "\n", "\"", ":-)", "%",
        "\u202e", "\ufeff",
        "0", "\u00a0",
    ),
}  # fmt: skip

ODDITIES: dict[str, tuple[str, ...]] = {
    "tabs": (
        "  - a\n\n\tb", "- a\n\n\t\tb", ">\t\ta", "-\t\ta", "    a\n\tb", " - a\n   - b\n\t - c",
    ),
    "thematic breaks": (
        "- a\n***\n- b", "a\n***\nb", "* a\n* * *\n* b", "- a\n- * * *", "--\n**\n__",
    ),
    "ATX headings": ("#\ta", "# a \\#", "## \n#\n### ###", "a\n# b\nc", "#5 c\n\n#d"),
    "setext headings": (
        "a\nb\n===", "a\n= =\n\nb\n--- -", "> a\n---", "> a\nb\n===", "- a\n---", "    a\n---",
        "`a\n----\n`", "a\\\n----", "---\n---", "\\> a\n------", "a\n\nb\n---\nc",
        "[a]: /u\n===\n[a]",
        "[a]: /u\n'b'\n===\n[a]",
    ),
    "indented code": (
        "    a\n\n\n \n    b", "a\n    b", "# a\n    b\nc\n---\n    d", "        a\n    b",
    ),
    "fenced code": (
        "```\na\n~~~", "````\na\n```\n``````", "> ```\n> a\n\nb", "```\n\n  \n```",
        "  ```\na\n  b\n   c\n  ```",
        "```\n    ```", "a\n```\nb\n```\nc", "~~~~~~\na\n~~~ ~~", "```;\n```", "``` a ```\nb",
        "- ```\n  a\n b\n  ```", "~~~ a ~~~ b\n~~~",
    ),
    "link reference definitions": (
        "   [a]: \n      /u  \n           'the title'  \n\n[a]", "[a]: /u '\nb\nc\n'\n\n[a]",
        "[a]:\n\n[a]",
        "[a]: <b>(c)\n\n[a]", "[a]\n\n[a]: /first\n[a]: /second", "[A\n  b]: /u\n\n[a b][a B]",
        "a\n[b]: /u\n\n[b]", "# [a]\n[a]: /u\n> c", "[a]: /u \"b\" c\n\n[a]",
        "[a]: /u\n\"b\" c\n\n[a]",
        "- [a]: /u\n- b\n\n[a]", "[a]: /u\\b\\*c 'd\\\"e'\n\n[a]",
        "[a]: b\n[c]: d\n[e]: f\n\n[a][c][e]",
    ),
    "block quotes": (
        "> a\nb\nc", "> a\n- b", ">     a\n    b", "> ```\na\n```", "> - a\n- b", ">\n> a\n>",
        "> a\n\n> b",
        "a\n> b", "> a\n***\n> b", "> > > a\nb", ">>> a\n> b\n>>c", ">     a\n\n>    b",
        "> a\n>\nb",
    ),
    "list items": (
        "1.  a\n    b\n\n        c\n\n    > d", "- a\n\n b", " -    a\n\n     b", "1. - 2. a",
        "- # a\n- b\n  ---\n  c",
        "-\n\n  a", "1. a\n2.\n3. b", "a\n*\n\nb\n1.", "  1.  a\nb", "> 1. > a\nb",
        "- a\n  - b\n    - c\n      - d",
        "10) a\n    - b", "10) a\n   - b", "-     a\n\n   b", "1.      a\n\n   b", "- a\n\n\n  b",
    ),
    "lists": (
        "- a\n- b\n+ c", "a\n- b\n- c", "a\n14. b", "a\n1. b", "- a\n\n- b\n\n\n- c",
        "- a\n  - b\n\n\n      c",
        "- a\n - b\n  - c\n   - d\n  - e\n - f\n- g", "1. a\n\n  2. b\n\n   3. c",
        "- a\n\n  ```\n  b\n\n\n  ```\n- c",
        "* a\n  > b\n  >\n* c", "- a\n  - b", "* a\n  * b\n\n  c",
        "- a\n  - b\n  - c\n\n- d\n  - e\n  - f",
        "- a\n- ```\n  b\n\n\n  ```\n- c", "- a\n  > b\n  ```\n  c\n  ```\n- d", "* a\n*\n\n* c",
        "- a\n  [b]: /u\n- c",
        "1. a\n1. b\n1. c", "1. ```\n   a\n   ```\n\n   b", "- a\n    - b\n        - c",
    ),
    "emphasis": (
        "*a **b***", "**a *b***", "***a** b*", "*a**b**c*", "**a*b*c**", "*a**b*", "**a*", "*a**",
        "***a**", "****a*",
        "**a***", "*a****", "*a _b* c_", "*a __b *c d__ e*", "**a **b c**", "*a *b c*", "_a_b_c_",
        "a_b_", "_(b)_.",
        "**a\"*b*\"c**", "*a[b*](c)", "*a `*`*", "**a<http://b.c/?q=**>", "___a___", "*****a*****",
        "_ a_", "*a *",
        "a**\"b\"**c", "foo***bar***baz", "foo******bar*********baz", "*(*a*)*", "__a_b__c__",
        "**a*b**c*",
        "_\u00e9_\u00e9", "*\u00a0a*", "*$*a.", "*\u00a3*b.", "foo-_(bar)_", "*foo [*](u)*",
    ),
    "links": (
        "[a [b](c)](d)", "![[[a](b)](c)](d)", "*[a*](b)", "[a *b](c*)", "[a<b attr=\"](c)\">",
        "[a`](b)`",
        "[a](b\"c\")", "[a]( <b> 'c' )", "[a](\"b\")", "[a](\u00a0\"b\")", "[a](b \"c \"d\" e\")",
        "[a](b 'c \"d\" e')",
        "[a]  (b)", "[a](b\\c)", "[a](b%20&auml;)", "[a](<b\\>)", "[a](<b)c", "[a](b(c)",
        "[a](b(c(d)))", "[a]\n[b]",
        "[a][b]c\n\n[b]: /u", "[a][b][c]\n\n[c]: /u", "[a][b][c]\n\n[b]: /u\n[c]: /v",
        "[[*a* b]]\n\n[*a* b]: /u",
        "[a][ref[]\n\n[ref[]: /u", "[a][]\n\n[a]: /u", "[a](not a link)\n\n[a]: /u",
        "\\[a]\n\n[a]: /u",
        "*[a*]\n\n[a*]: /u", "[a!]: /u\n\n[a!]", "[]\n\n[]: /u", "[\n ]\n\n[\n ]: /u",
        "[a](#b)[c](?d=e#f)",
        "[a](b\n(c\nd))", "[link](/u 'a\n\nb')", "[a]()[b](<>)", "[a](<b>c 'd')",
    ),
    "code spans": (
        "`` a ` b ``", "` `` `", "`  ``  `", "` a`", "`\u00a0b\u00a0`", "`a  b \nc`", "`a\\`b`",
        "`<a href=\"`\">`",
        "```a``", "`a", "`a``b``", "` `\n`  `", "``\na \n``", "*a`*`",
    ),
    "autolinks": (
        "<made:a.b/c d>", "<https://a.b/c?d=\\[e>", "<//a.b>", "<localhost:1/a>", "<h:>",
        "<foo.bar>",
    ),
    "breaks": (
        "a  \n     b", "a\\\n     b", "*a  \nb*", "`a \\\nb`", "a\\", "### a\\", "a  ", "# a  ",
        "a \n b",
    ),
}  # fmt: skip

AS_CMARK: dict[str, str] = {
    "d  \n> [h]: /u\ne\\\nb *c*\n-\n-\n= =\n": (
        "<p>d</p><blockquote><p>e<br/>b<em>c</em></p></blockquote><ul><li></li><li></li></ul><p>==</p>"
    ),
    "> [h]:/u\n't\nt'\n[g]p\n[b]:\n[a]: /u\n": "<blockquote><p>[g]p[b]:[a]:/u</p></blockquote>",
    "   > ---\n    >    > > \n": (
        "<blockquote><hr/></blockquote><pre><code>&gt;&gt;&gt;</code></pre>"
    ),
    "- c\n> >    d\n    > > ": (
        "<ul><li>c</li></ul><blockquote><blockquote><p>d&gt;&gt;</p></blockquote></blockquote>"
    ),
    "---\n>>a\n    d\n    > \n# b\n>": (
        "<hr/><blockquote><blockquote><p>ad&gt;</p></blockquote></blockquote>"
        "<h1>b</h1><blockquote></blockquote>"
    ),
    "- c\n> - >>---\n    > ": (
        "<ul><li>c</li></ul><blockquote><ul><li><blockquote><blockquote><hr/></blockquote>"
        "</blockquote></li></ul></blockquote><pre><code>&gt;</code></pre>"
    ),
    "[r](s(t)u)<\n\n[q]: /r 's'\n*\n\n[q]: /r 's'\n[]": (
        '<p><ahref="s(t)u">r</a>&lt;</p><p>*</p><p>[]</p>'
    ),
}
"""Where markdown-it differs from the reference parser in C (cmark-gfm 0.29), what the latter says,
without white space: a definition is a paragraph's head and the paragraph goes on; four blanks
before a marker in a paragraph's next line make it text."""


def documents(section: str, rows: int = 40) -> Iterator[str]:
    """The oddities of a section, then ``rows`` documents glued by a seed."""
    yield from ODDITIES.get(section, ())
    for seed in range(rows):
        chance = random.Random(f"{section} {seed}")
        yield "".join(chance.choice(SECTIONS[section]) for _ in range(chance.randint(2, 9)))
