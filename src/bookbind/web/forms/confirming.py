"""The form that asks who is at the keyboard."""

from allauth.account.adapter import get_adapter
from django import forms

from bookbind.tenancy.models import User


class ConfirmForm(forms.Form):
    """The password of the person who is signed in; wrong ones count as on the sign-in page."""

    WRONG = "wrong"
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
        error_messages={"required": "Type your password."},
    )

    def __init__(self, data: object, user: User) -> None:
        super().__init__(data)  # type: ignore[arg-type] # a request's own data
        self.user = user

    def clean_password(self) -> str:
        """Let the library judge it, which also limits how often."""
        password = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self.user, password):
            raise forms.ValidationError("That is not your password. Nothing was changed.", code=self.WRONG)
        return password
