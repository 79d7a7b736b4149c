"""What people fill in about projects."""

from django import forms

from accounts.lengths import LONGEST_NAME
from accounts.pages.forms import PageForm

LONGEST_PATH = 4096


class RegisterForm(PageForm):
    """A folder that is to become a project."""

    path = forms.CharField(
        label="Folder",
        max_length=LONGEST_PATH,
        help_text="In full, beginning with /.",
        widget=forms.TextInput(
            attrs={
                "class": "input mono",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
                "list": "suggested-folders",
            }
        ),
    )
    name = forms.CharField(max_length=LONGEST_NAME, required=False, help_text="Left empty, the folder's own name.")
    create_folder = forms.BooleanField(label="Create the folder where it is missing", required=False)


class RenameForm(PageForm):
    """A project's name."""

    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True}))
