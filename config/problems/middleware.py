"""Problems of requests that reach no operation of the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.endpoints.callers import is_for_api, sent_token
from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE
from config.problems.answers import problem
from config.problems.kinds import plain_kind

_NOT_LET_IN = "The token that was sent opens nothing: it is misspelt, revoked, or of somebody who may not come in."


class ProblemMiddleware:
    """Answer whoever calls the API with problem details, also where no operation was reached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code < 400 or not is_for_api(request):
            return response
        if response.headers.get("Content-Type") == PROBLEM_CONTENT_TYPE:
            return response
        has_wrong_token = response.status_code == 401 and sent_token(request) is not None
        answer = problem(plain_kind(response.status_code), _NOT_LET_IN if has_wrong_token else "")
        for header in ("Allow", "Retry-After"):
            if header in response.headers:
                answer[header] = response[header]
        return answer
