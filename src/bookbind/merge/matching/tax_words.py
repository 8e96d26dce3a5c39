"""What the name and code of a tax rate say, in the words of many countries."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """A tax rate as read: `rate` in percent, `side` sales, purchases, both or empty.

    `kind_given` says that the vendor's own field named the kind, `kind_named` that at least the words did.
    `nature` is goods, services or empty; `traits` are marks that tell special rates apart. `region` are
    places with a rate of their own, `family` the taxes that stand beside the ordinary one there.
    """

    rate: Decimal | None
    side: str
    kind: str
    kind_given: bool
    kind_named: bool
    capital: bool
    nature: str
    traits: frozenset[str]
    region: frozenset[str]
    family: frozenset[str]
    words: frozenset[str]


_GIVEN = {
    "zero_rated": "zero",
    "no_vat": "outside",
    "no_tax": "outside",
    "none": "outside",
    "out_of_scope": "outside",
    "capital": "taxed",
}
_KINDS = {
    "standard",
    "reduced",
    "zero",
    "exempt",
    "outside",
    "reverse_charge",
    "ec",
    "ec_goods",
    "ec_services",
}
_KINDS |= {"import", "export", "withholding"}

_WITHHOLDING = r"withh|retencion|\birpf\b|ritenut|retenue|\brct\b|quellensteuer|bronbelasting|retencao"
_REVERSE = (
    r"reverse.?charg|reverse.?tax|autoliquid|sujeto pasivo|\bisp\b|13b|verlegd|\bdrc\b|rev\.? ?chrg"
    r"|\brc\b|\brch"
    r"|inversione cont|omvan|omvend|steuerschuldner|self.?assess|medecontractant|cocontract|autofattur"
    r"|inversao|odwrotne|reverschg|reverseoutput|reverseinput|drcharge|\bnir rc\b|eftersk"
)
_EC = (
    r"(?<!non[ -])(?<!non)(?<!outside )(?<!extra[ -])(?<!buiten )(?<!hors )\b(ec|eu|eg|ue|eec"
    r"|intra)\b(?! ?only)"
    r"|\bec(zr|acq|input|output|serv|goods)|intra.?com|intra.?gem|intra.?eu|innergem|innerg\b"
    r"|\bi\.?g\.? ?(lief|erw)"
    r"|\big (lief|erw)|\baic\b|(?<!capital )acquisition"
    r"|intrakom|binnen de eu|binnen eu|unionsintern|wewnatrz"
    r"|\bmoss\b|\boss\b"
    r"|european|community|adq.* intra|comunitari|eu.?land"
)
_IMPORT = (
    r"import|postponed|\bpva\b|einfuhr|drittland.*erwerb|invoer|gstonimp|customs|douane|dogana"
    r"|\bimn\b|bolla dog"
)
_EXPORT = (
    r"export|ausfuhr|drittl|esporta|uitvoer|buiten (de )?eu|hors (ue|eu|ce)|outside (the )?(eu|ec|ue)\b"
    r"|extra.?(eu|comm|ue|cee)|non.?(eu|ec)\b|rest of (the )?world|\brow\b|zahranici|third countr"
    r"|\bex\b(?!empt)"
)
_OUTSIDE = (
    r"out.?of.?scope|outside|outofscope|no vat|no gst|no tax|no hst|no sales tax|non.?vat|not? (vat"
    r"|gst)|novat|notax"
    r"|^none( |$)|\bnone\b|\bn.?t\b|\bn/a\b|not applicable|bas.?exc|basexcluded|not report|unreported"
    r"|nicht steuerbar"
    r"|hors champ|non soumis|no sujet|non soggett|fuori campo|niet belast|ej moms|nao sujeit|not registered"
    r"|\bkeine? (mwst|ust|steuer|umsatz)|without (vat|tax|gst)|sans tva|sin iva|senza iva|geen btw"
    r"|ohne (mwst|ust|steuer)"
    r"|not rated|non tax|nontaxable|\bnon\b$|\bt9\b|buiten (het )?toepassing|utanfor|kleinunternehm"
    r"|no deducible iva"
)
_EXEMPT = (
    r"exempt|\bexe\b|input.?taxed|\binp\b|inputtaxed|steuerfrei|steuerbefreit|befreit|exoner|exonor"
    r"|\bexento|esente"
    r"|esenzion|vrijgesteld|isent|undantag|momsfri|fritatt|zwoln|fritaget|\bt2\b|\bn4\b|sin impuesto|unecht"
)
_ZERO = (
    r"zero|gst.?free|\bfre\b|\bzr\b|\bzr(input|output)|free income|free expense|nulltarif|nullsatz"
    r"|nul.?tarief"
    r"|taux zero|tipo cero|aliquota zero|nollsats|zerorated|\bt0\b|nihil|gstfree|0.?rated|\bnul\b"
)
_REDUCED = (
    r"reduced|reduz|ermassigt|ermaessigt|reduit|reducid|ridott|laag|lower|low rate|\brr\b|\brr(input"
    r"|output)|second"
    r"|intermedi|super.?red|livestock|half rate|minorad|lav sats|redukt|specifique|superreduc|parking"
)
_STANDARD = (
    r"standard|normal|general|full rate|voll|regelsteuer|ordinari|hoog|regular|ganzer|\bstd\b|\bsr\b|\bt1\b"
)
_ORDINARY = (
    r"\b(vat|gst|hst|pst|qst|tvq|tps|tvh|tva|iva|btw|mwst|ust|moms|mva|sales tax|tax|igic|ipsi"
    r"|consumption tax)\b"
)
_CAPITAL = (
    r"capital|capex|\bcap\b|immobil|investitionsg|bienes de inv|fixed asset|anlageverm|anlageguter"
    r"|investiss"
    r"|beni strument|beni ammort|\binv\b|investering|imobiliz"
)
_GOODS = (
    r"\b(goods?|biens?|bienes|beni|waren|goederen|lieferung(en)?|lief|varor|erwerb|g|bens)\b"
    r"|ecgoods|acquisition"
)
_SERVICES = (
    r"\b(services?|servicios?|servizi|leistung(en)?|diensten|dienst|prestations?|tjanster|s|servicos?"
    r"|serv)\b"
)
_SERVICES += r"|dienstleist|sonstige leist|services"

_SALES = (
    r"\bsales?\b(?! tax)|\bincome\b|\boutput\b|output\d*$|output|\brevenue\b|\bsell|collect|\bout\b"
    r"|\bust\b|umsatzsteuer"
    r"|repercut|ausgang|verkauf|vente|vendit|verkoop|verschuldigd|a debito|collectee|\bexports?\b"
    r"|ausfuhr|devengado"
    r"|\bumsatze?\b|erlose|forsalg|utgaende|salg\b|uitvoer|levering|\bst\d+$|ventas|receipts|sortie"
    r"|its\b|\blief"
    r"|ausgefuhrt|liefer"
)
_PURCHASES = (
    r"purchas|expens|\binput\b(?!.?tax)|input\d*$|(?<!taxed)input(?! ?taxed)|\bcosts?\b|\bbuy|\bin\b$"
    r"|vorsteuer|\bvst\b"
    r"|soportado|deductible|deducible|deduct|eingang|einkauf|achat|acquis|acquist|inkoop|voorbelasting"
    r"|a credito"
    r"|\bimports?\b|importation|einfuhr|invoer|overheads|compras?|kop\b|ingaende|\bpt\d+$|aufwand"
    r"|erwerb|spending"
    r"|gstonimp|reclaim|itc\b|input tax credit|detraibil"
)
_TRAITS = (
    (
        "not reclaimed",
        r"not recl|non.?recov|irrecover|non.?deduct|no deduc|nicht abz|indetr|blocked|no claim",
    ),
    ("margin", r"margin|differenzbest|marge\b"),
    ("flat rate", r"flat.?rate|\bfrs\b|pauschal|forfait"),
    ("on payment", r"encaiss|cash (basis|accounting)|caja|per cassa|vereinnahmt|kasstelsel"),
    ("surcharge", r"recargo|equivalenc"),
    ("postponed", r"postponed|\bpva\b"),
    ("construction", r"\bcis\b|construct|bauleist|domestic|\bdrc\b"),
    ("triangular", r"triang|dreieck"),
    ("digital", r"\bm?oss\b|digital|electronic|one stop"),
    ("private", r"private|privat|eigenverbrauch|own use"),
    ("agricultural", r"livestock|agric|landwirt|farm"),
    ("adjustment", r"adjust|korrektur|regularis|correction"),
)
# Different taxes that may share a percentage: the families, and the regions that have their own rate.
_REGIONS = re.compile(
    r"\b(hst|pst|qst|tvq|rst|igic|ipsi|ontario|on|bc|british columbia|ab|alberta|sk|saskatchewan|mb"
    r"|manitoba|qc|quebec"
    r"|nb|new brunswick|ns|nova scotia|nl|newfoundland|pe|pei|prince edward island|corse|corsica|dom"
    r"|reunion"
    r"|guadeloupe|martinique|canar\w*|madeira|acores|azores|northern ireland|isle of man"
    r"|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho"
    r"|illinois"
    r"|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota"
    r"|mississippi|missouri"
    r"|montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota"
    r"|ohio|oklahoma"
    r"|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont"
    r"|virginia|washington"
    r"|wisconsin|wyoming|county|city|state)\b"
)
_SAME_REGION = {
    "on": "ontario",
    "bc": "british columbia",
    "ab": "alberta",
    "sk": "saskatchewan",
    "mb": "manitoba",
    "qc": "quebec",
    "nb": "new brunswick",
    "ns": "nova scotia",
    "nl": "newfoundland",
    "pe": "prince edward island",
    "pei": "prince edward island",
    "tvq": "qst",
    "rst": "pst",
}
_FAMILIES = frozenset({"hst", "pst", "qst", "igic", "ipsi"})
_TWO_LETTERS = {"on", "bc", "ab", "sk", "mb", "qc", "nb", "ns", "nl", "pe"}
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?) ?%")
_SIDES = {
    "sales": "sales",
    "sale": "sales",
    "out": "sales",
    "output": "sales",
    "income": "sales",
    "purchases": "purchases",
    "purchase": "purchases",
    "costs": "purchases",
    "cost": "purchases",
    "in": "purchases",
    "input": "purchases",
    "expense": "purchases",
    "expenses": "purchases",
    "both": "both",
    "any": "both",
    "all": "both",
}


def parse_side(text: str) -> str | None:
    """Sales, purchases or both as said in the words of many exports; None for a word that is none of them."""
    return _SIDES.get(text.strip().lower())


def read_tax(item: Item) -> TaxFacts:
    """What an entry says of its tax: the vendor's fields first, its words where those are silent."""
    text = fold(item.name)
    code = fold(item.code) if item.code != item.id or not item.code.isdigit() else ""
    said = f"{text} {code}".strip()
    rate = item.rate if item.rate is not None else _percentage(item.name)
    given = _given_kind(item.tax_kind)
    named = _named_kind(text, rate) or _named_kind(said, rate)
    kind = given or named or _assumed_kind(text, rate)
    nature = _nature(text) or _nature(code)
    if kind == "ec" and nature:
        kind = f"ec_{nature}"
    return TaxFacts(
        rate=rate,
        side=parse_side(item.side) or _named_side(text, code),
        kind=kind,
        kind_given=bool(given),
        kind_named=bool(given or named),
        capital=item.tax_kind == "capital" or bool(re.search(_CAPITAL, said)),
        nature=nature,
        traits=frozenset(trait for trait, pattern in _TRAITS if re.search(pattern, said)),
        region=_regions(text) - _FAMILIES,
        family=_regions(text) & _FAMILIES,
        words=frozenset(re.findall(r"[a-z]{2,}", text)),
    )


