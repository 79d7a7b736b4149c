"""Forms of pages: looks, and refusals of the services at the fields they belong to."""

from typing import Any

from django import forms

from accounts.validation import Problems

_TICKED = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)


class PageForm(forms.Form):
    """A form whose fields look as the style sheets have it. Show it with `components/_form_fields.html`."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for each in self.fields.values():
            if not isinstance(each.widget, _TICKED):
                each.widget.attrs.setdefault("class", "input")

    def refuse(self, problems: Problems) -> None:
        """Say what a service found, at the fields it names; what belongs to no field here stands above them."""
        for name, found in problems.items():
            for message in found:
                self.add_error(name if name in self.fields else None, message)

    def tell_edited(self, edition: str) -> None:
        """Say that it is not as it was read; what is sent once more, with its `edition` of now, overwrites it."""
        self.data = {**{name: self.data[name] for name in self.data}, "edition": edition}
        self.add_error(
            None,
            "This was changed elsewhere since you opened it. What you typed is still here: save it all the same, "
            "or close and look at it first.",
        )
