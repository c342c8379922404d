"""Numbers as people type them: taken as they are, or refused in words; never another number."""
# ruff: noqa: RUF001 - digits and signs of other scripts are what is tested

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidValueError
from app.domain.generation import MAX_SEED, Sampling
from app.domain.numbers import ENGLISH, Signs, read_number, write_number
from app.domain.options import check, read_typed
from app.domain.settings import SPECS, Settings

GERMAN = Signs(",", ".")
FRENCH = Signs(",", "\N{NARROW NO-BREAK SPACE}")
SWISS = Signs(".", "\N{RIGHT SINGLE QUOTATION MARK}")
ARABIC = Signs(
    "\N{ARABIC DECIMAL SEPARATOR}", "\N{ARABIC THOUSANDS SEPARATOR}", "\N{ARABIC-INDIC DIGIT ZERO}"
)
ALL = [ENGLISH, GERMAN, FRENCH, SWISS, ARABIC]


@pytest.mark.parametrize("signs", ALL)
@pytest.mark.parametrize("text", ["0.7", "0,7", "+0.7", " 0.7\u00a0", "7e-1", ".7", "٠٫٧", "۰٫۷"])
def test_seven_tenths_are_seven_tenths_everywhere(signs: Signs, text: str) -> None:
    assert read_number(text, signs) == Decimal("0.7")


@pytest.mark.parametrize("signs", ALL)
@pytest.mark.parametrize(
    "text",
    [
        "131072",
        "131\N{NARROW NO-BREAK SPACE}072",
        "131\N{NO-BREAK SPACE}072",
        "131 072",
        "131\N{RIGHT SINGLE QUOTATION MARK}072",
        "131'072",
        "١٣١٬٠٧٢",
        "131.072,0",
        "131,072.0",
        "1.31072e5",
    ],
)
def test_groups_of_digits_are_understood_everywhere(signs: Signs, text: str) -> None:
    assert read_number(text, signs) == 131_072


def test_the_locale_decides_what_a_point_before_three_digits_is() -> None:
    assert read_number("131.072", GERMAN) == 131_072
    assert read_number("131.072", ENGLISH) == Decimal("131.072")
    assert read_number("131,072", ENGLISH) == 131_072
    assert read_number("131,072", GERMAN) == Decimal("131.072")


@pytest.mark.parametrize(("text", "signs"), [("1.500", FRENCH), ("1,500", SWISS)])
def test_what_two_readers_take_for_two_numbers_is_refused_with_both(
    text: str, signs: Signs
) -> None:
    with pytest.raises(InvalidValueError, match="can be read as") as refused:
        read_number(text, signs)
    assert write_number(1.5, signs) in refused.value.what
    assert write_number(1500, signs) in refused.value.what


@pytest.mark.parametrize("signs", ALL)
@pytest.mark.parametrize(
    "text",
    [
        "", " ", ".", "-", "e5", "inf", "nan", "∞", "½", "²", "0x10", "1_000", "--5", "5-", "5 %",
        "1.2.3", "1,2,3", "40 96", "1 2", "1e", "1e+", "1e9999999999", "12 34", "0 700", "1..5",
        "4096tokens", "1/2", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(signs: Signs, text: str) -> None:
    with pytest.raises(InvalidValueError):
        read_number(text, signs)


@pytest.mark.parametrize("minus", ["-", "\N{MINUS SIGN}", "\u200e-", "\u061c-"])
def test_every_minus_is_a_minus(minus: str) -> None:
    assert read_number(f"{minus}5") == -5


@given(
    value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e20, max_value=1e20)
    | st.integers(-(10**18), 10**18),
    signs=st.sampled_from(ALL),
)
def test_what_is_written_is_read_back_as_the_same_number(value: float, signs: Signs) -> None:
    assert read_number(write_number(value, signs), signs) == Decimal(repr(value))


CONTEXT, HEAT, SEED = SPECS["context_size"], SPECS["temperature"], SPECS["seed"]


@given(text=st.text("0123456789.,-+eE '’\u202f٣۴", max_size=12), signs=st.sampled_from(ALL))
def test_a_setting_is_within_its_bounds_or_refused(text: str, signs: Signs) -> None:
    for spec in (CONTEXT, HEAT, SEED, SPECS["top_p"]):
        try:
            value = read_typed(spec, text, signs)
        except InvalidValueError:
            continue
        if value is None:
            assert not text.strip()
        else:
            assert check(spec, value) == value
            assert Decimal(repr(value)) == read_number(text, signs)


@pytest.mark.parametrize(
    ("text", "signs", "words"),
    [
        ("99999999", ENGLISH, "It must be between 256 and 131,072 tokens."),
        ("99999999", GERMAN, "It must be between 256 and 131.072 tokens."),
        ("3", ENGLISH, "It must be between 256 and 131,072 tokens."),
        ("-1", ENGLISH, "It must be between 256 and 131,072 tokens."),
        ("1000.5", ENGLISH, "It must be a whole number between 256 and 131,072 tokens."),
        ("9" * 400, ENGLISH, "It must be between 256 and 131,072 tokens."),
        ("1e999999999", ENGLISH, "It must be between 256 and 131,072 tokens."),
        ("many", ENGLISH, "“many” is not a number. It must be between 256 and 131,072 tokens."),
    ],
)
def test_a_refusal_says_what_is_possible(text: str, signs: Signs, words: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        read_typed(CONTEXT, text, signs)
    assert refused.value.what == words


def test_a_setting_takes_its_unit_an_exponent_and_nothing_for_none() -> None:
    assert read_typed(CONTEXT, "4096 tokens") == 4096
    assert read_typed(CONTEXT, "4,096\u00a0Tokens") == 4096
    assert read_typed(SPECS["zoom"], "150%") == 150
    assert read_typed(CONTEXT, "1e3") == 1000
    assert read_typed(CONTEXT, " ") is None
    assert read_typed(SEED, "4,294,967,294") == MAX_SEED
    assert str(read_typed(HEAT, "-0")) == "0.0"
    with pytest.raises(InvalidValueError):
        read_typed(SPECS["zoom"], "")
    with pytest.raises(InvalidValueError, match="more digits"):
        read_typed(HEAT, "0.70000000000000000001")


ODD = [10**400, -(10**400), 10**5000, float("nan"), float("inf"), True, "1", [1], {"a": [2]}, 1j]


@pytest.mark.parametrize("name", sorted(SPECS))
@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_no_setting_fails_over_an_odd_value_but_in_a_short_sentence(
    name: str, value: object
) -> None:
    spec = SPECS[name]
    if type(value) is spec.type and spec.type in {bool, str}:
        assert check(spec, value) == value
        return
    with pytest.raises(InvalidValueError) as refused:
        check(spec, value)
    assert len(refused.value.what) < 250
    assert spec.option.label in refused.value.what


def test_a_number_of_the_other_type_is_the_same_number() -> None:
    assert check(SPECS["zoom"], 150.0) == 150
    assert type(check(HEAT, 1)) is float
    with pytest.raises(InvalidValueError):
        Settings(zoom=150.5)  # type: ignore[arg-type]


def test_bounds_and_values_are_told_with_all_their_digits() -> None:
    with pytest.raises(InvalidValueError, match=r"Seed is 4,294,967,295; .* 4,294,967,294\."):
        check(SEED, MAX_SEED + 1)


@pytest.mark.parametrize("seed", [10**400, -1, MAX_SEED + 1])
def test_sampling_refuses_a_number_of_any_length(seed: int) -> None:
    with pytest.raises(InvalidValueError):
        Sampling(seed=seed)
