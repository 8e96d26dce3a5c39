"""What ledgers write into names beside the name: codes, remarks, addresses, and second names."""

import re
from collections.abc import Iterable

from bookbind.merge.matching.legal_forms import FORMS
from bookbind.merge.matching.words import EMPTY_WORDS, GROUP_WORDS, LEDGER_WORDS, PLACES

_CURRENCIES = (
    r"gbp|eur|euros?|usd|us dollars?|aud|nzd|cad|chf|jpy|sek|nok|dkk|pln|zar|inr|hkd|sgd|aed"
    r"|czk|huf|cny|sterling|stg"
)
_TLD = (
    r"(?:co\.uk|org\.uk|ac\.uk|gov\.uk|nhs\.uk|ltd\.uk|me\.uk|com\.au|net\.au|co\.nz|co\.za|com\.br"
    r"|co\.in|co\.jp"
    r"|com|net|org|info|biz|io|ai|app|dev|shop|store|online|eu|uk|ie|de|fr|es|it|nl|be|at|ch|se|no|dk"
    r"|fi|pl|pt|ca"
    r"|us|au|nz|in|co|tv|me|cloud|agency|solutions|services|group|tech|studio|design|london|scot|wales)"
)
_WEB = re.compile(
    rf"(?:https?://)?(?:www\d?\.)((?:[\w-]+\.)*?[\w-]+)\.{_TLD}\b(?:/\S*)?"
    rf"|(?:https?://)?(?<![\w@.-])((?:[\w-]+\.)*?[\w-]{{3,}})\.{_TLD}\b(?:/\S*)?(?![\w@])"
)
_EMAIL = re.compile(r"[<(\[]?\s*(?:e-?mail:?\s*)?[\w.+-]+@([\w-]+)(?:\.[\w-]+)+\s*[>)\]]?")
_PHONE = re.compile(
    r"[(\[]?\s*(?:\b(?:tel(?:ephone)?|ph(?:one)?|mob(?:ile)?|fax|call|t|m"
    r"|p)\b[.:]*\s*)?(?:\(\s*)?\+\s?\d[\d\s()./-]{6,}\d\s*[)\]]?"
    r"|[(\[]?\s*\b(?:tel(?:ephone)?|ph(?:one)?|mob(?:ile)?|fax"
    r"|call)\b[.:]*\s*\(?\d[\d\s()./-]{4,}\d\s*[)\]]?"
    r"|[(\[]?\s*(?<![\w-])\(?0\d{2,4}\)?[\s.-]?\d{3,4}[\s.-]?\d{3,4}\b\s*[)\]]?"
    r"|(?<!\w)\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b|(?<!\w)\(?0\d\)?[\s.-]\d{4}[\s.-]?\d{4}\b"
)
_POSTCODE = re.compile(
    r"[,\-(\[]*\s*\b(?:(?:gir 0aa)|[a-z]{1,2}\d[a-z\d]?\s\d[a-z]{2}"
    r"|[a-z]{1,2}\d{1,2}[a-z]?\d[a-z]{2})\b\s*[)\]]?"
    r"|[,\-(\[]*\s*\b[ac-fhknprtv-y](?:\d\d|6w)\s?[\dac-fhknprtv-y]{4}\b(?<![a-z]{7})\s*[)\]]?"
    r"|[,\-(\[]*\s*\b[abceghj-nprstvxy]\d[a-z]\s\d[a-z]\d\b\s*[)\]]?"
    r"|[,\-(\[]*\s*\b(?:[a-z]{2}|nsw|vic|qld|tas|act)\s\d{4,5}(?:-\d{4})?\s*[)\]]?$"
    r"|[,\-(\[]*\s*\b(?:[adflb]|ch|nl|be|at|de|fr|es|it|se|dk|no|pl|pt"
    r"|cz)-\s?\d{4,5}\b(?:\s?[a-z]{2}\b)?\s*[)\]]?"
    r"|[,\-(\[]+\s*\d{4}\s?[a-z]{2}\s*[)\]]?$"
    r"|[,\-(\[]*\s*\b\d{5}-\d{4}\b\s*[)\]]?|[,\-(\[]*\s*\b\d{5}-\d{3}\b\s*[)\]]?"
    r"|[,\-(\[]*\s*\b\d{3}\s\d{2}\s*[)\]]?$"
)
_MARKERS = re.compile(
    r"[*\[({<#!~_]+\s*(?:dd|d/d|direct debit|so|s/o|dup\w*|old|inactive|closed|archived?|do not use|dnu"
    r"|new|stop(?:ped)?|on stop"
    r"|hold|on hold|bacs|chq|cheque|card|cc|credit card|pay(?:ment)? on \w+|see \w+|vat|no vat|one ?off"
    r"|cash|sub|cis|x+|proforma"
    r"|pro forma|urgent|vip|prepaid|do not pay|deleted|\d{1,6})\s*[*\])}>#!~_]+"
    r"|\*+|\b(?:do not use|don'?t use|not in use|use instead|dnu|duplicate|do not pay)\b[!.]*"
    r"|(?:^|[\s-])(?:z{1,3}[-_ ]+|x{2,3}[-_ ]+)(?=\w{3})"
    r"|[-\u2013:(]\s*(?:inactive|closed|archived|deleted|on hold|on stop|direct debit|dd|bacs"
    r"|old(?: account)?|old a/c|new account)\s*\)?\s*$"
)
_REMARKS = re.compile(
    r"\s*[-\u2013\u2014,;:/|(\[{*]+\s*(?:accounts(?: (?:receivable|payable|dep(?:t|artment)|team|office))?"
    r"|credit control|(?:sales|purchase) ledger|finance (?:dep(?:t|artment)|team)|head office|remittances?"
    r"|billing|payroll|invoic(?:es|ing)|weekly|monthly|quarterly|annual(?:ly)?|yearly|(?:paid|pay) by \w+"
    r"|\d+ days(?: net)?|(?:see|ask|check) \w+|(?:new|old) bank details|dispute|landlord|tenant)"
    r"\s*[)\]}*.]*\s*$"
)
_CODES = re.compile(
    r"[(\[]?\s*\b(?:a/c|acct?s?|account|acc|cust(?:omer)?|supp?(?:lier)?|vend(?:or)?|client|ref(?:erence)?"
    r"|our ref|your ref|inv(?:oice)?|vat(?: reg)?(?: no)?|abn|company no|co\.? no|reg(?: no)?|crn|gst|ein)\b"
    r"[\s.:#-]*(?:no\b|number\b|num\b|ref\b|code\b|id\b)?[\s.:#-]*([a-z]{0,5}[-/]?\d[\w/-]+)\s*[)\]]?"
    r"|[(\[]?\s*\b((?:gb|ie|de|fr|nl|es|it|be)\s*(?:gb|ie|de|fr|nl|es|it|be)?\s*\d{8,11}[a-z]{0,2})\b\s*[)\]]?"
    r"|[(\[]?\s*\b(?:no|number|id|mid|cr|use|po)\b[\s.:#-]*([a-z]{0,5}[-/]?\d{3}[\w/-]*)\s*[)\]]?"
    r"|[#]\s?([a-z]{0,4}-?\d[\w-]*)"
    r"|[(\[]\s*(?:a/c|ref)?\s*([a-z]{0,5}[-/]?\d{3,}[\w/-]*)\s*[)\]]"
)
_LEADING_CODE = re.compile(
    r"^\s*((?:[a-z]{1,4}[-_/]?\d{2,}[a-z]?|\d{3,}|[a-z]{2,6}\d{2,5})(?:[-/]\d+)*)\s*(?:[-_:.|/)]+\s*"
    r"|\s+)(?=[a-z(]{2})(?!(?:ltd|limited|llp|plc|inc|t/as?|trading)\b)"
)
# A year at the end is a part of the name.
_TRAILING_CODE = re.compile(
    r"[\s\-_:|/,]+(?!(?:19|20)\d\d\s*$)((?:[a-z]{0,3}[-_/]?\d{4,}|[a-z]{3,6}\d{2,4}|\d{3,}[-/]\d+))\s*$"
    r"|(?<=[a-z]{4})(0\d\d)\s*$"
)
_ACCOUNT_WORD = re.compile(
    r"[(\[\-\s]+(?:a/c|acct|acc)\.?\s*[)\]]?\s*$|^(?:a/c|acct)\.?\s+|[(\[]\s*(?:account|ledger|supplier"
    r"|customer|vendor)\s*[)\]]"
)
_CURRENCY = re.compile(
    rf"[(\[{{]\s*({_CURRENCIES}|[£€$])(?:\s*(?:account|a/c|acc|ledger|only))?\s*[)\]}}]"
    rf"|[\s\-_/:,]+({_CURRENCIES}|[£€$])(?:\s+(?:account|a/c|acc|ledger|only))?\s*$"
    rf"|^({_CURRENCIES})\s*[-:_/]\s*|\s[-/]\s*({_CURRENCIES})\b"
)
_CURRENCY_CODES = {
    "£": "gbp",
    "€": "eur",
    "$": "usd",
    "euro": "eur",
    "euros": "eur",
    "sterling": "gbp",
    "stg": "gbp",
}
_CURRENCY_CODES |= {"us dollar": "usd", "us dollars": "usd"}
_TRADING = re.compile(
    r"[(\[,;\-]*\s*(?:\bt\s?/\s?as?\b|(?<=[\w)] )t\.\s?a\.(?!\w)|\b(?:trading|traded|trades|operating"
    r"|carrying on business|doing business) (?:as|name:?|under)\b|\btrad(?:ing)? as\b"
    r"|\bd\s?/\s?b\s?/\s?a\b|\bdba\b|\bo/a\b|\ba\.?k\.?a\b\.?|\ba/k/a\b|\balso known as\b|\bknown as\b"
    r"|\b(?:now )?(?:formerly|previously|fka|f/k/a|formally)\b(?: known as| called| trading as)?"
    r"|\bprev(?:iously)?\.? |\bn/k/a\b|\bnka\b|\bnow (?:known as|called|trading as)\b|\bwas (?=\w)"
    r"|\bgeb\.|\bh/[to]\b|\bhandelsnaam\b|\bnom commercial\b|\bsub nom\b)\s*:?\s*"
)
_PERSON = (
    r"(?:f\.?\s?a\.?\s?o\b\.?|\batt?n\b\.?|\battention\b(?: of)?"
    r"|\bfor (?:the )?att(?:entio)?n(?: of)?\b|\bz\.?\s?h(?:d|\.)\b\.?|\bz\.?hd\b\.?"
    r"|\ba l'attention de\b|\bcontact\b:|\batt:)"
)
_CARE_MARKS = r"\bc\s?/\s?o\b|\bc\.o\.|\bp/a\b|\bper adr\b"
_CARE_OF = rf"(?:{_CARE_MARKS}|\bcare of\b)"
_ATTENTION_FIRST = re.compile(rf"^[(\[]?\s*{_PERSON}\s*[:.-]?\s*[^,;:|/()-]+[,;:|/)-]+\s*(?=\w)")
_ATTENTION = re.compile(rf"[(\[,;:|\s-]*(?:{_PERSON})\s*:?.*$")
_CARE = re.compile(rf"[(\[,;:|\s-]*{_CARE_OF}\s*:?\s*(.*)$")
_DIGIT = re.compile(r"\d")
_CARE_FIRST = re.compile(rf"^\s*(?:(?:{_CARE_MARKS})\s*:?|(?=care of))")
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?")
_NOT_WORDS = re.compile(r"[\W_]+")
_TOWN_BEHIND = re.compile(r"\s*[-\u2013\u2014,;:/|(\[]+\s*([a-z]+(?: [a-z]+)?)\s*$")
_NAMELESS = PLACES | GROUP_WORDS | EMPTY_WORDS | FORMS.keys()
# A quick look that spares most names the long way through every pattern: marks, numbers, words and phrases.
_ODD = re.compile(r"[^\w &'.,+-]|\d[\d ]|\d[a-z]{2}$")
_ODD_DOTS = re.compile(r"\w\.\w{2,}|\.a\.")
_ODD_PHRASES = (" t a ", "care of", "credit control", "head office", "www")