def _given_kind(text: str) -> str:
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    kind = _GIVEN.get(word, word)
    return kind if kind in _KINDS or kind == "taxed" else ""


def _named_kind(text: str, rate: Decimal | None) -> str:
    """The kind that the words name. The special kinds come before what they are made of."""
    ordered = (
        ("withholding", _WITHHOLDING),
        ("import", _IMPORT),
        ("ec", _EC),
        ("reverse_charge", _REVERSE),
        ("export", _EXPORT),
        ("outside", _OUTSIDE),
        ("zero", _ZERO),
        ("exempt", _EXEMPT),
    )
    kind = next((kind for kind, pattern in ordered if re.search(pattern, text)), "")
    # No tax is taken at more than 0 %, whatever words surround it.
    if rate and kind in {"outside", "zero", "exempt", "export"}:
        kind = ""
    if kind or rate == 0:
        return kind
    if re.search(_REDUCED, text):
        return "reduced"
    return "standard" if re.search(_STANDARD, text) else ""


def _assumed_kind(text: str, rate: Decimal | None) -> str:
    if rate == 0:
        return "zero"
    return "taxed" if rate or re.search(_ORDINARY, text) else "other"


def _nature(text: str) -> str:
    goods, services = bool(re.search(_GOODS, text)), bool(re.search(_SERVICES, text))
    if goods == services:
        return ""
    return "goods" if goods else "services"


def _named_side(text: str, code: str) -> str:
    for words in (text, code):
        sales, purchases = bool(re.search(_SALES, words)), bool(re.search(_PURCHASES, words))
        if sales != purchases:
            return "sales" if sales else "purchases"
    return ""


def _regions(text: str) -> frozenset[str]:
    found = _REGIONS.findall(text)
    # Two letters are a province only beside the tax that provinces have, since "on" is a word too.
    if not re.search(r"\b(hst|pst|qst|gst ?[/+&])", text):
        found = [region for region in found if region not in _TWO_LETTERS]
    if "on" in found and re.search(
        r"\bon (\w+ )?(income|sales|expenses|purchases|imports|capital|gst|pst)", text
    ):
        found = [region for region in found if region != "on"]
    return frozenset(_SAME_REGION.get(region, region) for region in found)


def _percentage(name: str) -> Decimal | None:
    found = _PERCENT.search(name)
    return Decimal(found[1].replace(",", ".")) if found else None
