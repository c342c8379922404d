"""Working with chats: editing, versions, deleting, searching, exporting."""

from __future__ import annotations

from ..topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        "export",
        "<howto> [export|save|share|print|extract|get] [a <chat>|this <chat>|my <chat>|"
        "the <chat>|my chats|an answer] [as markdown|to markdown|to a file|as a file|as html|"
        "as pdf|as json|out of phial|]",
        "<can> [export|share|print] [a <chat>|this <chat>|my chats|my conversations|messages] "
        "[as markdown|to markdown|to a file|as html|as pdf|]",
        "[export|export this|export my] [<chat>|chats] [to markdown|as markdown|as pdf|]",
        "[what|which] [formats can i export to|export formats are there|formats does phial export|"
        "formats can phial write|file formats can i export]",
        full="Press **Ctrl+E** and choose a file name. Phial writes the chat as Markdown that "
        "reads well and can be opened in any editor.",
        short="Press **Ctrl+E**.",
        points="1. Open the chat.\n2. Press **Ctrl+E**.\n3. Choose a file name.",
        fr="Appuyez sur **Ctrl+E** pour exporter la discussion en Markdown.",
        de="Drücken Sie **Ctrl+E**, um das Gespräch als Markdown zu exportieren.",
        why="Because your chats belong to you, in a format that lasts.",
        ask_fr=("comment exporter [une|la|cette|ma] discussion",),
        ask_de=("wie exportiere ich [ein|das|dieses|mein] gespräch",),
    ),
    topic(
        "regenerate",
        "<howto> [regenerate|retry|redo|repeat|try again] [an|the|this|the last] <answer>",
        "<howto> [get|ask for|make] [another|a different|a new|a second] <answer>",
        "<can> [regenerate|retry|redo] [an|the|this|the last] <answer>",
        "[what does|what is] [regenerate|regenerate do|the regenerate button|"
        "the button regenerate]",
        "what if [i do not like the answer|the answer is bad|an answer is wrong|"
        "i want another answer|the answer is not good]",
        full="Press **Regenerate** under the answer. The old answer is kept: `‹ 1/2 ›` moves "
        "between the versions.",
        short="Press **Regenerate** under the answer.",
        points="1. Point at the answer.\n2. Press **Regenerate**.\n3. Compare with `‹ 1/2 ›`.",
        fr="Appuyez sur **Regenerate** sous la réponse.",
        de="Drücken Sie **Regenerate** unter der Antwort.",
        why="Because sampling differs each time, a second try can be better.",
    ),
    topic(
        "edit",
        "<howto> [edit|change|correct|rewrite|fix|modify] [a|my|my last|the last|an old|"
        "an earlier] [message|question|prompt]",
        "<can> [edit|change|correct|rewrite|fix] [a|my|my last|the last|an old] "
        "[message|question|prompt]",
        "i [made a typo|made a mistake|wrote something wrong] in my [message|question|"
        "last message]",
        "what happens when i edit [a|my|an old] message",
        full="Press **Edit** under your message, or the **Up** key in an empty message field. The "
        "old text and its answers stay as another version.",
        short="Press **Edit** under your message.",
        points="1. Press **Edit**, or **Up** in the empty field.\n2. Change the text.\n"
        "3. Press Enter.",
        fr="Appuyez sur **Edit** sous votre message.",
        de="Drücken Sie **Edit** unter Ihrer Nachricht.",
        why="Because a better question gets a better answer.",
    ),
    topic(
        "versions",
        "[what are|explain|tell me about|how do i see|how can i see|show me|how do i compare|"
        "where are|where do i find] [versions|the versions|the versions of an answer|old versions|"
        "the old answers|earlier answers|earlier versions|the other versions]",
        "<howto> [go back to|return to|switch to|see|find] [an old|the old|an earlier|"
        "the previous] [answer|version]",
        "what [does|is|means] [‹ 2/3 ›|2/3|1/2|the 1/2 under an answer] [|mean]",
        "[is|are] [the old answer|my old message|the old version|old answers|old versions] "
        "[kept|deleted|lost|gone|saved]",
        full="Each edit and each new answer makes a version; nothing is overwritten. The arrows "
        "`‹ 2/3 ›` under a message move between them.",
        short="The arrows `‹ 2/3 ›` move between versions.",
        points="- editing makes a version\n- regenerating makes a version\n- nothing is deleted",
        fr="Les flèches `‹ 2/3 ›` passent d'une version à l'autre.",
        de="Die Pfeile `‹ 2/3 ›` wechseln zwischen den Versionen.",
        why="Because the first answer is sometimes the best one.",
    ),
    topic(
        "continue",
        "<howto> [continue|go on with|resume|extend|finish|complete] [an|the|a cut|a stopped|"
        "an interrupted|the last] <answer>",
        "[the|my|an] <answer> [is cut off|was cut off|stopped in the middle|is not complete|"
        "is incomplete|ended too early|is unfinished]",
        "why [is the answer cut off|did the answer stop|does the answer end|did it stop|"
        "is my answer incomplete|did the answer end too early]",
        "[what is|what does|explain] [the continue button|continue do|the button continue]",
        full="Press **Continue** under the answer. It goes on where it ended, after a stop, a "
        "token limit or a restart.",
        short="Press **Continue** under the answer.",
        points="- after a stop\n- at the token limit\n- after a restart",
        fr="Appuyez sur **Continue** sous la réponse.",
        de="Drücken Sie **Continue** unter der Antwort.",
        why="Because an answer has a limit of tokens, which the settings can raise.",
    ),
    topic(
        "delete",
        "<howto> [delete|remove|erase|clear|throw away] [a <chat>|this <chat>|my chats|"
        "a message|old chats|my <chat>|all chats|the <chat>]",
        "<can> [delete|remove|erase] [a <chat>|this <chat>|my chats|old chats]",
        "<howto> [undo|restore|recover|get back|undelete] [a deleted <chat>|a deletion|"
        "a <chat>|my deleted <chat>|a chat i deleted]",
        "i [deleted|removed|erased] [a|my|the wrong|this] <chat> [by mistake|by accident|]",
        "is there an [undo|undo for deleted chats|undo for deleting]",
        full="Right-click the chat in the sidebar and choose **Delete**. If it was a mistake, "
        "press **Undo**: deleting can always be taken back.",
        short="Right-click the chat, **Delete**; **Undo** brings it back.",
        points="1. Right-click the chat.\n2. Choose **Delete**.\n3. **Undo** brings it back.",
        fr="Clic droit sur la discussion, **Delete** ; **Undo** la rétablit.",
        de="Rechtsklick auf das Gespräch, **Delete**; **Undo** holt es zurück.",
        why="Because lost chats are what people complain about most.",
        ask_fr=("comment supprimer [une|cette|ma] discussion",),
        ask_de=("wie lösche ich [ein|dieses|mein] gespräch",),
    ),
    topic(
        "rename",
        "<howto> [rename|change the title of|give a name to|change the name of|retitle] [a|this|my|"
        "the] <chat>",
        "<can> [rename|change the title of|change the name of] [a|this|my|the] <chat>",
        "[rename this|rename the|rename a|change the title of this] <chat>",
        full="Double-click the title above the chat, type a new one and press Enter.",
        short="Double-click its title.",
        points="1. Double-click the title.\n2. Type.\n3. Press Enter.",
        fr="Double-cliquez sur le titre de la discussion.",
        de="Doppelklicken Sie auf den Titel des Gesprächs.",
        why="Because a good title is found again.",
    ),
    topic(
        "context",
        "[what is|what's|explain|tell me about|define|what does] [the context|context|"
        "the context window|a context window|the context meter|context window mean|"
        "the context length]",
        "[what does|does|when does|why does|how much does] [<phi>|the model|phial|it] [forget|"
        "remember|forget things|forget my messages|forget old messages|remember me|"
        "remember our chat|remember other chats|forget]",
        "[do you|can you|will you|does <phi>] remember [me|our last chat|what i said|"
        "earlier messages|other chats|previous chats|this conversation|old chats]",
        "what happens [when|if] [the chat gets too long|the context is full|a chat is too long|"
        "the conversation gets too long|the chat is very long|the context runs out]",
        "[how long|how large|how big] [can a chat be|can my message be|is the context|"
        "is the context window|can a conversation be|can a text be]",
        "[how much|what] can [<phi>|the model] [remember|keep in mind|see at once|read at once]",
        full="The model sees only what fits in its context: 16,384 tokens for Phi-4, some 12,000 "
        "words. When a chat grows longer, its oldest messages are left out; Phial dims them, so "
        "you always see what the model forgets.",
        short="It sees the last 16,384 tokens of this chat and no other chat.",
        points="- 16,384 tokens\n- only this chat\n- the oldest messages are left out\n"
        "- Phial shows which",
        fr="Le modèle voit les derniers 16 384 tokens de cette discussion.",
        de="Das Modell sieht die letzten 16.384 Token dieses Gesprächs.",
        why="Because every token of context costs memory and time.",
    ),
)
