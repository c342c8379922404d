"""Small sums: what is asked, what is answered, and what lies beyond the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from .grammar import parse, tidy

LARGEST = 30  # of an operand to add or subtract
LARGEST_FACTOR = 10
LARGEST_STEP = 10  # of what is added to a result or taken from it
LARGEST_CHAINED = 50  # a result may be used again up to here

TOO_LARGE = (
    "That is too much for me: I add and subtract numbers up to 30 and know the times tables up "
    "to 10. Phi-4 can do more."
)

SIGNS: Mapping[str, str] = {"+": "+", "-": "-", "*": "×", "/": "÷"}

_ASK = (
    "[what is|what's|whats|how much is|calculate|compute|work out|can you calculate|tell me|"
    "how much makes|please calculate|can you tell me what is|do you know what is|solve|]"
)
_NOUN = (
    "[apples|books|coins|friends|euros|dollars|eggs|pens|stamps|cats|cards|stones|trees|"
    "cakes|letters|cups]"
)
_END = "[|||| =| equals| is| makes]"

# `a` and `b` stand for the operands; a template is one way to ask for one operation.
TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "+": (
        f"{_ASK} A [+|+|+|plus|and] B{_END}", "A+B[||=]", "A + B[|| =|=]", "A plus B{}",
        "[what is|calculate|compute|tell me|] the sum of A and B", "add [A and B|B to A|A to B]",
        "[can you|could you|please] add [A and B|A to B|A plus B]",
        "[increase|raise] A by B", "A more than B", "[what is|how much is] B more than A",
        f"[i have|i had|there are|she has|he has|tom has|we have] A {_NOUN} and [get|buy|find|"
        "receive|add] B more. how many [are there|is that|altogether|in total|now]",
        f"A {_NOUN} and B {_NOUN}[|, how many is that| together]",
        "what do [A and B|A plus B] [make|give|come to]",
    ),
    "-": (
        f"{_ASK} A [-|-|-|minus|less|take away] B{_END}", "A-B[||=]", "A - B[|| =|=]",
        "[what is|calculate|compute|tell me|] the difference [between|of] A and B",
        "subtract B from A", "[can you|could you|please] subtract B from A",
        "take B [away|] from A",
        "[decrease|reduce|lower] A by B", "[what is|how much is] B less than A",
        f"[i have|i had|there are|she has|he has|tom has|we have] A {_NOUN} and [lose|sell|"
        "give away|eat|spend|remove] B. how many [are left|remain|are there now|is that]",
        "what is left [of A after B|if i take B from A]",
    ),
    "*": (
        f"{_ASK} A [*|×|x|times|multiplied by|by] B{_END}", "A*B[||=]", "A * B[|| =|=]", "A×B",
        "AxB", "[what is|calculate|compute|tell me|] the product of A and B", "multiply A [by|with|"
        "and] B", "[can you|could you|please] multiply A by B",
        f"[there are|i have|we have] A boxes with B {_NOUN} each. how many {_NOUN} [are there|"
        "is that|in total]",
    ),
    "/": (
        f"{_ASK} A [/|÷|:|divided by|over] B{_END}", "A/B[||=]", "A / B[|| =|=]", "A÷B",
        "divide A by B", "[can you|could you|please] divide A by B",
        "[share|split] A [|apples |coins |cakes |euros ][among|between] B "
        "[people|friends|children]",
    ),
}  # fmt: skip

_PARSED = {
    sign: tuple(parse(t.replace("{}", _END), {}) for t in templates)
    for sign, templates in TEMPLATES.items()
}

_ONES = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split()
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """A number below 100 in English words."""
    if number < 20:
        return _ONES[number]
    tens = _TENS[number // 10 - 2]
    return tens if number % 10 == 0 else f"{tens}-{_ONES[number % 10]}"


@dataclass(frozen=True, slots=True)
class Sum:
    """One operation on two whole numbers."""

    left: int
    sign: str
    right: int

    @property
    def result(self) -> int:
        """The value; of an exact division, the quotient."""
        match self.sign:
            case "+":
                return self.left + self.right
            case "-":
                return self.left - self.right
            case "*":
                return self.left * self.right
            case _:
                raise ValueError(f"{self.sign} is beyond the demo")

    @property
    def answer(self) -> str:
        """What the demo says."""
        written = f"{self.left} {SIGNS[self.sign]} {self.right}"
        return f"{written} = {self.result}."

    @property
    def reason(self) -> str:
        """Why it is so."""
        match self.sign:
            case "+":
                return f"Because {self.left} and {self.right} together make {self.result}."
            case "-":
                return f"Because {self.result} and {self.right} together make {self.left}."
            case _:
                return f"Because {self.left} groups of {self.right} make {self.result}."

    def spoken(self, language: str) -> str:
        """The sum as a French or German sentence."""
        words = {
            "french": {"+": "plus", "-": "moins", "*": "fois", "=": "font"},
            "german": {"+": "plus", "-": "minus", "*": "mal", "=": "ist"},
        }[language]
        return f"{self.left} {words[self.sign]} {self.right} {words['=']} {self.result}."


def draw(random: Random) -> Sum:
    """A sum within the demo's reach: facts to be learned by heart, asked in many ways."""
    sign = random.choices("+-*", (42, 34, 24))[0]
    if sign == "*":
        return Sum(random.randint(0, LARGEST_FACTOR), sign, random.randint(0, LARGEST_FACTOR))
    left, right = random.randint(0, LARGEST), random.randint(0, LARGEST)
    if sign == "-" and left < right:
        left, right = right, left
    return Sum(left, sign, right)


