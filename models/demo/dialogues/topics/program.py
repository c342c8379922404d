"""Phial the program: privacy, files, speed, settings, licence."""

from __future__ import annotations

from ..topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        "phial",
        "[what is|what's|what exactly is|tell me about|explain|describe|what about|"
        "tell me something about|what do you know about|introduce] <app>",
        "<tell> [what phial is|what this app is|what phial does|what this program does|"
        "what this app is for|what phial is for]",
        "what [does phial do|does this app do|is phial for|is this app for|is this program for|"
        "can phial do|can this app do|is the purpose of phial|am i looking at|is this]",
        "[why should i use|what is special about|what is good about|why use|what makes] <app> "
        "[|and not chatgpt|and not another app|rather than a website]",
        "what are [the features of|the advantages of|the benefits of|the strengths of] <app>",
        full="Phial is a desktop chat that runs Microsoft's Phi-4 on your own computer. It works "
        "offline, keeps every word on your disk, and is free and open source.",
        short="Phial is an offline chat for Phi-4.",
        points="- runs Phi-4 on your computer\n- works offline\n- keeps your words on your disk\n"
        "- free and open source",
        fr="Phial est une application de discussion qui fait tourner Phi-4 sur votre ordinateur, "
        "hors ligne.",
        de="Phial ist ein Chatprogramm, das Phi-4 auf Ihrem eigenen Rechner ausführt, ohne "
        "Internet.",
        why="Because what you write to a model is nobody else's business.",
        ask_fr=("[qu'est-ce que|c'est quoi|parle-moi de|à quoi sert] phial",),
        ask_de=("[was ist|wozu dient|erzähl mir von|was macht] phial",),
    ),
    topic(
        "privacy",
        "[is|are] [my data|this chat|my chats|what i write|what i type|my messages|phial|"
        "this app|my conversation] [private|safe|secure|confidential|sent anywhere|"
        "sent to a server|sent to microsoft|shared|uploaded|secret|protected]",
        "[does phial|does this app|do you|does the app] [send data|send my data|send anything|"
        "spy on me|collect data|track me|use telemetry|phone home|upload my chats|share my data|"
        "need an account|store data in the cloud|have telemetry|sell my data]",
        "[who can|can anyone|can anybody|can microsoft|can someone else|can other people|can you] "
        "[read my chats|see my chats|see what i write|read my messages|see my data|"
        "read what i type]",
        "[does phial|does this app|does it|can phial|can i use phial|does <phi>|can i use this] "
        "[work offline|need internet|need the internet|run offline|work without internet|"
        "need a connection|work without the internet|run without internet|require internet]",
        "[what about|tell me about|explain|how about|how does phial handle] [privacy|my privacy|"
        "data protection|offline use|telemetry|security|the privacy of my chats]",
        "[do i need|is there a need for|must i have] [internet|the internet|an account|"
        "an internet connection|a login|to sign up|to register|to pay]",
        "where does [my data|what i type|my text|my message] go",
        full="Everything runs on this computer. What you type never leaves it: there is no "
        "account and no telemetry, and the internet is used only when you ask for a download.",
        short="What you type never leaves this computer.",
        points="- everything runs on this computer\n- no account, no telemetry\n"
        "- internet only for downloads you ask for",
        fr="Tout fonctionne sur cet ordinateur. Ce que vous tapez ne le quitte jamais.",
        de="Alles läuft auf diesem Rechner. Was Sie schreiben, verlässt ihn nie.",
        why="Because the model is a file on your disk, no server is needed.",
        ask_fr=(
            "mes [données|messages|discussions] sont-[elles|ils] [privées|privés|en sécurité]",
            "[phial fonctionne-t-il|ça marche] [hors ligne|sans internet]",
        ),
        ask_de=(
            "sind meine [daten|nachrichten|gespräche] [sicher|privat|geschützt]",
            "[funktioniert phial|geht das] [offline|ohne internet]",
        ),
    ),
    topic(
        "files",
        "where [are|does phial keep|does phial store|does phial save|can i find|do i find|"
        "does this app keep|does the app save|do you store|do you keep] [my <chats>|my files|"
        "the files|the data|my data|the database|the model files|models|everything]",
        "[what|which] [folder|directory|place|path] [does phial use|are my chats in|"
        "are the chats in|is my data in|are the files in|does phial save to|holds my chats]",
        "[how are|how does phial store|how does phial save] my [chats|conversations|messages]",
        "<howto> [move|change|back up|copy|backup|choose] [the data folder|my data|"
        "the folder of phial|my chats to another computer|the data directory|my chats|all my data]",
        full="In Phial's data folder on this computer: the chats in one SQLite file, the models "
        "beside it. `phial doctor` prints the exact paths, and the variable `PHIAL_HOME` chooses "
        "another folder.",
        short="In Phial's data folder; `phial doctor` prints the path.",
        points="- chats: one SQLite file\n- models: a folder beside it\n"
        "- `phial doctor` prints the paths\n- `PHIAL_HOME` moves them",
        fr="Dans le dossier de données de Phial ; `phial doctor` affiche son chemin.",
        de="Im Datenordner von Phial; `phial doctor` zeigt den Pfad.",
        why="Because one folder is easy to back up and to take along.",
        ask_fr=("où sont [mes discussions|mes fichiers|mes messages|mes données|les modèles]",),
        ask_de=(
            "wo [sind|liegen|finde ich] [meine gespräche|meine dateien|meine daten|die modelle]",
        ),
    ),
    topic(
        "speed",
        "[why is|why are] [phial|<phi>|the model|it|the answer|everything] [so slow|slow|"
        "taking so long|not faster]",
        "why [does it take so long|do answers take so long|is the answer so slow]",
        "[how fast|how quick|how slow] [is <phi>|is phial|is it|is the model|are answers|"
        "will it be|will <phi> be|are the answers]",
        "<howto> [make it faster|make phial faster|speed it up|speed up phial|speed up <phi>|"
        "make <phi> faster|get faster answers|increase the speed|improve the speed|"
        "get more tokens per second]",
        "[what about|tell me about|what is] the [speed|performance]",
        "how many tokens [per second|a second] [will i get|does <phi> make|are normal|"
        "can i expect]",
        full="Speed depends on memory bandwidth. On two processor cores Phi-4 writes about 2 "
        "tokens a second, on a graphics card many times more. A smaller file is faster, and the "
        "line under the message field shows the speed.",
        short="A smaller file or a graphics card makes it faster.",
        points="- take a smaller file\n- use a graphics card\n- close other programs\n"
        "- keep chats short",
        fr="Un fichier plus petit ou une carte graphique rend les réponses plus rapides.",
        de="Eine kleinere Datei oder eine Grafikkarte macht die Antworten schneller.",
        why="Because every token needs the whole model to be read from memory once.",
        ask_fr=("pourquoi [est-ce|c'est] [si lent|lent|aussi lent]",),
        ask_de=("warum ist [es|phial|das modell|<phi>] [so langsam|langsam]",),
    ),
    topic(
        "gpu",
        "[does phial|can phial|does <phi>|can <phi>|does it|can it|do you] [use|support|need|"
        "run on|work with] [my gpu|a gpu|the gpu|my graphics card|a graphics card|cuda|vulkan|"
        "metal|an nvidia card|an amd card]",
        "<howto> [use|enable|turn on|activate] [my gpu|the gpu|gpu|my graphics card|cuda|vulkan|"
        "gpu acceleration|gpu offload]",
        full="Phial uses a graphics card if its llama.cpp was built for it, and puts as many "
        "layers there as fit. `phial doctor` shows the devices that it found.",
        short="Yes, if llama.cpp was built for it; `phial doctor` tells.",
        points="- works without a graphics card\n- faster with one\n- `phial doctor` shows devices",
        fr="Phial utilise la carte graphique si llama.cpp a été compilé pour elle.",
        de="Phial nutzt die Grafikkarte, wenn llama.cpp dafür gebaut wurde.",
        why="Because a graphics card reads its memory much faster.",
    ),
    topic(
        "settings",
        "[where are|where do i find|how do i open|how can i open|show me|open|where can i find|"
        "how do i find|how do i get to] [the settings|settings|the options of phial|"
        "the preferences|my settings|preferences|the configuration]",
        "<howto> [change|adjust|edit|see|set] [the settings|settings|my settings|the preferences|"
        "the context size|the number of threads|the configuration|the threads]",
        "what [can i set|settings are there|settings exist|can i configure|can i change in the "
        "settings|settings does phial have|can be configured]",
        full="Press **Ctrl+,** or click **Settings** at the foot of the sidebar. You can set "
        "generation, appearance, the model file, threads and the context size.",
        short="Press **Ctrl+,**.",
        points="- generation\n- appearance\n- model file\n- threads\n- context size",
        fr="Appuyez sur **Ctrl+,** pour ouvrir les réglages.",
        de="Drücken Sie **Ctrl+,** für die Einstellungen.",
        why="Because most people never need them, they stay out of the way.",
        ask_fr=("où sont les [réglages|paramètres|options]",),
        ask_de=("wo [sind|finde ich] die [einstellungen|optionen]",),
    ),
    topic(
        "sampling",
        "[what is|what's|explain|what does|tell me about|define] [temperature|the temperature|"
        "top-k|top-p|min-p|sampling|the seed|top k|top p|a seed|repeat penalty|"
        "temperature mean|the sampling]",
        "<howto> [change|set|lower|raise|adjust] [the temperature|temperature|the sampling|"
        "the seed|top-p|top-k|the randomness]",
        "[which|what] [temperature|seed|sampling|top-p] [should i use|is best|do you recommend|"
        "should i set|is good]",
        full="Sampling chooses the next token. A temperature of 0 always takes the likeliest one; "
        "higher values bring variety. Top-k, top-p and min-p cut off unlikely tokens, and a seed "
        "makes an answer repeatable.",
        short="Low temperature: exact. High temperature: varied.",
        points="- **temperature**: variety\n- **top-k, top-p, min-p**: cut unlikely tokens\n"
        "- **seed**: repeat an answer",
        fr="Température basse : exact. Température haute : varié.",
        de="Niedrige Temperatur: genau. Hohe Temperatur: abwechslungsreich.",
        why="Because a model gives chances, and something has to pick.",
    ),
    topic(
        "theme",
        "[is there|does phial have|where is|how do i enable|how can i turn on|how do i get|"
        "i want|turn on|switch to|can i have|how do i switch to|enable] [a dark mode|dark mode|"
        "the dark theme|a light theme|a dark theme|light mode|high contrast|the light theme|"
        "a high-contrast theme|night mode]",
        "<howto> [change|set|choose|switch] [the theme|the colours|the appearance|the colors|"
        "the look|the font size|the text size]",
        "<howto> [make the text|make the font|make everything] [bigger|larger|smaller]",
        full="Open Settings with **Ctrl+,** and choose light, dark, high contrast or the theme of "
        "your system. **Ctrl +** and **Ctrl -** change the size of the text.",
        short="Settings, **Appearance**.",
        points="- light\n- dark\n- high contrast\n- like the system",
        fr="Ouvrez les réglages avec **Ctrl+,** et choisissez clair ou sombre.",
        de="Öffnen Sie mit **Ctrl+,** die Einstellungen und wählen Sie hell oder dunkel.",
        why="Because eyes differ.",
    ),
    topic(
        "author",
        "who [made|wrote|created|built|develops|programmed|is behind|invented|owns|"
        "is the author of|maintains] <app>",
        "[what is|what's|which is|under what|tell me] the [licence|license] [of|for] <app>",
        "[what|which] [licence|license] does <app> [have|use]",
        "[is phial|is this app|is this program|is it] [free|open source|free software|"
        "really free|under an open licence|mit licensed|free of charge|commercial]",
        "[what|how much] does [phial|this app|it|<phi>] cost",
        "[where is|where can i find|where do i find] the [source code|source|code of phial]",
        full="Phial is made by volunteers and is free and open source under the MIT licence, as "
        "Phi-4 itself is. It costs nothing.",
        short="Volunteers; it is free under the MIT licence.",
        points="- made by volunteers\n- MIT licence\n- free of charge",
        fr="Phial est un logiciel libre sous licence MIT.",
        de="Phial ist freie Software unter der MIT-Lizenz.",
        why="Because everyone should be able to read what runs on their computer.",
        ask_fr=("qui a [créé|écrit|fait|développé] phial",),
        ask_de=("wer hat phial [gemacht|geschrieben|entwickelt|programmiert]",),
    ),
    topic(
        "terminal",
        "[is there|does phial have|can i use] a [command line|terminal version|cli|terminal|"
        "command-line version|text version|terminal mode] [|of phial|for phial]",
        "<howto> [use|run|start] [phial|<phi>|it|this app] [in|from] [the terminal|a terminal|"
        "the command line|a shell|a script|the shell]",
        "[can i use|does] phial [work|run|] [without a window|in a terminal|over ssh|in a script|"
        "on a server|from the command line]",
        "what [does phial ask do|does phial doctor do|does phial chat do|is phial ask|"
        "is phial doctor|commands does phial have]",
        full='Yes: `phial ask "your question"` answers once, `phial chat` talks with you in the '
        "terminal, and `phial doctor` describes your machine.",
        short="`phial ask`, `phial chat` and `phial doctor`.",
        points="- `phial ask`: one answer\n- `phial chat`: a conversation\n"
        "- `phial doctor`: about your machine",
        fr="Oui : `phial ask`, `phial chat` et `phial doctor`.",
        de="Ja: `phial ask`, `phial chat` und `phial doctor`.",
        why="Because some questions come from scripts.",
    ),
    topic(
        "crash",
        "what [happens|if|happens if|happens when] [phial crashes|the app crashes|"
        "my computer crashes|the power fails|there is a crash|phial dies|the engine crashes|"
        "my battery dies|the engine fails|i close the window|i close phial]",
        "[do i lose|can i lose|will i lose|could i lose] [my chats|my text|anything|my answer|"
        "data|my messages|my work] [in a crash|when phial crashes|if the power fails|"
        "if it crashes|after a crash|when i close phial|]",
        "[is my chat|are my chats|is everything|are my messages|is my text] saved [automatically|]",
        "[how safe is my text|do i have to save|do i need to save my chats|when is a chat saved|"
        "is there an autosave|must i save|how do i save|how often is my chat saved]",
        full="Nothing is lost but perhaps the last second. Every message is saved at once, and an "
        "answer while it is written. After a restart it is marked as interrupted, and you can "
        "press **Continue**.",
        short="At most the last second is lost.",
        points="- messages are saved at once\n- answers about every second\n"
        "- **Continue** after a restart",
        fr="Tout est enregistré ; on perd au plus la dernière seconde.",
        de="Alles ist gespeichert; höchstens die letzte Sekunde geht verloren.",
        why="Because a lost chat is the worst thing that such a program can do.",
    ),
)
