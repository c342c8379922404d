"""Keyboard shortcuts: the whole list, and each one by its action or its keys."""

from __future__ import annotations

from ..topic import Topic, topic

# Keys, what they do (in English, French, German), and words for the action in questions.
_KEYS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Ctrl+N", "starts a new chat", "ouvre une nouvelle discussion", "beginnt ein neues Gespräch",
     "[start|open|begin|create|make|get] [a new <chat>|another <chat>|a fresh <chat>|new chat]"),
    ("Ctrl+F", "finds text in this chat", "cherche dans cette discussion",
     "sucht in diesem Gespräch",
     "[find|search|look for] [text|a word|something|words] in [this|a|the|the current] <chat>"),
    ("Ctrl+Shift+F", "searches all chats", "cherche dans toutes les discussions",
     "sucht in allen Gesprächen",
     "[search|search in|search through|find something in|look through] [all chats|all my chats|"
     "all conversations|every chat|my old chats|old conversations]"),
    ("Ctrl+P", "opens the command palette", "ouvre la palette de commandes",
     "öffnet die Befehlspalette",
     "[open|show|use|see|get to] [the command palette|the palette|all commands|"
     "the list of commands]"),
    ("Ctrl+B", "shows or hides the sidebar", "montre ou cache la barre latérale",
     "zeigt oder versteckt die Seitenleiste",
     "[hide|show|toggle|close|open|collapse] [the sidebar|the side bar|the chat list|"
     "the left panel]"),
    ("Esc", "stops an answer", "arrête une réponse", "hält eine Antwort an",
     "[stop|cancel|interrupt|abort|halt] [an answer|the answer|the model|a response|the response|"
     "generating|the generation|it while it writes]"),
    ("Shift+Enter", "begins a new line", "commence une nouvelle ligne", "beginnt eine neue Zeile",
     "[write|insert|make|begin|add|type] [a new line|a line break|several lines|another line|"
     "a newline]"),
    ("Alt+Up", "goes to the previous chat; Alt+Down goes to the next",
     "va à la discussion précédente", "geht zum vorigen Gespräch",
     "[go to|switch to|jump to|move to] [the previous chat|the next chat|another chat|"
     "the chat above|the chat below]"),
    ("Ctrl+Shift+C", "copies the last answer", "copie la dernière réponse",
     "kopiert die letzte Antwort",
     "[copy|take|put on the clipboard] [the last answer|an answer|the answer|the response|"
     "the last reply]"),
    ("Ctrl+Shift+K", "copies the last code block", "copie le dernier bloc de code",
     "kopiert den letzten Codeblock",
     "[copy|take] [the last code block|the code|a code block|the last code|code|the code block]"),
    ("Ctrl+E", "exports this chat", "exporte cette discussion", "exportiert dieses Gespräch",
     "[export|write out] [a <chat>|this <chat>|the <chat>]"),
    ("Ctrl+,", "opens the settings", "ouvre les réglages", "öffnet die Einstellungen",
     "[open|see|get to] [the settings|settings|the options|the preferences]"),
    ("Enter", "sends your message", "envoie votre message", "sendet Ihre Nachricht",
     "[send|submit|post] [a message|my message|the message|my question|a question|my text]"),
)  # fmt: skip


def _one(keys: str, does: str, fait: str, tut: str, action: str) -> Topic:
    """The topic of one shortcut."""
    name = "key_" + keys.lower().replace("+", "_")
    spoken = "[" + "|".join((keys, keys.lower(), keys.replace("+", " "), keys.replace("+", "-"),
                             f"the {keys} key")) + "]"  # fmt: skip
    said = f"**{keys}** {does}."
    # Two actions have a topic of their own, which answers "how do I".
    how = () if keys in {"Ctrl+E", "Ctrl+,"} else (f"<howto> {action}",)
    return topic(
        name,
        *how,
        f"[what is|what's|tell me|which is] the [shortcut|key|keyboard shortcut|hotkey] [to|for|"
        f"that lets me] {action}",
        f"[which|what] [key|keys|shortcut] [do i press|should i press|must i press] to {action}",
        f"[what does|what happens when i press|what is|what do i get with|explain|"
        f"what can i do with] {spoken} [|do]",
        full=said,
        short=said,
        fr=f"**{keys}** {fait}.",
        de=f"**{keys}** {tut}.",
        points=f"- {said}",
        why="Because hands on the keyboard are fast.",
    )


TOPICS: tuple[Topic, ...] = (
    topic(
        "shortcuts",
        "[what are|show me|list|tell me|give me|which are|i want to see|what about|explain|"
        "where are|do you know] [the|all|all the|some|the most important|phial's|your|] "
        "[shortcuts|keyboard shortcuts|hotkeys|key bindings|keys]",
        "[which|what] [shortcuts|keyboard shortcuts|hotkeys|keys] [are there|exist|can i use|"
        "does phial have|do you have|do i have|should i know]",
        "[shortcuts|keyboard shortcuts|hotkeys|keyboard|keys] [in phial|of phial|here|list|help|]",
        "<can> [use|control|operate|drive] <app> [with the keyboard|without a mouse|"
        "by keyboard|only with the keyboard]",
        full="| Keys | Action |\n| --- | --- |\n| Ctrl+N | new chat |\n| Ctrl+F | find in chat |\n"
        "| Ctrl+Shift+F | search all chats |\n| Ctrl+P | command palette |\n| Ctrl+, | settings |\n"
        "| Ctrl+B | sidebar |\n| Ctrl+E | export |\n| Esc | stop |\n\nOn macOS use Cmd for Ctrl.",
        short="Ctrl+N new chat, Ctrl+F find, Ctrl+P commands, Ctrl+, settings, Esc stop.",
        points="- Ctrl+N: new chat\n- Ctrl+F: find in chat\n- Ctrl+Shift+F: search all chats\n"
        "- Ctrl+P: command palette\n- Ctrl+,: settings\n- Ctrl+B: sidebar\n- Ctrl+E: export\n"
        "- Esc: stop",
        fr="Ctrl+N nouvelle discussion, Ctrl+F chercher, Ctrl+P commandes, Esc arrêter.",
        de="Ctrl+N neues Gespräch, Ctrl+F suchen, Ctrl+P Befehle, Esc anhalten.",
        why="Because everything should work without a mouse.",
        ask_fr=("quels sont les raccourcis [clavier|]",),
        ask_de=("[welche|was für] [tastenkürzel|tastenkombinationen] [gibt es|kann ich benutzen]",),
    ),
    *(_one(*row) for row in _KEYS),
)
