"""The words of sums in eight languages, and the signs they stand for."""

from __future__ import annotations

from collections.abc import Mapping

Words = tuple[str, ...]

OPERATORS: Mapping[Words, str] = {
    ("plus",): "+", ("minus",): "-", ("times",): "*", ("multiplied", "by"): "*",
    ("divided", "by"): "/", ("mal",): "*", ("geteilt", "durch"): "/", ("fois",): "*",
    ("moins",): "-", ("divisé", "par"): "/", ("más",): "+", ("menos",): "-", ("por",): "*",
    ("dividido", "por"): "/", ("dividido", "entre"): "/", ("to", "the", "power", "of"): "^",
    ("raised", "to", "the", "power", "of"): "^", ("hoch",): "^", ("puissance",): "^",
    ("elevado", "a"): "^", ("multiplié", "par"): "*", ("multiplicado", "por"): "*",
    ("multipliziert", "mit"): "*", ("dividiert", "durch"): "/",
    ("increased", "by"): "+", ("reduced", "by"): "-", ("decreased", "by"): "-",
    ("lowered", "by"): "-", ("raised", "by"): "+", ("erhöht", "um"): "+",
    ("vermehrt", "um"): "+", ("vermindert", "um"): "-", ("verringert", "um"): "-",
    ("reduziert", "um"): "-", ("augmenté", "de"): "+", ("majoré", "de"): "+",
    ("diminué", "de"): "-", ("réduit", "de"): "-", ("aumentado", "en"): "+",
    ("aumentado", "en", "un"): "+", ("aumentado", "un"): "+", ("reducido", "en"): "-",
    ("reducido", "en", "un"): "-", ("reducido", "un"): "-", ("disminuido", "en", "un"): "-",
    ("disminuido", "en"): "-", ("زائد",): "+", ("ناقص",): "-", ("ضرب",): "*",
    ("مضروبا", "في"): "*", ("مقسوما", "على"): "/", ("تقسيم",): "/", ("جمع",): "+",
    ("più",): "+", ("meno",): "-", ("per",): "*", ("volte",): "*", ("diviso",): "/",
    ("diviso", "per"): "/", ("moltiplicato", "per"): "*", ("elevato", "a"): "^",
    ("aumentato", "del"): "+", ("aumentato", "di"): "+", ("ridotto", "del"): "-",
    ("diminuito", "del"): "-", ("diminuito", "di"): "-", ("mais",): "+", ("vezes",): "*",
    ("aumentado", "em"): "+", ("acrescido", "de"): "+", ("reduzido", "em"): "-",
    ("diminuído", "em"): "-",
    ("जोड़",): "+", ("धन",): "+", ("घटा",): "-", ("ऋण",): "-", ("गुणा",): "*", ("भाग",): "/",
}  # fmt: skip
RELATIONS: Mapping[Words, str] = {
    ("is", "equal", "to"): "=", ("equals",): "=", ("is",): "=", ("are",): "=", ("makes",): "=",
    ("gives",): "=", ("yields",): "=", ("leaves",): "=", ("comes", "to"): "=",
    ("results", "in"): "=", ("is", "exactly"): "=", ("ist",): "=", ("sind",): "=",
    ("ist", "gleich"): "=", ("beträgt",): "=", ("macht",): "=", ("gibt",): "=",
    ("ergibt",): "=", ("ergeben",): "=", ("est",): "=", ("est", "de"): "=",
    ("es", "de"): "=", ("è", "di"): "=", ("é", "de"): "=", ("font",): "=", ("fait",): "=",
    ("donne",): "=", ("vaut",): "=", ("égale",): "=", ("est", "égal", "à"): "=", ("es",): "=",
    ("son",): "=", ("da",): "=", ("es", "igual", "a"): "=", ("يساوي",): "=", ("تساوي",): "=",
    ("هو",): "=", ("هي",): "=", ("बराबर",): "=", ("बराबर", "है"): "=",
    ("fa",): "=", ("fanno",): "=", ("è",): "=", ("dà",): "=", ("sono",): "=",
    ("è", "uguale", "a"): "=", ("é",): "=", ("são",): "=", ("dá",): "=", ("é", "igual", "a"): "=",
    ("è", "circa"): "~", ("é", "aproximadamente"): "~", ("é", "cerca", "de"): "~",
    ("è", "maggiore", "di"): ">", ("è", "più", "grande", "di"): ">", ("è", "minore", "di"): "<",
    ("è", "più", "piccolo", "di"): "<", ("é", "maior", "que"): ">", ("é", "menor", "que"): "<",
    ("é", "maior", "do", "que"): ">", ("é", "menor", "do", "que"): "<",
    ("is", "about"): "~", ("is", "approximately"): "~",
    ("is", "roughly"): "~", ("equals", "approximately"): "~", ("ist", "etwa"): "~",
    ("ist", "ungefähr"): "~", ("sind", "etwa"): "~", ("est", "environ"): "~",
    ("es", "aproximadamente"): "~",
    ("exceeds",): ">", ("exceed",): ">", ("surpasses",): ">", ("übersteigt",): ">",
    ("übertrifft",): ">", ("dépasse",): ">", ("supera",): ">", ("supera", "a"): ">",
    ("is", "greater", "than"): ">", ("is", "larger", "than"): ">", ("is", "bigger", "than"): ">",
    ("is", "more", "than"): ">", ("is", "higher", "than"): ">", ("is", "less", "than"): "<",
    ("is", "smaller", "than"): "<", ("is", "lower", "than"): "<", ("ist", "größer", "als"): ">",
    ("ist", "mehr", "als"): ">", ("ist", "kleiner", "als"): "<", ("ist", "weniger", "als"): "<",
    ("est", "plus", "grand", "que"): ">", ("est", "supérieur", "à"): ">",
    ("est", "plus", "petit", "que"): "<", ("est", "inférieur", "à"): "<",
    ("es", "mayor", "que"): ">", ("es", "menor", "que"): "<",
    ("أكبر", "من"): ">", ("أصغر", "من"): "<", ("هو", "أكبر", "من"): ">", ("هو", "أصغر", "من"): "<",
}  # fmt: skip
STRESSING = (  # not shown: "is indeed larger than"
    "indeed actually clearly definitely certainly really truly also still thus therefore slightly "
    "much far numerically mathematically strictly in_fact a_bit a_little tatsächlich wirklich "
    "eindeutig etwas deutlich viel damit bien donc effectivement clairement légèrement realmente "
    "claramente en_realidad effettivamente chiaramente efetivamente"
)
STRESSED = frozenset(tuple(one.split("_")) for one in STRESSING.split())
BEHIND: Mapping[Words, tuple[str, ...]] = {  # not shown: what is done with the number before
    ("squared",): ("^2",), ("cubed",): ("^3",), ("au", "carré"): ("^2",), ("au", "cube"): ("^3",),
    ("al", "cuadrado"): ("^2",), ("al", "cubo"): ("^3",), ("zum", "quadrat"): ("^2",),
    ("im", "quadrat"): ("^2",), ("doubled",): ("*", "2"), ("tripled",): ("*", "3"),
    ("factorial",): ("!",), ("fakultät",): ("!",), ("halved",): ("/", "2"),
    ("verdoppelt",): ("*", "2"), ("halbiert",): ("/", "2"),
    ("al", "quadrato"): ("^2",), ("elevato", "al", "quadrato"): ("^2",),
    ("ao", "quadrado"): ("^2",), ("elevado", "ao", "quadrado"): ("^2",), ("ao", "cubo"): ("^3",),
    ("fattoriale",): ("!",), ("fatorial",): ("!",),
    ("का", "आधा"): ("/", "2", "="), ("का", "तिहाई"): ("/", "3", "="),
    ("का", "एक", "तिहाई"): ("/", "3", "="), ("का", "चौथाई"): ("/", "4", "="),
    ("का", "एक", "चौथाई"): ("/", "4", "="), ("का", "दोगुना"): ("*", "2", "="),
    ("का", "दुगुना"): ("*", "2", "="), ("का", "तिगुना"): ("*", "3", "="),
}  # fmt: skip
ROOTS: Mapping[Words, str] = {  # not shown
    ("square", "root", "of"): "2", ("wurzel", "aus"): "2", ("wurzel", "von"): "2",
    ("quadratwurzel", "aus"): "2", ("quadratwurzel", "von"): "2", ("racine", "carrée", "de"): "2",
    ("raíz", "cuadrada", "de"): "2", ("cube", "root", "of"): "3", ("kubikwurzel", "aus"): "3",
    ("radice", "quadrata", "di"): "2", ("radice", "cubica", "di"): "3",
    ("raiz", "quadrada", "de"): "2", ("raiz", "cúbica", "de"): "3",
    ("kubikwurzel", "von"): "3", ("racine", "cubique", "de"): "3", ("raíz", "cúbica", "de"): "3",
}  # fmt: skip
AHEAD: Mapping[Words, str] = {  # not shown: "the square of 8"
    ("square", "of"): "^2", ("cube", "of"): "^3", ("factorial", "of"): "!",
    ("quadrat", "von"): "^2",
    ("fakultät", "von"): "!", ("carré", "de"): "^2", ("cube", "de"): "^3",
    ("factorielle", "de"): "!",
    ("quadrato", "di"): "^2", ("cubo", "di"): "^3", ("fattoriale", "di"): "!",
    ("quadrado", "de"): "^2", ("fatorial", "de"): "!",
    ("cuadrado", "de"): "^2", ("cubo", "de"): "^3", ("factorial", "de"): "!",
}  # fmt: skip
OFF: Mapping[Words, str] = {  # not shown: behind a share: "25 % more than 80", "20 % off 80"
    ("more", "than"): "+", ("less", "than"): "-", ("off",): "-", ("off", "of"): "-",
    ("mehr", "als"): "+",
    ("weniger", "als"): "-", ("de", "plus", "que"): "+", ("de", "moins", "que"): "-",
    ("más", "que"): "+", ("menos", "que"): "-", ("in", "più", "di"): "+",
    ("in", "meno", "di"): "-", ("a", "mais", "que"): "+", ("a", "menos", "que"): "-",
}  # fmt: skip
PARTS: Mapping[str, int] = {  # not shown: "half of", "drei Viertel von"
    "half": 2, "hälfte": 2, "moitié": 2, "mitad": 2, "نصف": 2, "drittel": 3, "tiers": 3,
    "tercio": 3, "tercios": 3, "ثلث": 3, "viertel": 4, "quart": 4, "quarts": 4, "ربع": 4,
    "metà": 2, "metade": 2, "terço": 3, "terços": 3,
    "fünftel": 5, "sechstel": 6, "achtel": 8, "zehntel": 10,
}  # fmt: skip
PLACES: Mapping[str, int] = {  # not shown: behind "a" or a count; else a place, "the third of 5"
    "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10,
    "thirds": 3, "quarters": 4, "fourths": 4, "fifths": 5, "sixths": 6, "eighths": 8, "tenths": 10,
    "cinquième": 5, "cinquièmes": 5, "sixième": 6, "dixième": 10, "dixièmes": 10, "cuarto": 4,
    "terzo": 3, "terzi": 3, "quarto": 4, "quarti": 4, "quartos": 4, "quinti": 5, "decimo": 10,
    "cuartos": 4, "quinto": 5, "quintos": 5, "décimo": 10, "décimos": 10,
}  # fmt: skip
COUNTED = {"a", "an", "one", "un", "una", "um", "uma"}  # not shown
COUNTS: Mapping[str, str] = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
TIMES: Mapping[str, int] = {  # not shown: "twice 8", "das Doppelte von 8"
    "twice": 2, "double": 2, "triple": 3, "thrice": 3, "quadruple": 4, "doppelte": 2,
    "dreifache": 3, "vierfache": 4, "fünffache": 5, "zehnfache": 10, "doble": 2, "ضعف": 2,
    "doppio": 2, "triplo": 3, "quadruplo": 4, "dobro": 2,
}  # fmt: skip
WITHOUT_OF = {"twice", "thrice", "double", "triple", "ضعف", "نصف", "ثلث", "ربع"}  # not shown
HALVES_OF_TIME = {"first", "second", "last", "latter", "next", "this", "every", "each", "erste",
                   "ersten", "zweite", "zweiten", "letzten", "première", "deuxième", "dernière",
                   "primera", "segunda", "última", "prima", "seconda", "ultima",
                   "primeira"}  # fmt: skip
