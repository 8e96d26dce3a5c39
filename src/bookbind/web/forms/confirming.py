"""The forms that ask who is at the keyboard; wrong answers count as on the sign-in page."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import ReauthenticateForm
from django import forms

from bookbind.tenancy.models import User


class PasswordForm(forms.Form):
    """The password of the person who is signed in."""

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


class CodeForm(ReauthenticateForm):  # type: ignore[misc] # The library ships no types.
    """A code of the authenticator app, or one of the recovery codes; the library judges it, and how often."""

    WRONG = "incorrect_code"
    _WRONG_WORDS = "That is not the code that your app shows now. Nothing was changed. Each works once."

    def __init__(self, data: object, user: User) -> None:
        super().__init__(data, user=user)
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        )
        self.fields["code"].error_messages = {"required": "Type the code."}

    def clean_code(self) -> str:
        """The library's judgement in our words; too many tries are said in its own."""
        try:
            return str(super().clean_code())
        except forms.ValidationError as error:
            if error.code != self.WRONG:
                raise
            raise forms.ValidationError(self._WRONG_WORDS, code=self.WRONG) from error