def is_suspicious(folded: str, words: Iterable[str]) -> bool:
    """Whether a name of these words may hold more than itself; most names do not."""
    return (
        not LEDGER_WORDS.isdisjoint(words)
        or _ODD.search(folded) is not None
        or ("." in folded and _ODD_DOTS.search(folded) is not None)
        or any(phrase in folded for phrase in _ODD_PHRASES)
    )


def without_additions(text: str) -> tuple[str, str, frozenset[str], bool]:
    """The text without what a ledger adds; the currency and codes cut off; whether it was a web address."""
    numbered = bool(_DIGIT.search(text))
    webs = 0
    if "@" in text:
        text = _EMAIL.sub(" ", text) if _EMAIL.sub(" ", text).strip() else _EMAIL.sub(r"\1", text)
    if "." in text:
        text, webs = _WEB.subn(lambda found: f" {_brand(found)} ", text)
    if numbered:
        text = _cut(_PHONE, text)
    text = _cut(_MARKERS, _cut(_REMARKS, text))
    codes: set[str] = set()
    if numbered:
        text = _cut_address(_cut_collecting(_CODES, text, codes))
    currency: set[str] = set()
    text = _cut_collecting(_CURRENCY, text, currency)
    if numbered:
        text = _cut_collecting(_LEADING_CODE, text, codes)
    text = _cut(_ATTENTION, _cut(_ATTENTION_FIRST, text))
    # `Care of Excellence` is a name.
    text = _cut(_CARE, text) if not _CARE_FIRST.match(text) else _CARE_FIRST.sub("", text)
    if numbered:
        text = _cut_collecting(_TRAILING_CODE, text, codes)
    text = _cut(_ACCOUNT_WORD, text)
    tag = min(currency, default="")
    return text, _CURRENCY_CODES.get(tag, tag), frozenset(codes), bool(webs)


