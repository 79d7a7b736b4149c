"""What ninja's OpenAPI document lacks: the problems that every operation can meet, examples, headers and links.

https://spec.openapis.org/oas/v3.1.0
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import REF_TEMPLATE

from accounts.endpoints.headers import CHALLENGE, ETAG, RETRY_AFTER, Headers
from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE, Problem
from config.problems.answers import example_body

type Json = dict[str, Any]

_EVERYWHERE = (400, 401, 422, 429, 500, 503)
_WHERE_SOMETHING_CHANGES = (403,)
_WITH_A_BODY = (413, 415)
_READING = {"get", "head"}
_HEADERS: Mapping[int, Headers] = {401: CHALLENGE, 412: ETAG, 429: RETRY_AFTER}

_TEXTS = {
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "date-time": "2030-05-04T12:00:00Z",
}


def documented(schema: Json) -> Json:
    """`schema` with all that, changed in place."""
    own = Problem.model_json_schema(ref_template=REF_TEMPLATE)
    schema["components"]["schemas"] |= own.pop("$defs") | {"Problem": own}
    met: set[int] = set()
    for _, method, operation in _operations(schema):
        met |= _add_problems(method, operation)
        _add_examples(operation, schema["components"]["schemas"])
    schema["components"]["responses"] = {str(status): _problem_response(status) for status in sorted(met)}
    _add_links(schema)
    _drop_unused(schema)
    return schema


def example_of(schema: Json, named: Json) -> Any:
    """A value that `schema` allows, made of the examples in it; `named` are the schemas it may refer to."""
    for key in ("examples", "enum", "allOf", "anyOf", "oneOf"):
        if key in schema:
            first = schema[key][0]
            return first if key in ("examples", "enum") else example_of(first, named)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "$ref" in schema:
        return example_of(named[schema["$ref"].rpartition("/")[2]], named)
    return _example_of_type(schema, named)


def _example_of_type(schema: Json, named: Json) -> Any:
    match schema.get("type"):
        case "object":
            return {name: example_of(value, named) for name, value in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], named)]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "null":
            return None
    return _TEXTS.get(schema.get("format", ""), "text")


def _operations(schema: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _add_problems(method: str, operation: Json) -> set[int]:
    """Say which problems the operation can meet; returns their statuses."""
    responses = operation["responses"]
    general = [*_EVERYWHERE]
    if method not in _READING:
        general += _WHERE_SOMETHING_CHANGES
    if "requestBody" in operation:
        general += _WITH_A_BODY
    met = sorted({*general, *(status for status in responses if status >= 400)})
    answers = {str(status): answer for status, answer in responses.items() if status < 400}
    operation["responses"] = answers | {str(status): {"$ref": f"#/components/responses/{status}"} for status in met}
    return set(met)


def _problem_response(status: int) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    response = {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM_CONTENT_TYPE: {"schema": schema, "example": example_body(status)}},
    }
    return response | ({"headers": dict(_HEADERS[status])} if status in _HEADERS else {})


def _add_examples(operation: Json, named: Json) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media in body.get("content", {}).values():
            if "schema" in media:
                media.setdefault("example", example_of(media["schema"], named))


def _add_links(schema: Json) -> None:
    """From what makes a thing to what is done with it: `POST /things` to everything below `/things/{thing_id}`."""
    named = schema["components"]["schemas"]
    for path, method, operation in _operations(schema):
        made = operation["responses"].get("201")
        if method != "post" or made is None or "content" not in made:
            continue
        properties = _properties(made["content"]["application/json"]["schema"], named)
        for below, _, target in _operations(schema):
            rest = below.removeprefix(path)
            if rest == below or not rest.startswith("/{"):
                continue
            parameter = rest[2:].partition("}")[0]
            key = next((name for name in (parameter, "uuid", "id") if name in properties), None)
            if key is None or "{" in rest.partition("}")[2]:
                continue
            given = {name: f"$request.path.{name}" for name in _path_parameters(path)}
            made.setdefault("links", {})[target["operationId"]] = {
                "operationId": target["operationId"],
                "parameters": {**given, parameter: f"$response.body#/{key}"},
            }


def _drop_unused(schema: Json) -> None:
    """Leave out the schemas that nothing refers to: ninja has written out what they say about parameters."""
    named = schema["components"]["schemas"]
    used: set[str] = set()
    found = set(_references([schema["paths"], schema["components"]["responses"]]))
    while found:
        used |= found
        found = set(_references([named[name] for name in found])) - used
    schema["components"]["schemas"] = {name: each for name, each in sorted(named.items()) if name in used}


def _references(part: object) -> Iterator[str]:
    """The names of the schemas that `part` refers to."""
    match part:
        case {"$ref": str(reference)} if reference.startswith("#/components/schemas/"):
            yield reference.rpartition("/")[2]
        case dict() | list():
            for each in part.values() if isinstance(part, dict) else part:
                yield from _references(each)


def _properties(schema: Json, named: Json) -> Json:
    if "$ref" in schema:
        return _properties(named[schema["$ref"].rpartition("/")[2]], named)
    properties: Json = schema.get("properties", {})
    return properties


def _path_parameters(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
