"""Words that are looked for in sentences: small ones, negations and numbers."""

from __future__ import annotations

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
    "unter für le la les un une des et ou mais selon el los las una y o pero según "
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

_STARTERS = (  # not shown
    "ability access account accounts action actions age agreement agreements aid air amounts "
    "animals answers applicants approval areas arms art aspects assets authority authors bank "
    "banks benefits birds birth blood board boards books bread buildings business businesses "
    "buyers calls capital care cars cases cash cause causes change changes checks chief "
    "children choice cities citizens claims clause clauses clients coal coffee comments "
    "companies compare competition concern conditions consent consider contact contents "
    "contract contracts copies copper corn cost costs cotton councils countries course courts "
    "credit crime critics crops customers damage data days deaths debt debts deliveries "
    "demand deposits depth design despite details doctors documents doubt duties earlier "
    "earth eight eleven employees energy engineers equal errors europe evidence examples "
    "exceptions exercise experts exports failure failures faith faults fees fewer fifteen "
    "fifty figures files fire fish five food forests forty four fourth freedom fuel funding "
    "funds further gas glass goals gold goods ground growth guests health heat help high "
    "history homes hours houses ice ideas images imports income industry inflation "
    "information interest interests iron issues items jobs judges keep key kinds knowledge "
    "labour land languages large laws lawyers leaders length less light limits lines links "
    "lists little loans long loss losses love low machines mail main major management "
    "managers manufacturers materials matters meals means measures meat members memory men "
    "messages metal methods milk mines minor minutes models money months music names nature "
    "new news nine nobody none nothing notice notices numbers objects offers officers "
    "officials oil old open options orders origin others output owners ownership pain paper "
    "parents parking parties partners parts patients pay payment payments peace people "
    "permits persons photos pilots plans plants points police policies ports power practice "
    "prices prior private problems procedures products profit profits progress projects proof "
    "property public pupils quality questions rain rates reading reasons receipts records "
    "reports requests research residents results returns revenue rice rights risk risks roads "
    "roles rules safety sales salt samples schools science scientists sea sections security "
    "see seeds sellers services seven shares shipments ships signs silver similar six sixty "
    "size small snow soil soldiers someone something sound space spending staff standards "
    "states steel steps stock stocks stone stores strength students studies subject success "
    "sugar supplies supply support surplus surveys sweat systems talks tax taxes teachers "
    "teams ten tenants terms tests texts thanks things thirty three tickets time times tools "
    "top total towns trade traffic training trains transport travel treatment trees troops "
    "truth twelve twenty two types use users values various vehicles versions victims views "
    "visitors voters votes wages war waste water ways wealth weather weeks whatever wheat "
    "white whoever width wind women wood words work workers works writers years young youth "
)
COMMON = frozenset(_COMMON.split())
"""Words that begin sentences with a capital and are no names."""
STARTERS = COMMON | frozenset(_STARTERS.split())
"""These and nouns that begin sentences without an article: no names either, in that place."""
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