YEARS = range(1800, 2101)
CHANGING = {"dividing": "/", "multiplying": "*", "increasing": "+", "raising": "+",
             "reducing": "-", "decreasing": "-", "lowering": "-", "erhöht": "+",
             "reduziert": "-", "senkt": "-"}  # fmt: skip
CHANGED = {"erhöht": "+", "gesteigert": "+", "vermehrt": "+", "vermindert": "-", "reduziert": "-",
            "gesenkt": "-", "verringert": "-"}  # fmt: skip
BY = {"by", "um"}
PER_CENT = {
    ("pour", "cent"),
    ("por", "ciento"),
    ("per", "cent"),
    ("per", "cento"),
    ("por", "cento"),
    ("في", "المئة"),
    ("في", "المائة"),
}
OF = {"of", "von", "de", "der", "des", "del", "di", "من"}
ABOUT = {"about", "approximately", "roughly", "around", "nearly", "ca", "circa", "etwa", "rund",
          "ungefähr", "knapp", "environ", "presque", "quase", "casi",
          "aproximadamente"}  # fmt: skip
AS_WHAT = frozenset({  # not shown
    ("as", "a", "percentage"), ("as", "a", "percent"), ("as", "a", "decimal"),
    ("as", "a", "fraction"), ("as", "a", "decimal", "number"), ("als", "dezimalzahl"),
    ("als", "bruch"), ("in", "prozent"), ("in", "percent"), ("en", "pourcentage"),
    ("en", "porcentaje"), ("in", "percentuale"), ("em", "porcentagem"),
})  # fmt: skip
"""Between a number and what it is said to be, these say how it is written."""
ONLY_BEFORE: Mapping[Words, set[str]] = {  # not shown
    ("per",): {"fa", "fanno", "è", "dà"},
    ("mais",): {"é", "são", "dá", "igual"},
}
"""In other languages "3 per 4" is three for each four, and "mais" is "but"."""
_CHANGES = {"increased", "reduced", "decreased", "lowered", "raised", "erhöht", "vermehrt",
            "vermindert", "verringert", "reduziert", "augmenté", "majoré", "diminué", "réduit",
            "aumentado", "reducido", "disminuido", "aumentato", "ridotto", "diminuito",
            "acrescido", "reduzido", "diminuído"}  # fmt: skip
