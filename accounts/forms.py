"""The form to log in with."""

from django.contrib.auth.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """As Django has it, in this project's words."""

    error_messages = {
        "invalid_login": "There is no user with this name and this password. Capitals count in both.",
        "inactive": "This user is not active.",
    }
