"""Things to look at: code, tables, lists, formulas, quotes, and all of them at once."""

from __future__ import annotations

from ..topic import Topic, topic

_PYTHON = '''```python
def primes(limit: int) -> list[int]:
    """Return the primes below limit."""
    sieve = [True] * limit
    for n in range(2, int(limit**0.5) + 1):
        if sieve[n]:
            for multiple in range(n * n, limit, n):
                sieve[multiple] = False
    return [n for n in range(2, limit) if sieve[n]]


print(primes(50))
```'''

_TABLE = """| File | Size | Memory | Quality |
| --- | ---: | ---: | --- |
| Q3_K_S | 6.50 GB | 8 GB | fair |
| Q4_K_M | 9.05 GB | 11 GB | good |
| Q6_K | 12.03 GB | 14 GB | very good |
| Q8_0 | 15.58 GB | 18 GB | nearly exact |"""

_QUADRATIC = r"""$$
x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$"""

_QUOTE = """> Phial runs Phi-4 on this computer.
> Nothing you type leaves it."""

_TASKS = """- [x] Install Phial
- [x] Talk to the demo
- [ ] Download Phi-4
- [ ] Ask it something hard"""

TOPICS: tuple[Topic, ...] = (
    topic(
        "code_python",
        "<show> [some|a block of|a piece of|a bit of|] [code|python|python code|source code]",
        "<show> [a|an example of a|one] [code block|code example|python function|python script|"
        "python program|code sample|program|python example|function|script|code snippet|"
        "block of code|python code block]",
        "<show> [a program|a function|code|python code|a script|python] [that finds primes|"
        "that finds prime numbers|for prime numbers|to find primes|that prints primes|"
        "to compute primes|for primes]",
        "[can you|could you|do you|are you able to] [write|show|make|write some|write me] "
        "[code|python|a program|a function|a script|python code|programs]",
        "[what does|how does] [code|a code block|python code|a program] look [like|here|in phial]",
        "[code|python|code block|python code|some code|a program], [please|go|now]",
        "[code|python|program|code block|code example|python example|prime numbers in python]",
        full=f"Here is a small Python program that finds the prime numbers:\n\n{_PYTHON}",
        short="```python\nprint([n for n in range(2, 50) if all(n % d for d in range(2, n))])\n```",
        why="Because crossing out the multiples of each prime leaves only primes.",
        fr=f"Voici un petit programme Python :\n\n{_PYTHON}",
        de=f"Hier ist ein kleines Python-Programm:\n\n{_PYTHON}",
        ask_fr=("[montre-moi|écris|donne-moi] [du code|un programme]",),
        ask_de=("[zeig mir|schreib|gib mir] [code|ein programm|etwas code]",),
    ),
    topic(
        "code_hello",
        "<show> [a|the|] hello[,|] world [program|in python|example|script|]",
        "<show> [the simplest|a very small|a tiny|the shortest|a minimal|a very short] "
        "[program|python program|script|code]",
        "hello world [in python|program|python|code|script]",
        full='The classic first program:\n\n```python\nprint("Hello, world")\n```',
        short='```python\nprint("Hello, world")\n```',
        why="Because a first program should do one thing that can be seen.",
    ),
    topic(
        "code_fibonacci",
        "<show> [the|] fibonacci [numbers|sequence|function|program|code|] [in python|]",
        "<show> [a|some] [program|function|code|python function|script] [for|that computes|"
        "that prints|to compute] [the|] fibonacci [numbers|sequence|]",
        "fibonacci [in python|code|numbers|sequence|function|program]",
        full="The Fibonacci numbers, each the sum of the two before it:\n\n```python\n"
        "def fibonacci(count: int) -> list[int]:\n    numbers = [0, 1]\n"
        "    while len(numbers) < count:\n        numbers.append(numbers[-1] + numbers[-2])\n"
        "    return numbers[:count]\n\n\nprint(fibonacci(10))\n```",
        short="```python\na, b = 0, 1\nwhile a < 100:\n    print(a)\n    a, b = b, a + b\n```",
        why="Because each number is the sum of the two before it.",
    ),
    topic(
        "code_javascript",
        "<show> [some|a piece of|a bit of|a block of|] [javascript|js|javascript code|js code]",
        "<show> [a|an example of a] [javascript|js] [function|program|example|script|code block|"
        "snippet]",
        "[can you|could you] [write|show|write some|show me] [javascript|js|javascript code]",
        "[javascript|js] [code|example|program|function|please|]",
        full="A small JavaScript function:\n\n```javascript\nconst greet = (name) => {\n"
        "  const hour = new Date().getHours();\n"
        '  const part = hour < 12 ? "morning" : "day";\n'
        '  return `Good ${part}, ${name}`;\n};\n\nconsole.log(greet("Phial"));\n```',
        short='```javascript\nconsole.log("Hello");\n```',
        why="Because it shows how another language is highlighted.",
    ),
    topic(
        "code_shell",
        "<show> [some|a|a piece of|a bit of|] [shell|bash|terminal|shell script|bash script|"
        "command line] [code|commands|example|]",
        "[can you|could you] [write|show|show me] [bash|shell|a shell script|a bash script]",
        "[shell|bash] [code|example|script|commands|please|]",
        full="Phial from a shell:\n\n```bash\n# One answer, then a conversation.\n"
        'phial ask "What is Phial?"\nphial ask --json --seed 7 "17 + 25" > answer.json\n'
        "phial chat\n```",
        short='```bash\nphial ask "What is Phial?"\n```',
        why="Because the terminal is Phial's second face.",
    ),
    topic(
        "table",
        "<show> [a|one|an example of a|some kind of] [table|small table|markdown table|nice table|"
        "simple table|table with numbers|table of data|bigger table|little table]",
        "<show> [the quantizations|the files|the sizes|the model files|the phi-4 files] "
        "[as a table|in a table]",
        "<show> a table [of|with] [the files|the quantizations|files|sizes|quantizations|"
        "the sizes of phi-4|phi-4 files|numbers|something]",
        "[can you|could you|do you|are you able to] [make|draw|write|show|create] [a table|tables]",
        "[compare the quantizations|compare the files|compare the sizes]",
        "[table|a table|one table|markdown table] [please|now|]",
        "[what does|how does] a table look [like|here|in phial]",
        full=f"The files of Phi-4 compared:\n\n{_TABLE}",
        short="| File | Size |\n| --- | ---: |\n| Q4_K_M | 9.05 GB |\n| Q8_0 | 15.58 GB |",
        points="- Q3_K_S: 6.50 GB\n- Q4_K_M: 9.05 GB\n- Q6_K: 12.03 GB\n- Q8_0: 15.58 GB",
        why="Because a table is the clearest way to compare.",
        fr=f"Les fichiers de Phi-4 :\n\n{_TABLE}",
        de=f"Die Dateien von Phi-4 im Vergleich:\n\n{_TABLE}",
        ask_fr=("[montre-moi|fais|donne-moi] un tableau",),
        ask_de=("[zeig mir|mach|gib mir] eine tabelle",),
    ),
    topic(
        "list",
        "<show> [a|one|an example of a|some] [list|bullet list|bulleted list|short list|"
        "markdown list|simple list|unordered list|list of things|list with bullets|nested list]",
        "[can you|could you|do you|are you able to] [make|write|show|create] [a list|lists|"
        "a bullet list|bullet points]",
        "<show> [some|] bullet points",
        "[list|a list|bullet list|bullets|bullet points] [please|now|]",
        full="What Phial can show:\n\n- text\n  - **bold** and *italic*\n  - `code` and ~~struck~~"
        "\n- tables\n- code blocks\n- formulas",
        short="- text\n- tables\n- code",
        points="- text\n- tables\n- code\n- formulas",
        why="Because lists are easy to scan.",
        fr="Une liste :\n\n- texte\n- tableaux\n- code",
        de="Eine Liste:\n\n- Text\n- Tabellen\n- Code",
        ask_fr=("[montre-moi|fais|donne-moi] une liste",),
        ask_de=("[zeig mir|mach|gib mir] eine liste",),
    ),
    topic(
        "numbered",
        "<show> [a|one|an example of a] [numbered list|ordered list|list with numbers|"
        "list of steps|step by step list|enumeration]",
        "<show> [the|some|] [steps|first steps|numbered steps|instructions] [to start|]",
        "[numbered list|ordered list|steps|a numbered list|first steps] [please|now|]",
        full="First steps with Phial:\n\n1. Try this demo.\n2. Click the model chip.\n"
        "3. Download **Q4_K_M**.\n4. Ask Phi-4 something hard.",
        short="1. Try.\n2. Download.\n3. Ask.",
        why="Because these steps have an order.",
    ),
    topic(
        "tasks",
        "<show> [a|one|an example of a|my] [task list|todo list|to-do list|checklist|check list|"
        "list of tasks|to do list|list with checkboxes]",
        "[task list|todo list|checklist|to-do list|tasks|checkboxes] [please|now|]",
        "[can you|could you] [make|write|show|create] a [task list|todo list|checklist]",
        full=f"A task list:\n\n{_TASKS}",
        short="- [x] Install Phial\n- [ ] Download Phi-4",
        why="Because a ticked box feels good.",
    ),
    topic(
        "formula",
        "<show> [a|one|some|an example of a] [formula|formulas|latex|latex formula|equation|"
        "equations|math|maths|mathematics|mathematical formula|math formula|nice formula|"
        "latex equation]",
        "<show> [the|] [quadratic formula|abc formula|midnight formula|"
        "solution of a quadratic equation|quadratic equation]",
        "[what is|what's|tell me|explain] [the quadratic formula|the solution of a quadratic "
        "equation|the abc formula]",
        "how do i solve a quadratic equation",
        "[can you|could you|do you|are you able to] [write|show|render|display] [formulas|latex|"
        "a formula|math|maths|equations|mathematics]",
        "[formula|latex|quadratic formula|equation|a formula|math formula] [please|now|]",
        "[what does|how does] [a formula|latex|math] look [like|here|in phial]",
        full="The solutions of $ax^2 + bx + c = 0$ with $a \\neq 0$ are\n\n" + _QUADRATIC,
        short=_QUADRATIC,
        why="Because completing the square gives $\\left(x + \\frac{b}{2a}\\right)^2 = "
        "\\frac{b^2 - 4ac}{4a^2}$.",
        points="- equation: $ax^2 + bx + c = 0$\n- discriminant: $b^2 - 4ac$",
        fr="Les solutions de $ax^2 + bx + c = 0$ sont\n\n" + _QUADRATIC,
        de="Die Lösungen von $ax^2 + bx + c = 0$ sind\n\n" + _QUADRATIC,
        ask_fr=("[montre-moi|écris|donne-moi] une formule",),
        ask_de=("[zeig mir|schreib|gib mir] eine formel",),
    ),
    topic(
        "euler",
        "<show> [euler's|the euler|eulers] [formula|identity|equation]",
        "[what is|what's|tell me|explain] [euler's|the euler|eulers] [formula|identity|equation]",
        "<show> [another|a different|one more|a second|a beautiful|the most beautiful] "
        "[formula|equation]",
        full="Euler's formula joins powers and circles:\n\n$$\ne^{i\\varphi} = \\cos\\varphi + "
        "i\\sin\\varphi\n$$\n\nWith $\\varphi = \\pi$ it says $e^{i\\pi} + 1 = 0$.",
        short="$e^{i\\pi} + 1 = 0$",
        why="Because the power series of $e^{ix}$ splits into those of cosine and sine.",
    ),
    topic(
        "pythagoras",
        "<show> [the|] [pythagorean theorem|theorem of pythagoras|pythagoras|pythagoras' theorem|"
        "pythagoras theorem]",
        "[what is|what's|tell me|explain|what does] [the|] [pythagorean theorem|"
        "theorem of pythagoras|pythagoras theorem|pythagoras say]",
        full="In a right triangle with legs $a$ and $b$ and hypotenuse $c$:\n\n$$\na^2 + b^2 = c^2"
        "\n$$\n\nSo legs 3 and 4 give $c = \\sqrt{9 + 16} = 5$.",
        short="$a^2 + b^2 = c^2$",
        why="Because the squares over the legs fill the square over the hypotenuse.",
    ),
    topic(
        "matrix",
        "<show> [a|one|some|an example of a] [matrix|latex matrix|matrix product|matrices|"
        "rotation matrix|2x2 matrix|matrix multiplication]",
        "[matrix|matrices|rotation matrix|a matrix|latex matrix] [please|now|]",
        full="A rotation by the angle $\\theta$:\n\n$$\n\\begin{pmatrix} x' \\\\ y' \\end{pmatrix} "
        "=\n\\begin{pmatrix} \\cos\\theta & -\\sin\\theta \\\\ \\sin\\theta & \\cos\\theta "
        "\\end{pmatrix}\n\\begin{pmatrix} x \\\\ y \\end{pmatrix}\n$$",
        short="$\\begin{pmatrix} 1 & 0 \\\\ 0 & 1 \\end{pmatrix}$",
        why="Because its columns are the turned axes.",
    ),
    topic(
        "derivation",
        "<show> [a|one|some|an example of a] [derivation|proof|aligned derivation|"
        "aligned equation|calculation in steps|mathematical proof|small proof|aligned formula]",
        "<show> [how to derive|the derivation of|the proof of|a derivation of|a proof of] "
        "[the quadratic formula|the binomial formula|a formula|something|the binomial theorem]",
        "[derivation|proof|aligned equations|binomial formula|a proof] [please|now|]",
        full="The binomial formula, step by step:\n\n$$\n\\begin{aligned}\n(a + b)^2 &= (a + b)"
        "(a + b) \\\\\n&= a^2 + ab + ba + b^2 \\\\\n&= a^2 + 2ab + b^2\n\\end{aligned}\n$$",
        short="$(a + b)^2 = a^2 + 2ab + b^2$",
        why="Because each term of the first bracket meets each term of the second.",
    ),
    topic(
        "integral",
        "<show> [an|one|some|an example of an|a] [integral|integrals|sum and integral|"
        "infinite sum|series|limit|gaussian integral|sum formula]",
        "[integral|gaussian integral|infinite sum|series|an integral] [please|now|]",
        full="The Gaussian integral and the sum over inverse squares:\n\n$$\n\\int_{-\\infty}"
        "^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi}\n$$\n\n$$\n\\sum_{n=1}^{\\infty} "
        "\\frac{1}{n^2} = \\frac{\\pi^2}{6}\n$$",
        short="$\\int_0^1 x^2 \\, dx = \\frac{1}{3}$",
        why="Because squaring it gives an integral over the plane, easy in polar coordinates.",
    ),
    topic(
        "quote",
        "<show> [a|one|some|an example of a] [quote|quotation|block quote|blockquote|citation|"
        "markdown quote|nice quote|famous quote]",
        "[quote|blockquote|a quote|quotation] [please|now|]",
        "[can you|could you] [quote something|show a quote|write a quote|quote someone]",
        full=f"A quote:\n\n{_QUOTE}",
        short="> Nothing you type leaves it.",
        why="Because it is the promise of this program.",
    ),
    topic(
        "emphasis",
        "<show> [some|] [formatted text|formatting|markdown|bold text|italic text|text formatting|"
        "markdown text|headings|a heading|bold and italic text|a link|links]",
        "[can you|could you|do you] [write|show|use|format] [bold text|markdown|in bold|"
        "italic text|headings|text]",
        "[markdown|bold|italic|formatting|heading|headings] [please|now|example|]",
        full="### A heading\n\nText can be **bold**, *italic*, ~~struck out~~ or `code`, and "
        "carry a [link](https://huggingface.co/microsoft/phi-4).",
        short="**bold**, *italic*, ~~struck~~, `code`",
        points="- **bold**\n- *italic*\n- ~~struck~~\n- `code`",
        why="Because models write Markdown.",
    ),
    topic(
        "everything",
        "<show> [everything|all|it all|everything you can|all of it|everything at once|"
        "all you can|the works|everything you have|all the things|all formats|everything you know]",
        "[show|show me|demonstrate|test] [every kind of block|all the blocks|all kinds of text|"
        "everything phial can show|all rendering|every feature|all features|the rendering|"
        "all your tricks|a full demo|a demo|the demo|a long answer]",
        "[everything|a full demo|full demo|demo|long answer|demonstration] [please|now|]",
        full="## Everything at once\n\nText may be **bold**, *italic*, `code` or ~~struck~~.\n\n"
        f"{_QUOTE}\n\n### A list\n\n1. First\n2. Second\n   - with a point inside\n\n{_TASKS}\n\n"
        f"### A table\n\n{_TABLE}\n\n### Code\n\n```python\ndef area(radius: float) -> float:\n"
        '    """Area of a circle."""\n    return 3.14159 * radius**2\n```\n\n'
        f"### Formulas\n\nInline, $e^{{i\\pi}} + 1 = 0$, and displayed:\n\n{_QUADRATIC}\n\n"
        "---\n\nThat was everything. Phi-4 can do the same with your own subjects.",
        short="**Bold**, `code`, $x^2$, and:\n\n> a quote",
        why="Because you can see here whether all of it looks right.",
    ),
)