BY_SHARE = frozenset(words for words in OPERATORS if words[0] in _CHANGES and len(words) > 1)
"""Behind these a share is one of the number before: "40 reduced by 10 %" is never 39.9."""
_FEES = (  # not shown
    "tip,sales tax,tax,discount,gratuity,service charge,commission,markup,surcharge,deposit,vat,"
    "down payment,trinkgeld,rabatt,mehrwertsteuer,mwst,umsatzsteuer,skonto,aufschlag,provision,"
    "anzahlung,de pourboire,pourboire,de remise,remise,de tva,tva,de commission,de propina,propina,"
    "de descuento,descuento,de iva,iva,de comisión,di mancia,mancia,di sconto,sconto,di iva,"
    "de gorjeta,gorjeta,de desconto,desconto,de comissão"
)
FEES = frozenset(tuple(one.split()) for one in _FEES.split(","))
FEE_NAMES = frozenset(words[-1] for words in FEES)
FEES_ON = {"on", "auf", "sur", "sobre", "su", "von", "of"}
FEE_ARTICLES = {"a", "an", "the", "eine", "einen", "die", "une", "un", "una", "la", "uma"}
BILLS = {"bill", "purchase", "meal", "order", "check", "item", "sale", "dinner", "subtotal"}
OUT_OF = ("out", "of")
