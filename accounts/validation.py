"""From Django's validation errors to messages by field, which every app's own errors carry."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

type Problems = dict[str, list[str]]
"""Messages by the field they belong to; those of the whole stand under ''."""


def problems_with(instance: models.Model) -> Problems:
    """What is wrong with the fields of `instance`: empty when it may be stored.

    Relations and constraints are left to the database. No query.
    """
    relations = {field.name for field in instance._meta.fields if field.is_relation}
    try:
        instance.full_clean(exclude=relations, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return {
            "" if name == NON_FIELD_ERRORS else name: [str(message) for message in messages]
            for name, messages in error.message_dict.items()
        }
    return {}
