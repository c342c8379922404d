"""Owns code in many languages that leaves strings, comments and blocks open over lines."""

from __future__ import annotations

CODE: dict[str, str] = {
    "python": (
        "def f(x):\n"
        '    """Doc\n'
        '    "q" here\n'
        '    """\n'
        "    return f\"{x!r:>{w}}\" + '''a\n"
        "  b'''\n"
        "\n"
        "class A(B):\n"
        "    @property\n"
        "    def y(self) -> int: ...\n"
    ),
    "yaml": (
        "a: 1\n"
        "b: |\n"
        "  text: not key\n"
        "  # not comment\n"
        "  - x\n"
        "c: >-\n"
        "  folded 'text\n"
        "  more\n"
        "list:\n"
        '  - d: "x\n'
        '    y"\n'
        "  - {e: f}\n"
        "# c\n"
    ),
    "tex": (
        "\\begin{verbatim}\n"
        "$x$ \\a %\n"
        "\\end{verbatim}\n"
        "\\begin{align}\n"
        "a &= b \\\\\n"
        "% c\n"
        "c &= d\n"
        "\\end{align}\n"
        "$$\n"
        "x^2\n"
        "$$\n"
        "text $a\n"
        "+ b$ more\n"
    ),
    "go": ('s := `raw\nfunc "x\nif`\nfunc f() int {\n/* a\nb */ return 1 // c\n}\n'),
    "sql": ("SELECT 'it''s\nmulti line' AS x, \"q\nr\" FROM t /* c\nd */ WHERE a = 1; -- e\n"),
    "csharp": (
        'var s = @"raw\n'
        'line ""q"" if";\n'
        'var t = $@"x {y}\n'
        'z";\n'
        'var u = """\n'
        "raw if\n"
        '""";\n'
        "/* c\n"
        " d */ int x = 1;\n"
    ),
    "javascript": (
        "const a = `x ${y + `n`}\nif z`;\n/* c\n d */\nfunction f() { return /re\\/x/g; }\n"
    ),
    "typescript": ("const a: string = `x ${y}\nif z`;\ninterface A { b: number }\n"),
    "rust": (
        'let s = "multi\n'
        'line if";\n'
        'let r = r#"raw "q"\n'
        'fn"#;\n'
        "/* a /* nested */\n"
        " b */ fn main() {}\n"
    ),
    "bash": (
        "cat <<EOF\nif then $x\nEOF\necho \"multi\nline $x if\"\n'a\nb'\nfor i in 1; do :; done\n"
    ),
    "ruby": ('x = <<~EOS\n  if #{y}\nEOS\n=begin\ncomment def\n=end\ndef f; end\ns = "a\nb"\n'),
    "php": ('<?php\n$s = "a\n$b if";\n$h = <<<EOT\nif $x\nEOT;\n/* a\n b */\n?>\n<b>x</b>\n'),
    "html": (
        "<style>\n"
        "p { color: red }\n"
        "</style>\n"
        "<script>\n"
        "/* a\n"
        " b */ let x = `y\n"
        "z`;\n"
        "</script>\n"
        "<!-- a\n"
        " b -->\n"
        "<div\n"
        '  class="a\n'
        ' b">x</div>\n'
    ),
    "css": ("/* a\n b */\n@media print {\n  p {\n    margin: 0;\n  }\n}\n"),
    "c": (
        "#define X(a) \\\n"
        "  (a + 1)\n"
        "/* a\n"
        " * b */\n"
        "int main(void) { return 0; }\n"
        'char *s = "a\\\n'
        'b";\n'
    ),
    "cpp": ('auto s = R"(raw\nif)";\ntemplate <typename T>\nclass A : public B {\n};\n'),
    "java": ('String s = """\n  if "x"\n  """;\n/** doc\n * @x */\nclass A {}\n'),
    "kotlin": ('val s = """\n  if $x\n"""\nfun f() = 1\n'),
    "swift": ('let s = """\n  if \\(x)\n  """\nfunc f() {}\n'),
    "lua": ("--[[ a\nb ]]\nlocal s = [[raw\nif]]\nfunction f() end\n"),
    "haskell": ('{- a {- n -}\n b -}\nmain :: IO ()\nmain = putStrLn "x"\n'),
    "json": ('{\n  "a": [1, true, null],\n  "b": "x\\"y"\n}\n'),
    "xml": ('<?xml version="1.0"?>\n<!-- a\n b -->\n<a b="c\n d"><![CDATA[ <x>\n if ]]></a>\n'),
    "markdown": ("# H\n\n```python\nif x:\n    pass\n```\n\n- *a*\n"),
    "diff": ("--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n"),
    "toml": ("[a]\nb = \"\"\"\nx = 1\n\"\"\"\nc = '''\n# n\n'''\n"),
    "perl": ("my $s = q{a\nif};\n=pod\n\ntext if\n\n=cut\nprint <<EOF;\nif\nEOF\nsub f {}\n"),
    "r": ('x <- "a\nif"\nf <- function(y) y + 1 # c\n'),
    "matlab": ("%{\nif end\n%}\nx = 'a'; % c\n"),
    "dockerfile": ('FROM a\nRUN b && \\\n    c "d\n e"\n'),
    "powershell": ('$s = @"\nif $x\n"@\n<# a\n b #>\nfunction F {}\n'),
    "console": ('$ ls\na b\n$ echo "x\ny"\n'),
    "pycon": (">>> def f():\n...     return '''a\n... b'''\n>>> 1\n1\n"),
    "scala": ('val s = """a\nif"""\n/* a /* n */ b */\nobject A\n'),
    "elixir": ('s = """\nif\n"""\ndef f do\nend\n'),
    "ini": ("[a]\nb = c\n; d\n"),
    "makefile": ("a: b\n\tc \\\n\t  d\nX = $(y)\n"),
    "nginx": ("server {\n  listen 80;\n}\n"),
    "dart": ("var s = '''\nif $x\n''';\n/* a\n b */ void f() {}\n"),
    "julia": ('s = """\nif $x\n"""\n#= a\n b =#\nf(x) = x\n'),
}
