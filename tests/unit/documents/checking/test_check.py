"""A cited sentence is held against its passages: what stands there, what differs, where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.checking.check import AnswerChecker
from app.documents.checking.claims import ClaimKind
from app.documents.checking.verdicts import CheckedSentence, Verdict
from tests.support import cited_by_hand as by_hand
from tests.support.cited_answers import misplaced, planted

PASSAGE = (
    "The Aldermoor Bridge was opened on 3 May 1962. Its con-\n"
    "struction cost 1,250,000 euros and took four years.\n"
    "The engineer, Dr Ines Halvorsen, wrote: “No ofﬁce has ever built\n"
    "faster \u2013 or slower.” The bridge is not open to lorries."
)
OTHER = "A ferry crosses at Brill Point. It carries 40 cars."


def check(answer: str, **passages: str) -> CheckedSentence:
    (found,) = AnswerChecker({1: PASSAGE, 2: OTHER}).finish(answer)
    return found


def missing(answer: str) -> list[tuple[ClaimKind, str]]:
    return [(one.kind, one.text) for one in check(answer).missing]


@pytest.mark.parametrize(
    "sentence",
    [
        "The Aldermoor Bridge opened in May 1962 [1].",
        "It was opened on 1962-05-03 [1].",
        "It was opened on 03.05.1962. [1]",
        "On May 3rd, 1962 the bridge at Aldermoor was opened [1].",
        "The bridge cost 1.25 million euros [1].",
        "It cost 1 250 000 € to build, over 4 years [1].",
        "Halvorsen was its engineer [1].",
        "Lorries may not use the bridge [1].",
        "The ferry at Brill Point takes forty cars [2].",
        "- The bridge cost **1,250,000** euros [1].",
    ],
)
def test_what_stands_there_in_other_words_or_forms_is_supported(sentence: str) -> None:
    found = check(sentence)
    assert (found.verdict, found.missing) == (Verdict.SUPPORTED, ())


@pytest.mark.parametrize(
    "sentence",
    [
        "She wrote that “no office has ever built faster - or slower” [1].",
        "Its construction cost 1,250,000 euros and took four years [1].",
        "„No office has ever … slower“, as she put it [1].",
        'According to her, "no office has ever built faster" [1].',
    ],
)
def test_quotations_are_found_across_lines_hyphens_ligatures_and_kinds_of_signs(
    sentence: str,
) -> None:
    found = check(sentence)
    assert found.verdict is Verdict.QUOTED
    assert found.place is not None
    assert found.place.exact


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It was opened on 4 May 1962 [1].", (ClaimKind.DATE, "4 May 1962")),
        ("It cost 1,350,000 euros and took four years [1].", (ClaimKind.NUMBER, "1,350,000")),
        ("It cost 1,250,000 euros and took five years [1].", (ClaimKind.NUMBER, "five")),
        ("Ines Halvorson was its engineer [1].", (ClaimKind.NAME, "Halvorson")),
        (
            "She wrote that “no office has ever built cheaper” [1].",
            (ClaimKind.QUOTATION, "no office has ever built cheaper"),
        ),
        ("The bridge is open to lorries [1].", (ClaimKind.NEGATION, "not")),
    ],
)
def test_what_differs_is_named(sentence: str, expected: tuple[ClaimKind, str]) -> None:
    found = check(sentence)
    assert found.verdict is Verdict.DIFFERS
    assert [(one.kind, one.text) for one in found.missing] == [expected]


def test_a_name_at_the_beginning_of_a_sentence_is_a_name_and_other_words_are_none() -> None:
    assert missing("Aldermoor has a bridge [1].") == []
    assert missing("Construction took four years [1].") == []
    assert missing("Rotterdam has a bridge that cost 1,250,000 euros [1].") == [
        (ClaimKind.NAME, "Rotterdam")
    ]


def test_names_that_changed_places_are_told_apart_from_all_else() -> None:
    passages = {1: "Anna Keller sold the mill to Boris Wendt in 1990."}
    (found,) = AnswerChecker(passages).finish(
        "Boris Wendt sold the mill to Anna Keller in 1990 [1]."
    )
    assert found.verdict is Verdict.REORDERED
    (found,) = AnswerChecker(passages).finish(
        "In 1990 Boris Wendt bought the mill of Anna Keller [1]."
    )
    assert found.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("The bridge was designed by Boris Wendt [1].", ["Boris Wendt"]),
        ("Boris Wendt designed the bridge [1].", ["Boris Wendt"]),
        ("The bridge was designed by Anna Keller [1].", []),
        ("Boris Wendt paid for the bridge [1].", []),
        ("Carla Moss, an engineer, built the tower in 1971 [1].", []),
        ("The Council may close the tower [1].", []),  # "the Council, Brill Ltd" is one
        ("The bridge cost 40 euros [1].", ["40"]),
        ("It carries 40 cars and cost 9,000 euros [1].", []),
        ("Traffic rose to 900 cars in 1980 [1].", ["1980"]),
        ("In 1990, there were 900 cars, up from 700 in 1980 [1].", []),
        ("Dora Finch designed the bridge [1].", ["Dora Finch"]),
    ],
)
def test_what_stands_on_the_page_for_something_else_is_told(
    sentence: str, wrong: list[str]
) -> None:
    page = (
        "The bridge at Aldermoor was designed by Dr Anna Keller. Boris Wendt, a banker, paid for "
        "it. It cost 9,000 euros and carries 40 cars. Carla Moss was an engineer. She built the "
        "tower in 1971. The owner, Brill Ltd (the Council), may close the tower. Traffic rose "
        "from 700 to 900 cars between 1980 and 1990."
    )
    checker = AnswerChecker({1: page}, question="Did Dora Finch design it?")
    (found,) = checker.finish(sentence)
    assert [one.text for one in found.missing] == wrong
    assert (found.verdict is Verdict.MISPLACED) is bool(wrong)


def test_a_wrong_passage_and_one_that_is_not_there() -> None:
    found = check("The bridge cost 1,250,000 euros [2].")
    assert (found.verdict.is_doubtful, found.elsewhere) == (True, 1)
    assert check("The ferry of Aldermoor carries 50 cars [1].").elsewhere is None
    assert check("The bridge cost 1,250,000 euros [7].").verdict is Verdict.NO_PASSAGE
    assert check("The bridge cost 1,250,000 euros [1, 7].").verdict is Verdict.NO_PASSAGE


def test_nothing_of_it_stands_there() -> None:
    found = check("Penguins of Zembla live on herring from 1,000 kettles [1].")
    assert found.verdict is Verdict.NOT_FOUND


def test_several_passages_support_one_sentence_together() -> None:
    found = check("The bridge cost 1,250,000 euros and the ferry takes 40 cars [1][2].")
    assert (found.marks, found.verdict) == ((1, 2), Verdict.SUPPORTED)
    assert check("The bridge and the ferry [1-2] carry 40 cars.").marks == (1, 2)


def test_the_place_is_the_quotation_the_longest_run_or_the_nearest_sentence() -> None:
    found = check("She said “ever built faster” [1].").place
    assert found is not None
    assert PASSAGE[found.start : found.end] == "ever built\nfaster"
    found = check("Its construction cost much [1].").place
    assert found is not None
    found = check("Lorries cannot use it, the bridge [1].").place
    assert found is not None
    assert not found.exact
    assert PASSAGE[found.start : found.end] == "The bridge is not open to lorries."


def test_sentences_without_marks_are_not_checked_and_code_is_no_sentence() -> None:
    answer = (
        "I think so.\n\n```\nx = a[1].\n```\n- so:\n  ~~~py\n  ```\n  y = a[1]. No.\n  ~~~\n"
        "Use `a[1]` or [a link](x), [1](https://e.example).\nIt carries 40 cars [2]. Good."
    )
    (found,) = AnswerChecker({2: OTHER}).finish(answer)
    assert answer[found.start : found.end] == "It carries 40 cars [2]."


def test_a_row_of_a_table_is_checked_whole_or_cell_by_cell_where_it_cites_several() -> None:
    answer = (
        "| What. Where | Cost | Cars |\n|---|---:|---|\n"
        "| Dr. Halvorsen's bridge | 1,250,000 | [1] |\n"
        "| Aldermoor | 1,350,000 [1] | 41 [2] |\n> | Brill Point | 40 cars [2] |"
    )
    whole = AnswerChecker({1: PASSAGE, 2: OTHER}).finish(answer)
    assert [(answer[one.start : one.end].strip(), one.verdict) for one in whole] == [
        ("Dr. Halvorsen's bridge | 1,250,000 | [1]", Verdict.SUPPORTED),
        ("Aldermoor | 1,350,000 [1]", Verdict.DIFFERS),
        ("41 [2]", Verdict.NOT_FOUND),
        ("Brill Point | 40 cars [2]", Verdict.SUPPORTED),
    ]


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("It says “a well-known office” [1].", Verdict.QUOTED),
        ("It says “a well-known workshop” [1].", None),
        ("It says “the construction of the well-known” [1].", None),
        ("Jean-Luc Picard led it in its 3rd year [1].", Verdict.SUPPORTED),
        ("Jean-Marc Picard led it [1].", None),
        ("The office led the construction by 3 % [1].", None),
        ("In 2020 340 was the income, after 120 [1].", Verdict.SUPPORTED),
        ("The income was 130 [1].", None),
        ("It cost 1,250,000 [1].", Verdict.SUPPORTED),
    ],
)
def test_hyphens_at_line_ends_and_rows_of_numbers_are_read_both_ways(
    sentence: str, verdict: Verdict | None
) -> None:
    page = (
        "A well-\nknown office of Jean-\nLuc Picard, in its third year, led the con-\nstruction.\n"
        "Year 2019 2020\nIncome 120 340\nCost 1 250 000"
    )
    (found,) = AnswerChecker({1: page}).finish(sentence)
    assert (None if found.verdict.is_doubtful else found.verdict) is verdict


def test_abbreviations_do_not_end_a_sentence() -> None:
    (found,) = AnswerChecker({1: PASSAGE}).finish(
        "The engineer was Dr. Halvorsen, e.g. in 1962 [1]."
    )
    assert found.start == 0
    assert found.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("passage", "sentence", "verdict"),
    [
        (
            "Die Brücke wurde 1962 von Ines Halvorsen gebaut.",
            "Ines Halvorsen baute sie 1962 [1].",
            "ok",
        ),
        ("Die Brücke kostete 1.250.000 Euro.", "Sie kostete 1,25 Millionen Euro [1].", "ok"),
        ("Die Brücke kostete 1.250.000 Euro.", "Die Brücke kostete 1.350.000 Euro [1].", "no"),
        ("橋は1962年に開通しました。", "橋は1962年に開通しました [1]。", "ok"),
        ("橋は1962年に開通しました。", "橋は1963年に開通しました [1]。", "no"),
        ("Мост открыт в 1962 году.", "Мост открыли в 1962 году [1].", "ok"),
        ("הגשר נפתח בשנת 1962.", "הגשר נפתח בשנת 1962 [1].", "ok"),
    ],
)
def test_other_languages(passage: str, sentence: str, verdict: str) -> None:
    (found,) = AnswerChecker({1: passage}).finish(sentence)
    assert found.verdict.is_doubtful == (verdict == "no")


def test_names_of_the_question_and_of_the_document_are_no_claims_of_the_answer() -> None:
    checker = AnswerChecker(
        {1: "It cost 12 euros."}, {1: "Handbook of Brill.pdf"}, "What did Kramer pay?"
    )
    (found,) = checker.finish("Kramer paid 12 euros, says the Handbook of Brill [1].")
    assert found.missing == ()


def test_the_same_is_found_while_an_answer_streams_in() -> None:
    answer = (
        "The bridge cost\n1,250,000 euros and\nwas paid twice [1]. It\nwas opened on 4 May 1962. "
        "[1] And\n"
        "```\na[1]. b[1]\n```\n| it carries. | 40 cars [2] |\n- it carries 41 cars [2][1]"
    )
    checker = AnswerChecker({1: PASSAGE, 2: OTHER})
    whole = checker.finish(answer)
    seen = 0
    for end in range(len(answer) + 1):
        found = checker.feed(answer[:end])
        assert found == whole[: len(found)]
        assert len(found) >= seen
        seen = len(found)
    assert seen >= 2
    assert len(whole) == 4


def test_a_sentence_goes_on_in_the_next_line_where_a_small_letter_follows() -> None:
    checker = AnswerChecker({1: PASSAGE, 2: OTHER})
    wrapped = "The bridge cost 9 euros\nwhen it was opened on 4 May 1962 [1].\nCars\nCost 5 [1]"
    told = [wrapped[one.start : one.end] for one in checker.finish(wrapped)]
    assert told == [
        "The bridge cost 9 euros\nwhen it was opened on 4 May 1962 [1].",
        "Cost 5 [1]",
    ]
    assert checker.finish(wrapped)[0].verdict.is_doubtful


@given(
    st.text(alphabet="ab[1],-2. \n“”\"'\u2019.5%\u00ad\ufb01\u65e5", max_size=200),
    st.text(max_size=200),
)
def test_no_answer_and_no_passage_stops_the_check(answer: str, passage: str) -> None:
    for found in AnswerChecker({1: passage, 2: answer}).finish(answer):
        assert 0 <= found.start <= found.end <= len(answer)
        if found.place is not None:
            text = {1: passage, 2: answer}[found.place.mark]
            assert 0 <= found.place.start <= found.place.end <= len(text)


def test_sentences_written_by_hand_are_told_apart() -> None:
    checker = AnswerChecker(dict(enumerate(by_hand.PASSAGES, 1)))
    doubted = {
        one: next(checker.check(one)).verdict.is_doubtful
        for one in (*by_hand.TRUE, *by_hand.DERIVED, *by_hand.FALSE)
    }
    assert [one for one in by_hand.TRUE if doubted[one]] == []
    assert [one for one in by_hand.FALSE if not doubted[one]] == []
    assert all(doubted[one] for one in by_hand.DERIVED), "they became better: move them"
    assert len(by_hand.DERIVED) <= 0.05 * len(doubted)


def test_planted_errors_are_found_and_true_sentences_are_left_alone() -> None:
    wrong = dict.fromkeys(("", "number", "quotation", "name", "page", "swapped", "misplaced"), 0)
    count = dict(wrong)
    for one in (*planted(7, 90), *misplaced(7, 60)):
        (found,) = AnswerChecker(one.passages).finish(one.text)
        count[one.error] += 1
        wrong[one.error] += found.verdict.is_doubtful != bool(one.error)
        if one.error == "swapped":
            assert found.verdict in {Verdict.REORDERED, Verdict.SUPPORTED}
    assert wrong["number"] == wrong["quotation"] == wrong["name"] == 0
    assert wrong["page"] <= 0.02 * count["page"]
    assert wrong["swapped"] <= 0.05 * count["swapped"]
    assert wrong["misplaced"] <= 0.4 * count["misplaced"]
    assert wrong[""] <= 0.03 * count[""]
