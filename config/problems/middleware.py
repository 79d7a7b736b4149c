"""Problems of requests that reach no operation of the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.endpoints.callers import is_for_api
from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE
from config.problems.answers import plain_problem


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
        answer = plain_problem(response.status_code)
        for header in ("Allow", "Retry-After"):
            if header in response.headers:
                answer[header] = response[header]
        return answer
