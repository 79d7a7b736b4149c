"""The pages of the admin, as whoever sits before them meets them."""

from typing import Any

from django.db import models
from django.test import Client
from django.urls import reverse


def address(model: type[models.Model], page: str, *arguments: object) -> str:
    """Where the admin has that page of `model`, or of one of its rows."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def messages_of(page: Any) -> str:
    """What the page tells about what was just done."""
    return " ".join(str(message) for message in page.context["messages"])


def as_shown(page: Any) -> dict[str, Any]:
    """What the form on the page would send if nothing were changed."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = [field for form in forms for field in form]
    sent = {field.html_name: field.value() for field in fields}
    sent |= {field.html_initial_name: field.initial for field in fields if field.field.show_hidden_initial}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def send(client: Client, at: str, changes: dict[str, Any]) -> Any:
    """Open the page, make `changes` in its form, and save it."""
    return client.post(at, as_shown(client.get(at)) | changes, follow=True)


def problems_on(page: Any) -> list[str]:
    """Everything that the page says is wrong, of the form and of each row."""
    found = list(page.context["adminform"].form.errors.values())
    for inline in page.context["inline_admin_formsets"]:
        found += [messages for form in inline.formset.forms for messages in form.errors.values()]
        found += [inline.formset.non_form_errors()]
    return [message for messages in found for message in messages]
