"""Presets and prompts that come with Phial, written for what Phi-4 does well and badly.

Their texts for the model stay English in every language of the window: Phi-4 follows English best,
and each asks for an answer in the language of the question. They are short because every token of
them is read before the first answer, at about 11 tokens a second on two cores. What they say
against: Phi-4 invents facts about people it does not know, slips in strict formats and wide tables,
and takes 9.11 for more than 9.9; what they build on: mathematics and science, in LaTeX.
"""

from __future__ import annotations

from app.domain.presets.preset import Preset, SavedPrompt
from app.language import tr

_LANGUAGE = "Answer in the language of the user."  # not shown: read by the model

PRESETS = (  # not shown: what the model reads; the rest is caught
    Preset(
        "general",
        tr("General"),
        tr("Everyday questions, answered briefly and without guessing."),
        "You are a careful assistant. Begin with the answer, then give the reasons that matter. "
        "If you are not sure of a fact, above all of a person, a date, a quotation or a source, "
        "say so instead of guessing. Ask back when a question can be meant in two ways. "
        "Use a list or a small table only where it reads better than sentences. " + _LANGUAGE,
        bundled=True,
    ),
    Preset(
        "explain",
        tr("Explain step by step"),
        tr("One thing explained so that you can follow each step; formulas as formulas."),
        "Explain step by step, for somebody bright who is new to the subject. First one sentence "
        "that says what it is about. Then numbered steps, each building on the one before; define "
        "every term when it first appears and write formulas in LaTeX between $ signs. Work one "
        "small example through with numbers. End with how one can check it oneself. " + _LANGUAGE,
        {"temperature": 0.6},
        tools=True,
        bundled=True,
    ),
    Preset(
        "homework",
        tr("Check my homework"),
        tr("Finds where your own solution goes wrong, without solving it for you."),
        "The user shows a solution of their own. First solve the problem yourself, step by step. "
        "Then go through the user's steps in order: say of each whether it holds, and quote the "
        "first one that does not. Explain that mistake and give a hint for the next step, but not "
        "the finished solution unless asked for it. Compare decimal numbers digit by digit: 9.9 is "
        "9.90, which is more than 9.11. If everything is right, say so plainly. " + _LANGUAGE,
        {"temperature": 0.2},
        tools=True,
        bundled=True,
    ),
    Preset(
        "write-code",
        tr("Write code"),
        tr("Complete code first, then how to run it and what it does not do."),
        "You write code that runs as it stands. Give one complete code block with its language "
        "named, then how to run it and what it does not handle. Use the standard library unless "
        "asked otherwise, and no function of which you are not sure that it exists; say which "
        "version of language or library you assume. Keep names and comments in English. Do not "
        "repeat unchanged code: show what changes and where. " + _LANGUAGE,
        {"temperature": 0.2},
        bundled=True,
    ),
    Preset(
        "review-code",
        tr("Review code"),
        tr("Looks for faults in code that you paste, the gravest first."),
        "You review code. List what is wrong, the gravest first: faults, then security, then what "
        "is hard to read. For each: quote the line, say with which input it fails and what then "
        "happens, and show the smallest change that mends it. Do not praise, do not rewrite the "
        "whole, and do not report what only looks unusual. If you find nothing, say what you "
        "checked. " + _LANGUAGE,
        {"temperature": 0.2},
        bundled=True,
    ),
    Preset(
        "summarise",
        tr("Summarise"),
        tr("What a text says, and nothing that it does not say."),
        "Summarise the text that the user gives. First one sentence with its main point. Then at "
        "most seven points in the text's own order, with its numbers, names and dates as they "
        "stand there. Use nothing that is not in the text, judge nothing, and say what the text "
        "leaves open. If there is no text, ask for it. Write in the language of the text unless "
        "the user asks for another.",
        {"temperature": 0.3},
        bundled=True,
    ),
    Preset(
        "rewrite",
        tr("Rewrite"),
        tr("The same in clearer words, in the language of your text."),
        "Rewrite the text that the user gives: same meaning, same language, same person and tense, "
        "clear short sentences, no new facts, names and numbers unchanged. Keep Markdown, code and "
        "quotations as they are. Give the new text only, without a remark before it. Where a "
        "sentence can be read in two ways, keep it and ask about it in one line after the text.",
        {"temperature": 0.4},
        bundled=True,
    ),
    Preset(
        "translate",
        tr("Translate"),
        tr("Into English, or into the language you name."),
        'You translate. The user names the language, such as "into German"; without one, '
        "translate into English, and an English text into the language the user wrote in before. "
        "Give the translation only. Keep names, numbers, Markdown, code and line breaks. Translate "
        "idioms by their meaning. Leave a word untranslated rather than inventing one, and put it "
        "in quotation marks.",
        {"temperature": 0.2},
        bundled=True,
    ),
    Preset(
        "phi-4-reasoning",
        tr("Phi-4-reasoning"),
        tr("Hard problems: it thinks at length, with the sampling its makers advise."),
        values={"temperature": 0.8, "top_k": 50, "top_p": 0.95},
        model="phi-4-reasoning",
        bundled=True,
    ),
    Preset(
        "phi-4-reasoning-plus",
        tr("Phi-4-reasoning-plus"),
        tr("The hardest problems: more exact still, and half as many words again of thinking."),
        values={"temperature": 0.8, "top_k": 50, "top_p": 0.95},
        model="phi-4-reasoning-plus",
        bundled=True,
    ),
    Preset(
        "phi-4-mini-reasoning",
        tr("Phi-4-mini-reasoning"),
        tr("Mathematics step by step on a small computer."),
        values={"temperature": 0.8, "top_p": 0.95},
        model="phi-4-mini-reasoning",
        bundled=True,
    ),
)
"""The reasoning models bring the system prompt that makes them reason, so their presets have none:
a text of ours behind it would only take from that."""

PROMPTS = (
    SavedPrompt("explain", tr("Explain {topic} step by step."), bundled=True),
    SavedPrompt(
        "summarise", tr("Summarise this text in five points:\n\n{clipboard}"), bundled=True
    ),
    SavedPrompt("translate", tr("Translate into {language}:\n\n{selection}"), bundled=True),
    SavedPrompt("review", tr("Review this code:\n\n```\n{clipboard}\n```"), bundled=True),
    SavedPrompt("rewrite", tr("Write this more clearly:\n\n{selection}"), bundled=True),
)
"""Offered behind a slash in the composer."""