def _brand(found: "re.Match[str]") -> str:
    labels = (found[1] or found[2] or "").split(".")
    return labels[-1].replace("-", " ")


def _cut(pattern: "re.Pattern[str]", text: str) -> str:
    """The text without what the pattern finds, unless nothing would be left."""
    shorter = pattern.sub(" ", text)
    return shorter if _NOT_WORDS.sub("", shorter) else text


def _cut_address(text: str) -> str:
    """The text without a postcode, and without the town before it where a mark parts that from the name."""
    shorter = _cut(_POSTCODE, text)
    if shorter == text:
        return text
    town = _TOWN_BEHIND.search(shorter)
    if town and PLACES.issuperset(town[1].split()) and _NOT_WORDS.sub("", shorter[: town.start()]):
        return shorter[: town.start()]
    return shorter


def _cut_collecting(pattern: "re.Pattern[str]", text: str, found: set[str]) -> str:
    """The text without codes, unless what is left names nobody: `Mach42 (UK) Ltd` is a name."""
    shorter = pattern.sub(" ", text)
    if shorter == text or _NAMELESS.issuperset(_NOT_WORDS.sub(" ", shorter).split()):
        return text
    for match in pattern.finditer(text):
        found |= {group for group in match.groups() if group}
    return shorter


def split_parts(text: str) -> list[str]:
    """The names that `trading as` and its kin put side by side; the text itself where there is but one."""
    parts = [part.strip(" ()[],;-") for part in _TRADING.split(text)]
    return [part for part in parts if part] or [text]


def split_brackets(text: str) -> list[str]:
    """`Brand (Legal Name Ltd)` holds two names: what stands in brackets, and what stands around it."""
    inner = [part.strip() for part in _BRACKETS.findall(text) if len(_NOT_WORDS.sub("", part)) > 3]
    if all(PLACES.issuperset(_NOT_WORDS.sub(" ", part).split()) for part in inner):
        # `Name (Leeds)` is a branch: the town belongs to the name.
        return []
    around = _BRACKETS.sub(" ", text).strip()
    return [around, *inner] if inner and len(_NOT_WORDS.sub("", around)) > 1 else []
