"""The form to log in with, and those of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts

from accounts.lengths import LONGEST_NAME
from accounts.pages.forms import PageForm


class LoginForm(AuthenticationForm):
    """As Django has it, in this project's words."""

    error_messages = {
        "invalid_login": "There is no user with this name and this password. Capitals count in both.",
        "inactive": "This user is not active.",
    }


class TokenForm(PageForm):
    """A new token's name."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        help_text="What to know it by when it is to be revoked: the program it is for, or the machine.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class PasswordForm(PageForm):
    """The password one has, and twice the one to have."""

    current = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label="New password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="New password, again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Both are to be the same."""
        if {"new", "again"} <= self.cleaned_data.keys() and self.cleaned_data["new"] != self.cleaned_data["again"]:
            self.add_error("again", "This is not the same as the new password above.")
        return self.cleaned_data
