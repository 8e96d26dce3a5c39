"""The words of many countries by which tax rates name their kind, side and marks; for folded text."""

import re

WITHHOLDING = r"withh|retencion|\birpf\b|ritenut|retenue|\brct\b|quellensteuer|bronbelasting|retencao"
REVERSE = (
    r"reverse.?charg|reverse.?tax|customer account|autoliquid|sujeto pasivo|\bisp\b|13b"
    r"|verlegd|\bdrc\b|rev\.? ?ch(r?g|arge)|\brcm\b"
    r"|\brc\b|\brch"
    r"|inversione contab|omvan|omvend|steuerschuldner|self.?assess|medecontractant|cocontract|autofattur"
    r"|inversao|odwrotne|reverschg|reverseoutput|reverseinput|drcharge|\bnir rc\b|eftersk"
)
EC = (
    r"(?<!non[ -])(?<!non)(?<!outside )(?<!extra[ -])(?<!buiten )(?<!buiten de )(?<!hors )\b(ec|eu|eg|ue|eec"
    r"|intra)\b(?! ?only)"
    r"|\bec(zr|acq|input|output|serv|goods)|intra.?com|intra.?gem|intra.?eu|innergem|innerg\b"
    r"|\bi\.?g\.? ?(lief|erw)"
    r"|\big (lief|erw)|\baic\b|(?<!capital )acquisition"
    r"|intrakom|binnen de eu|binnen eu|unionsintern|wewnatrz"
    r"|\bmoss\b|\boss\b"
    r"|european|community|adq.* intra|comunitari|eu.?land"
)
IMPORT = (
    r"import|postponed|\bpva\b|einfuhr|drittland.*erwerb|invoer|gstonimp|customs|douane|dogana"
    r"|\bimn\b|bolla dog"
)
EXPORT = (
    r"(?<!excluding )(?<!excluding goods )export|ausfuhr|drittl|esporta|uitvoer|buiten (de )?eu"
    r"|hors (ue|eu|ce)|outside (the )?(eu|ec|ue)\b"
    r"|extra.?(eu|comm|ue|cee)|non.?(eu|ec)\b|rest of (the )?world|\brow\b|zahranici|third countr"
    r"|\bex\b(?!empt)"
)
OUTSIDE = (
    r"out.?of.?scope|outside|outofscope|no vat|no gst|no tax|no hst|no sales tax|non.?(vat|gst)|not? (vat"
    r"|gst)|novat|notax"
    r"|^none( |$)|\bnone\b|\bn.?t\b|\bn/a\b|not applicable|bas.?exc|basexcluded|not report|unreported"
    r"|nicht steuerbar"
    r"|hors champ|non soumis|no sujet|non soggett|fuori campo|niet belast|ej moms|nao sujeit|not registered"
    r"|\bkeine? (mwst|ust|steuer|umsatz)|without (vat|tax|gst)|sans tva|sin iva|senza iva|geen btw"
    r"|ohne (mwst|ust|steuer)"
    r"|not rated|non tax|nontaxable|\bnon\b$|\bt9\b|buiten (het )?toepassing|utanfor|kleinunternehm"
    r"|no deducible iva"
)
EXEMPT = (
    r"exempt|\bexe\b|input.?taxed|\binp\b|inputtaxed|steuerfrei|steuerbefreit|befreit|exoner|exonor"
    r"|\bexento|esente"
    r"|esenzion|vrijgesteld|isent|undantag|momsfri|fritatt|zwoln|fritaget|\bt2\b|\bn4\b|sin impuesto|unecht"
)
ZERO = (
    r"zero|gst.?free|\bfre\b|\bzr\b|\bzr(input|output)|free income|free expense|nulltarif|nullsatz"
    r"|nul.?tarief"
    r"|taux zero|tipo cero|aliquota zero|nollsats|zerorated|\bt0\b|nihil|gstfree|0.?rated|\bnul\b"
)
REDUCED = (
    r"reduced|reduz|ermassigt|ermaessigt|reduit|reducid|ridott|laag|lower|low rate|\brr\b|\brr(input"
    r"|output)|second"
    r"|intermedi|super.?red|livestock|half rate|minorad|lav sats|redukt|specifique|superreduc|parking"
)
STANDARD = (
    r"standard|normal|general|full rate|voll|regelsteuer|ordinari|hoog|regular|ganzer|\bstd\b|\bsr\b|\bt1\b"
)
ORDINARY = (
    r"\b(vat|gst|hst|pst|qst|tvq|tps|tvh|tva|iva|btw|mwst|ust|moms|mva|sales tax|tax|igic|ipsi"
    r"|consumption tax)\b"
)
CAPITAL = (
    r"(?<!non[ -])capital|capex|(?<!non[ -])\bcap\b|immobil|activos? fijo|investitionsg|bienes de inv"
    r"|fixed asset|anlageverm|anlageguter|investiss"
    r"|beni strument|beni ammort|\binv\b|investering|imobiliz"
)
GOODS = (
    r"\b(goods?|biens?|bienes|beni|waren|goederen|lieferung(en)?|lief|varor|erwerb|g|bens)\b"
    r"|ecgoods|acquisition"
)
SERVICES = (
    r"\b(services?|servicios?|servizi|leistung(en)?|diensten|dienst|prestations?|tjanster|s|servicos?"
    r"|serv)\b"
)
SERVICES += r"|dienstleist|sonstige leist|services"

