"""Endpoints of tokens."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.access import user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from accounts.queries import token_of, tokens_of
from accounts.schemas import TokenCreate, TokenCreated, TokenListResponse, TokenRead
from accounts.services.tokens import create_token, revoke_token

router = Router(tags=["Tokens"])


@router.get(
    "",
    operation_id="list_tokens",
    summary="List your tokens",
    response={200: TokenListResponse},
)
def list_tokens(request: HttpRequest, query: Query[PageQuery]) -> TokenListResponse:
    """Oldest first, without their secrets. Those that are revoked are not among them."""
    page, total = cut(tokens_of(user_of(request)), query)
    return TokenListResponse(items=[TokenRead.of(each) for each in page], total=total)


@router.post(
    "",
    operation_id="create_token",
    summary="Make a token; its secret is shown this once",
    response={201: TokenCreated},
)
def make_token(request: HttpRequest, response: HttpResponse, body: TokenCreate) -> TokenCreated:
    """The token may do all that you may, and ends only by being revoked. The secret is in `token` of this answer and
    never again: only a hash of it is kept.

    422 for the local user, who needs none, and past the number of tokens that one owner can have.
    """
    token, secret = create_token(owner=user_of(request), name=body.name)
    response["Cache-Control"] = "no-store"
    return TokenCreated.of(token, token=secret)


@router.get(
    "/{id:token_id}",
    operation_id="get_token",
    summary="Read what is known about a token",
    response={200: TokenRead},
    openapi_extra=problems(404),
)
def get_token(request: HttpRequest, token_id: UUID) -> TokenRead:
    return TokenRead.of(token_of(user_of(request), token_id))


@router.delete(
    "/{id:token_id}",
    operation_id="revoke_token",
    summary="Revoke a token: it stops working at once",
    response={204: None},
    openapi_extra=problems(404),
)
def delete_token(request: HttpRequest, token_id: UUID) -> None:
    """Whoever uses it is nobody from then on. A token may revoke itself, and any other of its owner's. 404 where it is
    revoked already.
    """
    revoke_token(owner=user_of(request), token_id=token_id)
