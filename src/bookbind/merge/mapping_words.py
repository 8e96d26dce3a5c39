"""Pure: what the column `action` of a mapping says of an entry: how it stands, or what it is to become."""

from enum import StrEnum

from bookbind.merge.choices import CREATE, LEAVE, MATCH, Choice

# In files that were written before each state had a word of its own.
_EARLIER_WORDS = {"leave": "leave unmatched"}


class Word(StrEnum):
    """The words. The first six say what a person chose; from them the very draft is made again."""

    MATCH = "match"
    NOT_TICKED = "not ticked"
    CREATE = "create"
    CREATE_NOT_TICKED = "create (not ticked)"
    LEAVE = "leave unmatched"
    STILL_TO_CHOOSE = "still to choose"
    USED = "used"
    TICKED = "ticked"
    SUGGESTED = "suggested"
    CREATED_LATER = "created when first used"
    NONE = "none"


# What a person chose: the action, and whether it is ticked.
CHOSEN = {
    Word.MATCH: (MATCH, True),
    Word.NOT_TICKED: (MATCH, False),
    Word.CREATE: (CREATE, True),
    Word.CREATE_NOT_TICKED: (CREATE, False),
    Word.LEAVE: (LEAVE, True),
    Word.STILL_TO_CHOOSE: (LEAVE, False),
}
_WORDS = {chosen: word for word, chosen in CHOSEN.items()}


def word_of(choice: Choice | None, *, is_used: bool, is_optional: bool) -> Word:
    """How one use of an entry stands: what somebody chose, else what is matched, else what is proposed.

    `is_used`: something of the books that can be used stands for it. `is_optional`: a contact that is created
    when it is first used.
    """
    if choice is not None and choice.by_person:
        return _WORDS[choice.action, choice.ticked]
    if is_used:
        return Word.USED
    if choice is not None and choice.target is not None:
        return Word.TICKED if choice.ticked else Word.SUGGESTED
    return Word.CREATED_LATER if is_optional else Word.NONE


def read_word(text: str) -> Word | None:
    """The word that a cell means, however it is spaced and written; None for what is none of them."""
    folded = " ".join(text.casefold().split())
    folded = _EARLIER_WORDS.get(folded, folded)
    return Word(folded) if folded in set(Word) else None
