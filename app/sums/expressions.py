"""What an expression of numbers, signs and units comes to, by one way of reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.sums.lexer import Kind, Token, TokenCursor, vulgar
from app.sums.numerals import Numeral, read_numeral
from app.sums.quantities import (
    Quantity,
    UnreadableError,
    added,
    combined,
    half_a_digit,
    row_with_dots,
    with_noughts,
)
from app.sums.readings import Interpretation
from app.sums.units import (
    CURRENCIES,
    DEGREES,
    MULTIPLIERS,
    NO_UNITS,
    NOUGHTS,
    Unit,
    binary_unit,
    divided,
    unit_of,
)
from app.sums.values import (
    CIRCULAR,
    PI,
    ROUGH_PI,
    E,
    NotComputableError,
    Value,
    around,
    circular,
    exactly,
    whole,
)

MOST_TOKENS = 400
_DEEPEST = 60
_LOGARITHMIC = {"dB", "dBA", "dBm", "dBi", "dBV"}  # not shown; 60 and 60 of them are 63


def evaluate(tokens: Sequence[Token], reading: Interpretation) -> Quantity:
    """The value of an expression.

    Raises:
        UnreadableError: It is none.
        NotComputableError: It has no value, or one too large.
    """
    if not tokens or len(tokens) > MOST_TOKENS:
        raise UnreadableError
    reader = _Reader(tokens, reading)
    found = reader.sum(0)
    if not reader.ended:
        raise UnreadableError
    return found


class _Reader(TokenCursor):
    """Recursive descent over tokens."""

    def __init__(self, tokens: Sequence[Token], reading: Interpretation) -> None:
        super().__init__(tokens)
        self._reading = reading

    def _next(self) -> Token:
        token = self._peek()
        if token is None:
            raise UnreadableError
        self._at += 1
        return token

    def sum(self, depth: int) -> Quantity:
        """Terms with plus and minus."""
        if depth > _DEEPEST:
            raise UnreadableError
        total = self._product(depth)
        terms = [total]
        while sign := self._operator("+", "-"):
            if self._operator("…"):
                return self._row(terms, "+", depth)
            term = self._product(depth)
            total = added(total, term, sign, percent_of=self._reading.percent_of_sum)
            terms.append(term if sign == "+" else replace(term, value=-term.value))
        return total

    def _row(self, before: Sequence[Quantity], sign: str, depth: int) -> Quantity:
        """The sum or the product of a row, behind the dots in it: 1 + 2 + … + 10."""
        after: list[Quantity] = []
        while self._operator(sign):
            after.append(self._product(depth) if sign == "+" else self._signed(depth))
        return row_with_dots(before, after, sign, self._reading.progression)

    def _product(self, depth: int) -> Quantity:
        result = self._signed(depth)
        factors = [result]
        while True:
            token = self._peek()
            if token is None:
                return result
            if token.kind is Kind.OPERATOR and token.text in {"*", "/", ":", "mod", "%"}:
                if token.text == ":" and not self._spaced(token):
                    raise UnreadableError
                self._at += 1
                if token.text == "*" and self._operator("…"):
                    return self._row(factors, "*", depth)
                factor = self._signed(depth)
                factors.append(factor)
                while token.text == "/" and self._reading.joined_first and self._is_joined():
                    factor = combined(factor, self._power(depth), "*")
                result = combined(result, factor, token.text)
            elif self._is_joined():
                before = result
                factor = self._power(depth)
                if token.fraction and self._reading.mixed_numbers and before.literal is not None:
                    result = added(before, factor, "+", percent_of=False)
                else:
                    result = combined(before, factor, "*")
            else:
                return result

    def _is_joined(self) -> bool:
        """Whether what comes next multiplies what stands before it, without a sign."""
        token = self._peek()
        if token is not None and token.kind is Kind.NUMBER:
            before = self._tokens[self._at - 1]
            return before.text == "!" and before.end == token.start  # 2!3!
        return token is not None and (
            token.kind in {Kind.OPEN, Kind.FUNCTION, Kind.CONSTANT} or self._is_symbol(token)
        )

    def _spaced(self, token: Token) -> bool:
        before, after = self._tokens[self._at - 1], self._peek(1)
        return after is not None and before.end < token.start and token.end < after.start

    def _signed(self, depth: int) -> Quantity:
        if depth > _DEEPEST:
            raise UnreadableError
        if sign := self._operator("-", "+"):
            if sign == "-" and self._reading.minus_first:
                base = self._measured(depth + 1)
                base = replace(base, value=-base.value, literal=None)
                return self._raised(base, depth + 1) or base
            inner = self._signed(depth + 1)
            if sign == "+":
                return inner
            literal = inner.literal and replace(inner.literal, value=-inner.literal.value)
            return replace(inner, value=-inner.value, literal=literal)
        return self._power(depth)

    def _power(self, depth: int) -> Quantity:
        base = self._measured(depth)
        if self._operator("choose"):
            below = self._measured(depth)
            value = base.value.choose(below.value)
            return Quantity(value, operations=base.operations + below.operations + 1)
        raised = self._raised(base, depth)
        while raised is not None:
            base = raised
            raised = self._raised(base, depth) if self._reading.powers_from_left else None
        return base

    def _raised(self, base: Quantity, depth: int) -> Quantity | None:
        """To the power behind it; None where none stands there."""
        token = self._peek()
        if token is None or token.kind is not Kind.OPERATOR or token.text[0] not in "^*":
            return None
        if token.text == "*":
            return None
        self._at += 1
        if token.text[1:].lstrip("-").isdigit():
            exponent = Quantity(whole(int(token.text[1:6])))
        else:
            exponent = self._exponent(depth + 1)
        if base.unit is not None or exponent.unit is not None:
            raise UnreadableError
        if self._reading.caret_is_xor and token.text == "^":
            value = _exclusive_or(base.value, exponent.value)
        else:
            value = base.value**exponent.value
        return self._measure(Quantity(value, operations=base.operations + 1))

    def _exponent(self, depth: int) -> Quantity:
        if not self._reading.powers_from_left:
            return self._signed(depth)
        sign = self._operator("-", "+")
        found = self._measured(depth)
        return replace(found, value=-found.value) if sign == "-" else found

    def _measured(self, depth: int) -> Quantity:
        """A number, a group or a root, with what stands behind it: !, %, a unit."""
        token = self._peek()
        if token is not None and token.kind is Kind.WORD and token.text in CURRENCIES:
            self._at += 1
            amount = self._thousands(self._primary(depth))
            return self._rated(replace(amount, unit=unit_of(token.text)))
        found = self._primary(depth)
        while True:
            token = self._peek()
            if token is None or token.kind is not Kind.OPERATOR or token.text not in {"!", "%"}:
                break
            if token.text == "%" and self._reading.percent_is_modulo and self._is_operand(1):
                break
            if token.text == "!" and not self._reading.mark_is_factorial and not self._peek(1):
                self._at += 1
                break
            self._at += 1
            if token.text == "!":
                found = Quantity(found.value.factorial(), operations=found.operations + 1)
            else:
                share = found.value * exactly(Fraction(1, 100))
                found = replace(found, value=share, percent=True)
        return self._measure(found)

    def _is_operand(self, ahead: int) -> bool:
        token = self._peek(ahead)
        return token is not None and token.kind in {Kind.NUMBER, Kind.OPEN}

    def _measure(self, found: Quantity) -> Quantity:
        """With the unit behind it, where there is one."""
        token = self._peek()
        if found.unit is None and token is not None and token.text == "°" and not self._is_scale():
            self._at += 1
            return replace(found, unit=DEGREES)
        if token is None or token.kind is not Kind.WORD or found.unit is not None:
            return found
        if token.text.lower() in NO_UNITS:
            return found
        if factor := MULTIPLIERS.get(token.text):
            self._at += 1
            return self._measure(with_noughts(found, factor))
        if token.text in _LOGARITHMIC:
            raise NotComputableError
        unit = self._unit(token.text)
        if unit is None and len(token.text) > 1 and not self._is_symbol(token):
            unit = Unit(f" {token.text.lower()}")
        if unit is None:
            return found
        self._at += 1
        if self._is_rate():
            return self._rated(replace(found, unit=unit))
        if power := self._unit_power():
            unit = replace(unit, factor=unit.factor**power, power=power)
        return replace(found, unit=unit)

    def _is_scale(self) -> bool:
        """Whether a letter behind a sign of degrees makes a temperature of it."""
        letter = self._peek(1)
        return letter is not None and letter.text in {"C", "F", "K"}

    def _thousands(self, amount: Quantity) -> Quantity:
        """An amount of money with what stands for noughts behind it: $120k, $3 million."""
        token = self._peek()
        if token is None or token.kind is not Kind.WORD:
            return amount
        close = self._tokens[self._at - 1].end == token.start
        factor = (NOUGHTS.get(token.text) if close else None) or MULTIPLIERS.get(token.text)
        if factor is None:
            return amount
        self._at += 1
        return with_noughts(amount, factor)

    def _unit_power(self) -> int:
        """Go on behind the power of a unit: m², m^2, m^{2}; 0 where there is none."""
        ahead = [token.text for token in self._tokens[self._at : self._at + 4]]
        for power in "23":
            for written in ([f"^{power}"], ["^", power], ["^", "(", power, ")"]):
                if ahead[: len(written)] == written:
                    self._at += len(written)
                    return int(power)
        return 0

    def _unit(self, word: str) -> Unit | None:
        unit = unit_of(word)
        binary = unit is not None and self._reading.binary_units
        return binary_unit(unit, word) if binary and unit is not None else unit

    def _is_rate(self) -> bool:
        """Whether a slash and a word stand right behind a unit: km/h, €/kg."""
        slash, below = self._peek(), self._peek(1)
        if slash is None or below is None or slash.text != "/" or below.kind is not Kind.WORD:
            return False
        return self._tokens[self._at - 1].end == slash.start and slash.end == below.start

    def _rated(self, found: Quantity) -> Quantity:
        """With the unit behind its slash, where one stands there.

        Raises:
            NotComputableError: More than one slash or another power stands there.

        What is measured is not known in MB/s² and requests/s: such a number is a unit by itself.
        """
        if found.unit is None or not self._is_rate():
            return found
        below = self._peek(1)
        other = self._unit(below.text) if below is not None else None
        unit = divided(found.unit, other) if other is not None else None
        above = self._tokens[self._at - 1].text
        self._at += 2
        power = self._unit_power()
        after = self._peek()
        if below is None or (after is not None and after.text[0] in "^/"):
            raise NotComputableError
        if unit is None or power:
            unit = Unit(f" {above}/{below.text}{power or ''}")
        return replace(found, unit=unit)

    def _is_symbol(self, token: Token) -> bool:
        return token.kind is Kind.WORD and token.text in self._reading.symbols

    def _primary(self, depth: int) -> Quantity:
        if depth > _DEEPEST:
            raise UnreadableError
        token = self._next()
        if token.kind is Kind.NUMBER:
            return self._number(token)
        if token.kind is Kind.OPEN:
            inner = self.sum(depth + 1)
            if self._next().kind is not Kind.CLOSE:
                raise UnreadableError
            return replace(inner, literal=None)
        if token.kind is Kind.CONSTANT:
            circle = ROUGH_PI if self._reading.rough_pi else PI
            return Quantity(circle if token.text == "pi" else E, operations=1)
        if token.kind is Kind.FUNCTION:
            return self._function(token.text, depth)
        if self._is_symbol(token):
            return Quantity(exactly(self._reading.symbols[token.text]), operations=1)
        raise UnreadableError

    def _number(self, token: Token) -> Quantity:
        if token.fraction:
            value = exactly(Fraction(*vulgar(token.text)))
            return Quantity(value, operations=1)
        numeral = read_numeral(token.text, self._reading.convention)
        if numeral is None:
            raise UnreadableError
        following = self._peek()
        if following is not None and following.kind is Kind.NUMBER:
            return self._mixed(numeral, following)
        if token.text in self._reading.rounded:
            value = around(numeral.value, half_a_digit(numeral))
            return Quantity(value, literal=numeral)
        return Quantity(exactly(numeral.value), literal=numeral)

    def _mixed(self, before: Numeral, following: Token) -> Quantity:
        """A whole number before a fraction: 1½, 1 1/2."""
        if before.value.denominator != 1 or not self._reading.mixed_numbers:
            raise UnreadableError
        if following.fraction:
            self._at += 1
            return Quantity(exactly(before.value + Fraction(*vulgar(following.text))), operations=1)
        slash, below = self._peek(1), self._peek(2)
        if slash is None or below is None or slash.text != "/" or below.kind is not Kind.NUMBER:
            raise UnreadableError
        parts = [read_numeral(one.text, self._reading.convention) for one in (following, below)]
        if None in parts or parts[1] is None or parts[0] is None or not parts[1].value:
            raise UnreadableError
        self._at += 3
        return Quantity(exactly(before.value + parts[0].value / parts[1].value), operations=1)

    def _circular(self, name: str, depth: int) -> Quantity:
        """A sine, cosine or tangent, which may be raised before its angle: sin²(30°)."""
        power = 1
        token = self._peek()
        if token is not None and token.text[0] == "^":
            self._at += 1
            exponent = token.text[1:] or self._next().text
            if not exponent.isdigit() or len(exponent) > 2:
                raise UnreadableError  # sin^-1 is another function
            power = int(exponent)
        pi = any(one.kind is Kind.CONSTANT for one in self._tokens[self._at : self._at + 8])
        bare = self._peek()
        grouped = bare is not None and bare.kind is Kind.OPEN
        if grouped:
            self._at += 1
        angle = self.sum(depth + 1) if grouped else self._primary(depth + 1)
        degrees = self._is_degree() or angle.unit == DEGREES
        angle = replace(angle, unit=None) if degrees else angle
        if grouped and self._next().kind is not Kind.CLOSE:
            raise UnreadableError
        degrees = self._is_degree() or degrees
        after = self._peek()
        goes_on = after is not None and not degrees and after.text[0] in "*/^!:"
        if angle.unit is not None or (not grouped and (goes_on or self._is_joined())):
            raise UnreadableError  # sin π/6 is a sixth of 0, or the sine of a sixth
        turned = degrees or (self._reading.bare_degrees and not pi)
        value = circular(name, angle.value, degrees=turned) ** whole(power)
        return Quantity(value, operations=angle.operations + 1)

    def _is_degree(self) -> bool:
        """Go on behind a sign of degrees; whether there is one."""
        token = self._peek()
        found = token is not None and token.text == "°"
        self._at += found
        return found

    def _function(self, name: str, depth: int) -> Quantity:
        if name in CIRCULAR:
            return self._circular(name, depth)
        degree = 3 if name == "cbrt" else 2
        base = whole(10)
        if name == "log of base":
            base = self._primary(depth + 1).value
        elif name[3:].isdigit():
            base = whole(int(name[3:]))
        if name == "root":
            degree = self._primary(depth + 1).value.whole()
            if not 2 <= degree <= 20:
                raise UnreadableError
        bare = self._peek()
        argument = self._primary(depth + 1)
        after = self._peek()
        goes_on = after is not None and after.kind is Kind.OPERATOR and after.text[0] in "*/^!"
        if argument.unit is not None or (
            goes_on and name.startswith("l") and bare is not None and bare.kind is not Kind.OPEN
        ):
            raise UnreadableError  # ln 1/8 is ln(1)/8, or ln(1/8)
        value = argument.value
        if name in {"sqrt", "root", "cbrt"}:
            value = value.root(degree)
        elif name == "abs":
            value = value.absolute()
        elif name == "log of base" or name[3:].isdigit():
            value = value.logarithm(base)
        elif name == "ln" or self._reading.log_is_natural:
            value = value.natural_logarithm()
        else:
            value = value.decimal_logarithm()
        return Quantity(value, operations=argument.operations + 1)


def _exclusive_or(base: Value, exponent: Value) -> Value:
    """A caret as in program code.

    Raises:
        UnreadableError: A number is not whole, so that it is a power.
    """
    try:
        return whole(base.whole() ^ exponent.whole())
    except NotComputableError as error:
        raise UnreadableError from error
