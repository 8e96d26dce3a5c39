"""Words of names: what is abbreviated to what, which are places or trades, and which tell little."""

from bookbind.merge.matching.vocabulary import read_table


def _words(table: str, kind: str) -> frozenset[str]:
    return frozenset(word for name, words in read_table(table) if name == kind for word in words)


TOWNS = _words("places", "town")
REGIONS = _words("places", "region")
# The country of the ledger itself: its branches need no telling apart, other places' do.
HOME_WORDS = _words("places", "home")
PLACES = TOWNS | REGIONS
GROUP_WORDS = _words("general_words", "group")
EMPTY_WORDS = _words("general_words", "empty")
TRADE_WORDS = frozenset(word for _, words in read_table("trades") for word in words)
LEDGER_WORDS = frozenset(word for _, words in read_table("ledger_words") for word in words)
TITLES = _words("general_words", "title")
# With one of these instead of its last letters a name is another name: Carter and Cartley.
ENDINGS = _words("general_words", "ending")
FULL_WORDS = {short: full for full, shorts in read_table("abbreviations") for short in shorts}
# The kind of place that a word names; the first kind that lists it.
KINDS = {word: kind for kind, words in reversed(read_table("alike_words")) for word in words}
