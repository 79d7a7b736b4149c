"""What the endpoints of all apps share: who calls, what a body may hold, how lists are cut, and how errors look."""

from django.urls import register_converter

from accounts.endpoints.ids import IdConverter

register_converter(IdConverter, "id")