SALES = (
    r"\bsales?\b(?! tax)|\bincome\b|\boutput\b|output\d*$|output|\brevenue\b|\bsell|collect|\bout\b"
    r"|\bust\b|umsatzsteuer"
    r"|repercut|ausgang|verkauf|vente|vendit|verkoop|verschuldigd|a debito|collectee|\bexports?\b"
    r"|ausfuhr|devengado"
    r"|\bumsatze?\b|erlose|forsalg|utgaende|salg\b|uitvoer|levering|\bst\d+$|ventas|receipts|sortie"
    r"|its\b|\blief"
    r"|ausgefuhrt|liefer"
)
PURCHASES = (
    r"purchas|expens|\binput\b(?!.?tax)|input\d*$|(?<!taxed)input(?! ?taxed)|\bcosts?\b|\bbuy|\bin\b$"
    r"|vorsteuer|\bvst\b"
    r"|soportado|\bsop\.? "
    r"|deductible|deducible|deduct|eingang|einkauf|achat|acquis|acquist|inkoop|voorbelasting"
    r"|a credito"
    r"|\bimports?\b|importation|einfuhr|invoer|overheads|compras?|kop\b|ingaende|\bpt\d+$|aufwand"
    r"|erwerb|spending"
    r"|gstonimp|reclaim|itc\b|input tax credit|detraibil"
)
NOT_RECLAIMED = (
    r"not recl|non.?recov|non.?recup"
    r"|irrecover|non.?deduct|no deduc|nicht (vorsteuer)?abz|ohne vorsteuerabz|indetr"
    r"|blocked|no claim|disallow"
)
TRAITS = (
    ("not reclaimed", NOT_RECLAIMED),
    ("margin", r"margin|differenzbest|marge\b"),
    ("flat rate", r"flat.?rate|\bfrs\b|pauschal|forfait|forfett"),
    ("on payment", r"encaiss|cash (basis|accounting)|caja|per cassa|vereinnahmt|kasstelsel"),
    ("split payment", r"split payment|scissione"),
    ("intent", r"d'intent|lettre? d'intent|suspension de t"),
    ("cess", r"\bcess\b"),
    ("surcharge", r"recargo|equivalenc"),
    ("postponed", r"postponed|\bpva\b"),
    ("construction", r"\bcis\b|construct|bauleist|domestic|\buk reverse|\bdrc\b"),
    ("phones", r"\bmpcc|mobile phone"),
    ("triangular", r"triang|dreieck"),
    ("digital", r"\bm?oss\b|digital|electronic|one stop"),
    ("marketplace", r"marketplace"),
    ("low value", r"low.?value|\blvg\b"),
    ("distance", r"distance sell|distance sale|afstandsverk|fernverkauf|ventes? a distance"),
    ("private", r"private|privat|eigenverbrauch|own use"),
    ("agricultural", r"livestock|agric|landwirt|farm"),
    ("adjustment", r"adjust|korrektur|regularis|correction"),
    ("bad debt", r"bad debt"),
    ("tourist", r"tourist"),
    ("luxury", r"luxury|\bwine\b|\bwet\b|\blct\b|cellar"),
    ("second hand", r"second.?hand"),
    ("deemed", r"deemed"),
    ("by hand", r"\bmanual|afwijkend"),
    ("customer accounting", r"customer account"),
    ("by customer", r"customer account\w* .*by customer"),
    ("regulation 33", r"(?<!non[ -])\breg\w*\.? 33"),
    ("not regulation 33", r"\bnon[ -]reg\w*\.? 33"),
    ("residual", r"residual"),
    ("special scheme", r"special scheme"),
    ("igds", r"\bigds\b"),
    ("unregistered", r"non.?(gst|vat) reg|unregistered|not registered"),
)
# A rate with one of these stands only for another with the same: nothing ordinary does for it.
SINGULAR = frozenset(
    ["margin", "private", "adjustment", "bad debt", "tourist", "luxury", "second hand", "deemed", "by hand"]
)
SINGULAR |= {
    "distance",
    "low value",
    "marketplace",
    "not reclaimed",
    "flat rate",
    "split payment",
    "intent",
    "cess",
}
# Different taxes that may share a percentage: the families, and the regions that have their own rate.
REGIONS = re.compile(
    r"\b(cgst|sgst|igst|utgst)(?=\d|\b)"
    r"|\b(state tax|central tax|integrated tax|interstate|ut tax"
    r"|hst|pst|qst|tvq|rst|igic|ipsi|ontario|on|bc|british columbia|ab|alberta|sk|saskatchewan|mb"
    r"|manitoba|qc|quebec"
    r"|nb|new brunswick|ns|nova scotia|nl|newfoundland|pe|pei|prince edward island|corse|corsica|dom"
    r"|reunion"
    r"|abu dhabi|dubai|sharjah|ajman|umm al quwain|ras al khaimah|fujairah"
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
SAME_REGION = {
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
    "state tax": "sgst",
    "central tax": "cgst",
    "integrated tax": "igst",
    "interstate": "igst",
    "ut tax": "utgst",
    "rst": "pst",
}
FAMILIES = frozenset({"hst", "pst", "qst", "igic", "ipsi", "cgst", "sgst", "igst", "utgst"})
TWO_LETTERS = {"on", "bc", "ab", "sk", "mb", "qc", "nb", "ns", "nl", "pe"}
