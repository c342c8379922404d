"""Words that are looked for in sentences: small ones, negations and numbers."""

from __future__ import annotations

from app.documents.checking.english_words import ENGLISH_WORDS

_COMMON = (  # not shown
    "a about according accordingly additionally after all also although an and another any "
    "are as at be because before both but by can could did do does each either every finally "
    "first firstly for from furthermore generally had has have he hence her his however i if "
    "in instead is it its itself last later lastly likewise many may meanwhile moreover most "
    "much must my neither nevertheless next no nor not note now of often on once one only or "
    "other otherwise our over per rather second secondly several she should similarly since "
    "so some still such than that the their them then there therefore these they third this "
    "those though through thus to together too under unless until upon usually was we were "
    "what when where whereas whether which while who whose why will with within without would "
    "yes yet you your page section chapter figure table document passage source text answer "
    "question der die das ein eine und oder aber auch nach vor seit laut gemäß wenn weil dass "
    "dies diese dieser es er sie wir ihr man im in am an auf aus bei mit von zu zum zur über "
    "unter für wurde wurden wird werden war waren hat hatte haben sein sind als noch mehr so dem "
    "den des einem einen einer sich nur kann muss soll elle elles ils ce cette nous vous sur dans "
    "par pour avec est sont depuis le la les un une des et ou mais selon el los las una y o pero "
    "según "
)
_BEFORE_NAMES = (  # not shown; German nouns that stand directly before a name
    "standort werk firma stadt dorf gemeinde landkreis kreis bezirk land staat frau herr herrn "
    "familie doktor professor professorin direktor direktorin präsident präsidentin minister "
    "ministerin kanzler kanzlerin kapitän general oberst könig königin kaiser papst bischof "
    "ingenieur ingenieurin architekt architektin autor autorin richter richterin fluss insel berg "
    "straße platz hotel schloss burg kirche museum universität projekt modell produkt marke "
    "unternehmen konzern verein partei abteilung klasse gruppe typ linie "
)
_TITLES = (  # not shown
    "dr prof mr mrs ms miss sir herr herrn frau m mme mlle sr sra signor signora doctor professor "
)
_PRONOUNS = (  # not shown
    "he she it they this these that those his her its their there er sie es dies dieser diese ihr "
    "ihre sein seine il elle ils elles "
)
_GERMAN_COUNTED = (  # not shown
    "artikel absatz paragraf kapitel seite abschnitt tabelle abbildung nummer anhang punkt jahr "
    "jahres jahre jahren monat monaten ende anfang mitte prozent tonnen meter metern kilometer "
    "stunden tage tagen wochen geschäftsjahr euro "
)
_ALIKE = (  # not shown
    "€ eur euro euros, "
    "$ usd dollar dollars, "
    "£ gbp pound pounds sterling pfund, "
    "¥ jpy yen, "
    "chf sfr franken franc francs, "
    "% percent prozent, "
    "monday Mon montag lundi lunes, "
    "tuesday Tue Tues dienstag mardi martes, "
    "wednesday Wed mittwoch mercredi miércoles, "
    "thursday Thu Thurs donnerstag jeudi jueves, "
    "friday Fri freitag vendredi viernes, "
    "saturday Sat samstag sonnabend samedi sábado, "
    "sunday Sun sonntag dimanche domingo, "
)
_NEGATIONS = (  # not shown
    "not no never neither nor cannot without none n't nicht kein keine keinen keiner nie ohne "
    "weder ne pas jamais sans sin nunca "
)
_UNITS = (  # not shown
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen "
)
_GERMAN = (  # not shown
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn "
)
_TENS = (  # not shown
    "twenty thirty forty fifty sixty seventy eighty ninety "
)
_GERMAN_TENS = (  # not shown
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig "
)
_ORDINALS = (  # not shown
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
)
_GERMAN_ORDINALS = (  # not shown; with any ending: "dritte", "dritten"
    "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft "
)

SMALL = frozenset(_COMMON.split())
"""Words that say nothing of their own."""
COMMON = SMALL | frozenset(_GERMAN_COUNTED.split())
"""Words that begin sentences with a capital and are no names."""
PRONOUNS = frozenset(_PRONOUNS.split())
"""Words for somebody or something that the sentence before names."""
TITLES = frozenset(_TITLES.split())
"""Words before names that are none of the name."""
ALIKE = tuple(frozenset(names.split()) for names in _ALIKE.split(",") if names.strip())
"""Words and signs that name the same; those with a capital or no letter are looked for as such."""
BEFORE_NAMES = frozenset(_BEFORE_NAMES.split())
"""German nouns that are no names, but what stands directly behind them is one."""
STARTERS = COMMON | ENGLISH_WORDS
"""These and all other words that may begin a sentence: no names either, in that place."""
NEGATIONS = frozenset(_NEGATIONS.split())
UNITS = tuple(_UNITS.split())
NUMBER_WORDS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(UNITS)},
    **{word: float(value) for value, word in enumerate(_GERMAN.split())},
    **{word: 10.0 * value for value, word in enumerate(_TENS.split(), 2)},
    **{word: 10.0 * value for value, word in enumerate(_GERMAN_TENS.split(), 2)},
}
ORDINALS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_ORDINALS.split(), 1)},
    **{
        f"{word}{ending}": float(value)
        for value, word in enumerate(_GERMAN_ORDINALS.split(), 1)
        for ending in ("e", "en", "er", "es", "em")
    },
}
