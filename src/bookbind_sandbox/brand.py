"""What a simulated vendor is called, and what it calls things."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """A vendor's words.

    `name` stands in addresses and in the store, `title` on pages. `organisation` is what the vendor calls
    a business's books, also as the field of its consent form; `organisations` stands in addresses too.
    """

    name: str
    title: str
    organisation: str = "organisation"
    an_organisation: str = "an organisation"
    organisations: str = "organisations"
    signed_in: str = "Signed in"
    code: str = "Code"

    @property
    def home(self) -> str:
        return f"/{self.name}/"

    def address(self, organisation: str) -> str:
        """Where the pages of one organisation live."""
        return f"{self.home}{self.organisations}/{organisation}"