def ask(asked: Sum, random: Random) -> str:
    """One way to ask for a sum."""
    if asked.sign == "+" and asked.left == asked.right and random.random() < 0.2:
        return f"{random.choice(('double', 'twice', 'what is twice'))} {asked.left}"
    words = asked.left < 100 and asked.right < 100 and random.random() < 0.12
    template = random.choice(_PARSED[asked.sign])
    text = tidy(template.draw(random))
    left, right = (in_words(n) if words else str(n) for n in (asked.left, asked.right))
    if words and ("AxB" in text or "A-B" in text):
        text = text.replace("AxB", "A times B").replace("A-B", "A minus B")
    return text.replace("A", left).replace("B", right)


def ask_too_large(random: Random) -> str:
    """A sum that the demo declines."""
    match random.randrange(6):
        case 0:
            asked = Sum(random.randint(100, 99999), "+", random.randint(1000, 99999))
        case 1:
            asked = Sum(random.randint(1000, 99999), random.choice("+-"), random.randint(1, 9999))
        case 2:
            asked = Sum(random.randint(13, 9999), "*", random.randint(13, 9999))
        case 3:
            asked = Sum(random.randint(2, 9999), "/", random.randint(2, 99))
        case 4:
            number = random.randint(13, 9999)
            return random.choice((
                f"what is the square root of {number}", f"{number} squared", f"sqrt({number})",
                f"{random.randint(2, 99)} to the power of {random.randint(3, 12)}",
                f"{random.randint(2, 99)}^{random.randint(3, 12)}", f"factorial of {number}",
                f"what is {random.randint(1, 99)} percent of {number}",
                f"is {number} a prime number",
                f"{random.randint(1, 99)}% of {number}", f"log of {number}",
            ))  # fmt: skip
        case _:
            left = f"{random.randint(0, 99)}.{random.randint(0, 99)}"
            right = f"{random.randint(0, 99)}.{random.randint(0, 9)}"
            sign = random.choice(("+", "-", "*", "/", "plus", "times", "minus"))
            return f"{random.choice(('', 'what is ', 'calculate '))}{left} {sign} {right}"
    return ask(asked, random)


def ask_more(before: int, random: Random) -> tuple[str, Sum]:
    """A follow-up that goes on from a result ("and 12 more?"), and the sum it means."""
    number = random.randint(1, LARGEST_STEP)
    # Taking more than there is, and multiplying large numbers, stay out of the chain.
    signs = "++-" if number <= before else "+"
    if before <= LARGEST_FACTOR:
        signs += "*"
    sign = random.choice(signs)
    asked = Sum(before, sign, number)
    match sign:
        case "+" if number == before:
            return random.choice(("and twice that", "double that", "twice that")), asked
        case "+":
            forms = (
                "and {n} more", "{n} more", "plus {n}", "and plus {n}", "add {n}", "and {n}",
                "now add {n}", "and if i add {n}", "add {n} to that", "plus another {n}",
                "another {n}", "and {n} on top", "and with {n} more", "that plus {n}",
                "and then {n} more", "increase that by {n}", "what if i add {n}", "+ {n}", "+{n}",
            )  # fmt: skip
        case "-":
            forms = (
                "minus {n}", "and minus {n}", "{n} less", "and {n} less", "take away {n}",
                "subtract {n}", "now subtract {n}", "and if i take away {n}", "that minus {n}",
                "take {n} from that", "and without {n}", "now take away {n}", "less {n}",
                "and then minus {n}", "reduce that by {n}", "what if i subtract {n}",
                "- {n}", "-{n}",
            )  # fmt: skip
        case _:
            forms = (
                "times {n}", "and times {n}", "that times {n}", "multiply that by {n}",
                "now multiply by {n}", "and multiplied by {n}", "{n} times that", "× {n}", "* {n}",
            )  # fmt: skip
    return random.choice(forms).format(n=number), asked
