"""Phi-4 itself: what it is, which file to take, what it needs."""

from __future__ import annotations

from ..topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        "phi4",
        "[what is|what's|what exactly is|tell me about|explain|describe|who is|what about|"
        "what do you know about|i want to know about|give me information about|"
        "tell me something about|what kind of model is] <phi>",
        "<tell> what <phi> is",
        "[how big|how large|how good|how smart|how clever|how capable] is <phi>",
        "what [can <phi> do|is <phi> good at|does <phi> know|is special about <phi>|"
        "are the strengths of <phi>|makes <phi> good]",
        "[who|which company] [made|created|trained|develops|published|released|built] <phi>",
        "how many parameters [does <phi> have|has <phi>|are in <phi>]",
        full="Phi-4 is a language model by Microsoft with 14.7 billion parameters, published under "
        "the MIT licence. It is strong at mathematics, science and code, and reads up to 16,384 "
        "tokens at once.",
        short="Phi-4 is Microsoft's open language model with 14.7 billion parameters.",
        points="- by Microsoft, MIT licence\n- 14.7 billion parameters\n- 16,384 tokens of context"
        "\n- strong at mathematics and code",
        fr="Phi-4 est un modèle de langue de Microsoft avec 14,7 milliards de paramètres.",
        de="Phi-4 ist ein Sprachmodell von Microsoft mit 14,7 Milliarden Parametern.",
        why="Because it was trained on carefully chosen texts, it does well for its size.",
        ask_fr=("[qu'est-ce que|c'est quoi|parle-moi de|que sais-tu de] <phi>",),
        ask_de=("[was ist|was genau ist|erkläre mir|erzähl mir von] <phi>",),
    ),
    topic(
        "download",
        "<howto> [download|get|install|fetch|obtain|load|set up|add|find] [<phi>|the real model|"
        "a real model|the big model|the full model|the model|a model|a bigger model|"
        "a better model|another model|the phi-4 model]",
        "<howto> [download|get|install|fetch|obtain|add] <phi> [here|in phial|on my computer|"
        "on this machine|for phial|from here|with this app|now]",
        "[download|get|install|fetch] [<phi>|the real model|the model|a bigger model|"
        "the big model|me phi-4|phi-4 for me]",
        "[can you|could you|can phial|does phial] [download|get|install|fetch] [<phi>|the model|"
        "the real model|the big model] [for me|now|]",
        "where [can i|do i|is it possible to] [download|get|find] [<phi>|the model|the phi-4 model|"
        "the real model|the model file]",
        "<howto> [switch|change|move|upgrade] [from the demo|from you] to [<phi>|the real model|"
        "a real model|a bigger model]",
        full="Click the model chip, choose a file and press **Download**. Phial recommends the "
        "file that fits this computer, usually **Q4_K_M** with about 9 GB. The download can be "
        "paused, goes on after a restart, and is checked at the end.",
        short="Click the model chip, choose a file and press **Download**.",
        points="1. Click the model chip.\n2. Choose a file, usually **Q4_K_M**.\n"
        "3. Press **Download**.",
        fr="Cliquez sur le nom du modèle, choisissez un fichier et appuyez sur **Download**.",
        de="Klicken Sie auf den Modellnamen, wählen Sie eine Datei und drücken Sie **Download**.",
        why="Because Phi-4 is about 9 GB large, it is not part of Phial itself.",
        ask_fr=(
            "comment [télécharger|obtenir|installer|avoir] <phi>",
            "[où|comment] [puis-je|peut-on] [télécharger|trouver|obtenir|installer] <phi>",
        ),
        ask_de=(
            "wie [lade ich|installiere ich|bekomme ich] <phi> [herunter|]",
            "wie kann ich <phi> [herunterladen|bekommen|installieren|laden]",
        ),
    ),
    topic(
        "resume",
        "what [happens|if|happens if] [the download stops|my download stops|the download breaks|"
        "the connection breaks|the internet fails during the download|the download is interrupted|"
        "i close phial during the download|the download fails]",
        "[can i|can phial|how do i|how can i|is it possible to] [pause|resume|stop|continue|cancel|"
        "restart|interrupt] [the|a|my] download [later|tomorrow|]",
        "[is the download|are downloads|is the file|is my download] [verified|checked|safe|"
        "complete|correct|intact]",
        "does the download [continue|resume|go on|survive] [after a restart|tomorrow|later|"
        "when i come back|after a crash]",
        full="A download can be paused and goes on where it stopped, also after a restart. At the "
        "end Phial compares the SHA-256 of the file, so a damaged file is never used.",
        short="It goes on where it stopped, and the file is verified.",
        points="- pause and resume\n- goes on after a restart\n- verified by SHA-256",
        fr="Le téléchargement reprend où il s'est arrêté, et le fichier est vérifié.",
        de="Der Download geht dort weiter, wo er aufgehört hat, und die Datei wird geprüft.",
        why="Because nobody wants to fetch 9 GB twice.",
    ),
    topic(
        "quantization",
        "[which|what] [quantization|quant|file|version|variant|model file|gguf|size|phi-4 file|"
        "download|phi-4] [should i take|should i use|should i choose|should i download|do i need|"
        "is best|is the best|is right for me|do you recommend|would you recommend|fits my computer|"
        "is best for me|is recommended|to take|to choose|to download|works best]",
        "[which|what] [quantization|quant|file|version|model] [for|fits|on|do i take with|"
        "should i use with|is good for|is best for] [16 GB|8 GB|32 GB|24 GB|my computer|my laptop|"
        "a small computer|a big computer|16 gb of memory|this machine|an old laptop]",
        "[help me choose|recommend|recommend me|suggest|suggest me|help me pick|help me select] "
        "[a quantization|a quant|a file|a version|a phi-4 file|the right file|the best file|"
        "the right quantization]",
        "[should i take|should i use|is] [q4_k_m|Q4_K_M|q4|Q8_0|q8|q6_k|Q5_K_M|q3_k_m] [good|ok|"
        "enough|fine|the best|right for me|or q8_0|or q4_k_m|or something else|or another one]",
        full="Take **Q4_K_M**, about 9 GB: it is right for most computers with 16 GB of memory. "
        "With 8 GB free choose **Q3_K_S** (6.5 GB); with 32 GB choose **Q6_K** (12 GB) or "
        "**Q8_0** (15.6 GB).",
        short="**Q4_K_M**, about 9 GB, for most computers with 16 GB of memory.",
        points="- 16 GB of memory: **Q4_K_M**, 9 GB\n- less: **Q3_K_S**, 6.5 GB\n"
        "- 32 GB: **Q6_K**, 12 GB, or **Q8_0**, 15.6 GB",
        fr="**Q4_K_M**, environ 9 Go, pour la plupart des ordinateurs avec 16 Go de mémoire.",
        de="**Q4_K_M**, etwa 9 GB, für die meisten Rechner mit 16 GB Speicher.",
        why="Because Q4_K_M loses very little quality and still fits beside your other programs.",
        ask_fr=("quelle [quantification|version|taille] [choisir|prendre|faut-il|recommandes-tu]",),
        ask_de=(
            "welche [quantisierung|datei|version|größe] [soll ich nehmen|ist die beste|"
            "brauche ich|empfiehlst du]",
        ),
    ),
    topic(
        "what_quantization",
        "[what is|what's|explain|what does|tell me about|define] [quantization|quantisation|"
        "a quant|a quantization|quantization mean|quants]",
        "what does [q4_k_m|Q4_K_M|q8_0|q4|Q6_K|Q3_K_S|the name q4_k_m|the q in the name] "
        "[mean|stand for|say]",
        "[how does quantization work|why are there so many files|why are there different files|"
        "what is the difference between the files|what is the difference between q4 and q8|"
        "why do the files have different sizes|what do the file names mean]",
        "<tell> what [quantization|a quant|quantisation|Q4_K_M|q4_k_m] [is|means]",
        full="Quantization stores the numbers of a model with fewer bits: Q4 uses about 4 bits "
        "each, Q8 about 8. Fewer bits make the file smaller and faster, and the answers a little "
        "less exact.",
        short="It stores the model with fewer bits, so that it is smaller and faster.",
        points="- fewer bits for each number\n- a smaller, faster file\n- slightly less exact",
        fr="La quantification stocke les nombres du modèle avec moins de bits.",
        de="Die Quantisierung speichert die Zahlen des Modells mit weniger Bits.",
        why="Because memory speed decides how fast a model answers.",
    ),
    topic(
        "memory",
        "how much [memory|ram|working memory] [do i need|does it need|does phial need|is needed|"
        "does <phi> need|does <phi> use|does <phi> take|is required|should i have|is enough|"
        "does the model use|does q4_k_m need]",
        "[is|are] [8 GB|16 GB|32 GB|8 gb of memory|16 gb of ram|4 GB|12 GB] enough [for <phi>|"
        "to run <phi>|]",
        "[does <phi> run|can i run <phi>|will <phi> work|can <phi> run|will <phi> fit] [on|with] "
        "[8 GB|16 GB|my laptop|16 gb of memory|an old computer|a small laptop|this computer|"
        "my computer|a normal pc|32 gb]",
        "what [hardware|computer|machine|ram|memory|kind of computer|requirements] [do i need|"
        "does phial need|does <phi> need|is needed|is required|should i have]",
        "what are the [system requirements|requirements|hardware requirements|memory requirements]",
        full="Phi-4 needs about the size of its file plus 1 to 3 GB for the conversation. "
        "**Q4_K_M** runs well with 16 GB of memory. Before a download Phial says what fits.",
        short="About the size of the file plus 1 to 3 GB.",
        points="- the size of the file\n- plus 1 to 3 GB for the conversation\n"
        "- **Q4_K_M**: 16 GB of memory",
        fr="Il faut environ la taille du fichier plus 1 à 3 Go de mémoire.",
        de="Etwa die Größe der Datei plus 1 bis 3 GB Speicher.",
        why="Because the whole model is read for every token, it must stay in memory.",
        ask_fr=("[combien de mémoire|quelle mémoire] faut-il [pour <phi>|]",),
        ask_de=("wie viel [speicher|arbeitsspeicher|ram] [brauche ich|braucht <phi>|ist nötig]",),
    ),
    topic(
        "disk",
        "how [much disk space|much space|much storage|big a disk|much room] [do i need|"
        "does <phi> need|does it take|does the model take|is needed|does the download need|"
        "does a model need|will it use]",
        "how [big|large] is [the download|the file|the model file|the phi-4 file|q4_k_m|Q4_K_M|"
        "the phi-4 download|the gguf]",
        "how many [gigabytes|GB|gb] [is the download|does <phi> have|is the file|is <phi>|"
        "do i have to download|are needed]",
        "[what is the size of|tell me the size of] [the download|the file|the model|<phi>|"
        "the phi-4 file|q4_k_m]",
        full="The files of Phi-4 are between 5.6 GB and 15.6 GB large; the recommended **Q4_K_M** "
        "has 9.05 GB. Phial checks the free space before it starts a download.",
        short="9.05 GB for **Q4_K_M**.",
        points="- smallest file: 5.6 GB\n- **Q4_K_M**: 9.05 GB\n- **Q8_0**: 15.6 GB",
        fr="Le fichier **Q4_K_M** fait 9,05 Go.",
        de="Die Datei **Q4_K_M** hat 9,05 GB.",
        why="Because it holds 14.7 billion numbers.",
    ),
    topic(
        "family",
        "[is there|do you have|does phial have|are there|can i get|can i use|where is] [a smaller|"
        "a faster|a lighter|a mini|a tiny] [model|phi|version of <phi>|phi-4|one]",
        "[what is|what's|tell me about|explain|what about] [phi-4-mini|phi-4 mini|phi 4 mini|"
        "phi-4-reasoning|phi-4 reasoning|phi-4-reasoning-plus|the phi-4 family|phi mini]",
        "[what|which] [other models|other phi models|models|models of the family|variants] "
        "[are there|can i use|does phial run|does phial support|does phial know|are supported]",
        "[does phial run|can i use|does phial support|can phial load] [phi-4-mini|phi-4 mini|"
        "phi-4-reasoning|other models|other model families|llama|mistral|qwen|gemma|another model]",
        full="Phi-4 has a family: **Phi-4-mini** (3.8 billion parameters, 2.5 GB) for small "
        "computers, and **Phi-4-reasoning**, which thinks before it answers. Phial also loads "
        "other GGUF models through their own chat template.",
        short="**Phi-4-mini** needs only 2.5 GB; **Phi-4-reasoning** thinks first.",
        points="- **Phi-4**: 14.7 billion parameters\n- **Phi-4-mini**: 3.8 billion, 2.5 GB\n"
        "- **Phi-4-reasoning**: thinks first",
        fr="**Phi-4-mini** est plus petit, **Phi-4-reasoning** réfléchit avant de répondre.",
        de="**Phi-4-mini** ist kleiner, **Phi-4-reasoning** denkt vor der Antwort nach.",
        why="Because not every computer has room for the large one.",
    ),
    topic(
        "own_file",
        "<can> [use|load|open|add|try|import] [my own|a|a local|my|an existing|"
        "a downloaded] <model> [here|in phial|from my disk|that i already have|too|]",
        "<howto> [use|load|open|add|import] [my own|a local|my|an existing|a downloaded] <model>",
        "i [already have|have already downloaded|already downloaded|have] [a|the|my own] "
        "[gguf|gguf file|phi-4 file|model file|model on my disk|phi-4 gguf]",
        full="Yes: click the model chip and choose **Use a file I have**, then pick the `.gguf` "
        "file. Phial reads it where it lies and does not copy it.",
        short="Click the model chip and choose **Use a file I have**.",
        points="1. Click the model chip.\n2. Choose **Use a file I have**.\n3. Pick the file.",
        fr="Oui : cliquez sur le nom du modèle et choisissez votre fichier GGUF.",
        de="Ja: Klicken Sie auf den Modellnamen und wählen Sie Ihre GGUF-Datei.",
        why="Because nobody should download 9 GB that are already there.",
    ),
    topic(
        "switch",
        "<howto> [switch|change|swap|replace|choose|select] [the model|models|the quantization|"
        "quantization|to another model|to another quantization|the loaded model|the current model]",
        "<can> [switch|change|swap] [the model|models|the quantization|to another model] [in|"
        "inside|within|during] [a|this|the|one] <chat>",
        "[switch|change] [the model|models|the quantization|to another model|"
        "to another quantization]",
        "what happens [to my chat|to the chat|to my messages|] when i [switch|change] the [model|"
        "quantization]",
        full="Click the model chip at the top of the chat and pick another file. The chat stays; "
        "the new model reads it once and goes on.",
        short="Click the model chip and pick another file.",
        points="1. Click the model chip.\n2. Pick another file.\n3. Go on; the chat stays.",
        fr="Cliquez sur le nom du modèle en haut et choisissez un autre fichier.",
        de="Klicken Sie oben auf den Modellnamen und wählen Sie eine andere Datei.",
        why="Because the chat belongs to you and not to a model.",
    ),
    topic(
        "gguf",
        "[what is|what's|explain|tell me about|define|what are] [gguf|a gguf|GGUF|a gguf file|"
        "the gguf format|gguf files|the file format]",
        "<tell> what [gguf|a gguf file|GGUF] is",
        full="GGUF is the file format of llama.cpp: one file holds the numbers of a model, its "
        "tokens and its chat template.",
        short="GGUF is the model file format of llama.cpp.",
        points="- one file\n- the numbers of the model\n- its tokens and chat template",
        fr="GGUF est le format de fichier de llama.cpp.",
        de="GGUF ist das Dateiformat von llama.cpp.",
        why="Because one file is easy to download, check and move.",
    ),
    topic(
        "llama_cpp",
        "[what is|what's|explain|tell me about|who made] [llama.cpp|llama cpp|the engine|"
        "the inference engine|your engine|phial's engine]",
        "[which|what] [engine|inference engine|library|software|backend] [does phial use|"
        "runs the model|is used|do you use|runs <phi>|is behind phial|is inside]",
        "<tell> [what llama.cpp is|which engine is used|what the engine is]",
        full="llama.cpp is the open engine that computes the answers. Phial runs it in a process "
        "of its own: if it fails, the window and your text stay.",
        short="llama.cpp is the engine that runs the model.",
        points="- open source\n- runs in its own process\n- uses processor or graphics card",
        fr="llama.cpp est le moteur libre qui calcule les réponses.",
        de="llama.cpp ist die freie Engine, die die Antworten berechnet.",
        why="Because it is fast on ordinary computers.",
    ),
    topic(
        "token",
        "[what is|what's|explain|define|tell me about|what are] [a token|tokens|the tokens|"
        "tokens per second|tokens a second|a token here]",
        "[how long|how big] is a token",
        "<tell> what [a token is|tokens are|tokens a second means]",
        full="A token is a piece of text, in English about three quarters of a word. Models read "
        "and write tokens, so speed and context are counted in them.",
        short="A token is a piece of text, about three quarters of a word.",
        points="- a piece of text\n- about three quarters of a word\n"
        "- the unit of speed and context",
        fr="Un token est un morceau de texte, environ trois quarts d'un mot.",
        de="Ein Token ist ein Stück Text, etwa drei Viertel eines Wortes.",
        why="Because a fixed list of pieces can write any text.",
    ),
    topic(
        "mistakes",
        "[does|can|will|could] <phi> [make mistakes|be wrong|lie|make errors|invent things|"
        "hallucinate|invent facts|give wrong answers|make things up]",
        "[can i trust|should i trust|should i believe|can i rely on|are there errors in] [<phi>|"
        "the answers|the model|its answers|the answers of <phi>|what <phi> says|what it says]",
        "[how reliable|how accurate|how trustworthy|how correct] [is <phi>|are the answers|"
        "are its answers|is the model]",
        "what [are the weaknesses of <phi>|is <phi> bad at|can <phi> not do|"
        "are the limits of <phi>|are <phi>'s limits|should i not ask <phi>]",
        full="Check what matters. Phi-4 can be wrong: it invents facts about people it does not "
        "know, and strict formats are hard for it. It is strong at mathematics and science.",
        short="Yes, it can be wrong. Check what matters.",
        points="- invents facts about unknown people\n- weak at strict formats\n"
        "- strong at mathematics and science",
        fr="Phi-4 peut se tromper. Vérifiez ce qui est important.",
        de="Phi-4 kann sich irren. Prüfen Sie, was wichtig ist.",
        why="Because it predicts likely text and cannot look anything up.",
    ),
    topic(
        "images",
        "[can i|can you|can <phi>|can phial|could you|is it possible to] [send|attach|read|see|"
        "open|show|look at|understand|paste|upload] [images|pictures|a picture|an image|a photo|"
        "photos|an attachment|screenshots|a pdf|files]",
        "[does <phi>|does phial|do you] [support|understand|read|accept|see] [images|pictures|"
        "photos|attachments|files|audio|voice|screenshots]",
        full="Phi-4 reads text only. If you paste an image, Phial says so and keeps your text.",
        short="No, Phi-4 reads text only.",
        points="- text: yes\n- images: no\n- sound: no",
        fr="Phi-4 ne lit que du texte.",
        de="Phi-4 liest nur Text.",
        why="Because it was trained on text alone.",
    ),
)
