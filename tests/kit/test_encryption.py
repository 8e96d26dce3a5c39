"""Secrets at rest: bound to their row, readable with any configured key, silent about why they are not."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit.encryption import Keyring, KeyringInvalid, SecretsUnreadable

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
RING = Keyring({"k1": OLD}, "k1")
ROTATED = Keyring({"k2": NEW, "k1": OLD}, "k2")


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(plaintext=st.text(), row=st.text())
def test_what_is_sealed_opens_again_in_its_place(plaintext: str, row: str) -> None:
    assert RING.open(RING.seal(plaintext, row), row) == plaintext


@pytest.mark.req("TOK-10")
@given(row=st.text(), other=st.text())
def test_swapping_two_rows_makes_both_unreadable(row: str, other: str) -> None:
    if row == other:
        return
    sealed = {row: RING.seal("one", row), other: RING.seal("two", other)}
    for place, content in ((row, sealed[other]), (other, sealed[row])):
        with pytest.raises(SecretsUnreadable):
            RING.open(content, place)


@pytest.mark.req("TOK-10")
@given(position=st.integers(0, 200), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(position: int, flip: int) -> None:
    key_id, _, encoded = RING.seal("a refresh token of some length", "grant:1:tokens").partition(".")
    content = bytearray(base64.urlsafe_b64decode(encoded))
    content[position % len(content)] ^= flip
    with pytest.raises(SecretsUnreadable):
        RING.open(f"{key_id}.{base64.urlsafe_b64encode(bytes(content)).decode()}", "grant:1:tokens")


@pytest.mark.req("TOK-10")
def test_the_same_secret_is_never_sealed_to_the_same_bytes() -> None:
    assert len({RING.seal("same", "row") for _ in range(5000)}) == 5000


@pytest.mark.req("TOK-11")
def test_old_secrets_open_while_both_keys_are_there_and_not_after() -> None:
    sealed = RING.seal("secret", "row")
    assert ROTATED.open(sealed, "row") == "secret"
    assert ROTATED.seal("secret", "row").startswith("k2.")
    with pytest.raises(SecretsUnreadable):
        Keyring({"k2": NEW}, "k2").open(sealed, "row")


@pytest.mark.req("TOK-12")
@pytest.mark.parametrize("sealed", ["", "k1", "k1.", "k1.!!!", "k9.AAAA", "nonsense", "k1." + "A" * 40])
def test_nonsense_is_unreadable_and_nothing_worse(sealed: str) -> None:
    with pytest.raises(SecretsUnreadable) as caught:
        RING.open(sealed, "row")
    assert str(caught.value) == ""


def test_keys_are_read_from_text_and_the_first_is_current() -> None:
    ring = Keyring.parse(f" k2:{_encoded(NEW)} , k1:{_encoded(OLD)},")
    assert (ring.current, set(ring.keys)) == ("k2", {"k1", "k2"})


@pytest.mark.parametrize(
    "text",
    ["", "k1:short", "k1:!!", f"a.b:{_encoded(OLD)}", f"k1:{_encoded(OLD[:16])}", "k1"],
    ids=["empty", "short", "not base64", "point in the name", "half a key", "name alone"],
)
def test_keys_that_cannot_work_are_refused(text: str) -> None:
    with pytest.raises(KeyringInvalid):
        Keyring.parse(text)
