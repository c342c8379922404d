"""Questions that mean something only after an answer: translate, shorten, repeat, go on."""

from __future__ import annotations

from collections.abc import Mapping

from .grammar import Phrases
from .topic import Version

_RULES = {
    "and": "[and|now|ok, |please|and now|again|]",
    "that": "[that|it|this|your answer|the answer|the last answer|what you said]",
    "say": "[say|write|repeat|give me|put|tell me|can you say|can you write|could you say|"
    "please say|can you give me|could you repeat]",
    "end": "[please|now|if you can|if possible|for me|||]",
}

ASKS: Mapping[Version, Phrases] = {
    Version.FRENCH: Phrases.of(
        ("<and> in french <end>", "<say> <that> in french <end>",
         "<and> [french|en français] <end>",
         "[translate|can you translate|could you translate|please translate] <that> [to|into] "
         "french <end>", "[what about|how about|how do you say <that> in|how is <that> in|"
         "what is <that> in|the same in|once more in|same in] french <end>"),
        _RULES,
    ),
    Version.GERMAN: Phrases.of(
        ("<and> in german <end>", "<say> <that> in german <end>",
         "<and> [german|auf deutsch] <end>",
         "[translate|can you translate|could you translate|please translate] <that> [to|into] "
         "german <end>", "[what about|how about|how do you say <that> in|how is <that> in|"
         "what is <that> in|the same in|once more in|same in] german <end>"),
        _RULES,
    ),
    Version.SHORT: Phrases.of(
        ("[and|now|] [shorter|briefer|short|in short|briefly|more briefly] <end>",
         "[make|can you make|could you make|please make] <that> [shorter|short|briefer] <end>",
         "[shorten|summarize|summarise|can you shorten|can you summarize] <that> <end>",
         "<say> <that> [in one sentence|in short|more briefly|in fewer words|shorter|briefly] "
         "<end>",
         "[too long|that is too long|that was too long|too much text|tl;dr|tldr|in one sentence|"
         "the short version|a shorter version|in fewer words|less text] <end>"),
        _RULES,
    ),
    Version.POINTS: Phrases.of(
        ("<and> as [a list|bullet points|a bullet list|points|bullets] <end>",
         "<say> <that> [as a list|as bullet points|in bullet points|as a bullet list] <end>",
         "[make|can you make|could you make] [a list|bullet points|a bullet list] [of|from|out of] "
         "<that> <end>", "[turn|convert|change] <that> into [a list|bullet points] <end>",
         "[what about|how about|the same as] [a list|bullet points] <end>"),
        _RULES,
    ),
    Version.WHY: Phrases.of(
        ("[why|why is that|why so|how come|and why|but why|why though|for what reason|"
         "what is the reason|why is it so|why is this so|oh, why]",
         "[can you|could you|please] [explain|tell me] [why|why that is|why it is so|the reason|"
         "the reason for that]", "[why|and why|but why] [is that so|is it like that|like that|"
         "exactly|is that the case|should that be]"),
        _RULES,
    ),
    Version.FULL: Phrases.of(
        ("<and> in english <end>", "<say> <that> in english <end>",
         "[translate|can you translate|please translate] <that> [to|into] english <end>",
         "[what about|how about|back to|the same in] english <end>",
         "[tell me|give me|can you tell me|i want|say|write|can you give me] [more|more details|"
         "more detail|more about that|a longer answer|the long version|the full answer|"
         "more about it] <end>",
         "[longer|more|more details|in more detail|in detail|the long version|go on|and more|"
         "elaborate|the full version|continue] <end>"),
        _RULES,
    ),
}  # fmt: skip

REPEAT = Phrases.of(
    ("[repeat|say|can you repeat|could you repeat|please repeat] [that|it|this|the answer|"
     "your answer|your last answer|what you said|that again|it again] <end>",
     "[again|once more|one more time|say again|what|pardon|sorry|come again|what did you say|"
     "what was that|repeat] <end>",
     "[can you|could you|please] [say|write|tell me|show me] [that|it|this] [again|once more|"
     "one more time|a second time] <end>"),
    _RULES,
)  # fmt: skip

OTHER_TONGUE = Phrases.of(
    ("<and> in <tongue> <end>", "<say> <that> in <tongue> <end>",
     "[translate|can you translate|please translate] <that> [to|into] <tongue> <end>",
     "[what about|how about|the same in|how do you say that in] <tongue> <end>"),
    {**_RULES, "tongue": "[spanish|italian|latin|greek|russian|chinese|japanese|arabic|portuguese|"
     "dutch|swedish|turkish|korean|hindi|polish|danish|finnish|welsh|hebrew|czech]"},
)  # fmt: skip

# Code follow-ups: the same request for another language.
IN_LANGUAGE: Mapping[str, Phrases] = {
    "code_python": Phrases.of(
        ("<and> in python <end>", "<say> <that> in python <end>",
         "[what about|how about|the same in|and now] python <end>"), _RULES),
    "code_javascript": Phrases.of(
        ("<and> in [javascript|js] <end>", "<say> <that> in [javascript|js] <end>",
         "[what about|how about|the same in|and now] [javascript|js] <end>"), _RULES),
    "code_shell": Phrases.of(
        ("<and> in [bash|shell|a shell] <end>", "<say> <that> in [bash|shell] <end>",
         "[what about|how about|the same in|and now] [bash|shell] <end>"), _RULES),
}  # fmt: skip

# Added to a whole question: "How do I export a chat, in French?"
INLINE: Mapping[Version, tuple[str, ...]] = {
    Version.FRENCH: (", in French", " in French", ". Answer in French", " - in French please",
                     ", answer in french", "? In French please", "? Please answer in French"),
    Version.GERMAN: (", in German", " in German", ". Answer in German", " - in German please",
                     ", answer in german", "? In German please", "? Please answer in German"),
    Version.SHORT: (", in short", ", briefly", " in one sentence", ". Be brief", ", short answer",
                    "? Keep it short", "? In one sentence please", "? A short answer please"),
    Version.POINTS: (" as a list", ", as a list", ", as bullet points", ". Answer as a list",
                     " in bullet points", "? As a list please"),
}  # fmt: skip

NOTHING_BEFORE = "There is nothing before this. Ask me something first."
NO_SUM_BEFORE = "More or less than what? Begin with a sum, like 17 + 25."
ALL_I_KNOW = "That is all I know about it. Phi-4 knows more."
NO_TONGUE = "I only know some French and German. Phi-4 speaks more languages."
