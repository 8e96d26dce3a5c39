"""Forms about people."""

from django import forms

from bookbind.tenancy.permissions import Role

ROLE_CHOICES = [(role.value, role.label) for role in Role if role is not Role.ACCOUNTANT]


class AddPersonForm(forms.Form):
    """Who is to be added, and as what."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=ROLE_CHOICES, initial=Role.STANDARD.value)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=ROLE_CHOICES)
