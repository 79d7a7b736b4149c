"""What somebody finds everywhere at once: things by their names or ids, and what can be done."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Model, Q, QuerySet, When
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import User
from accounts.text import containing
from artifacts.models import Artifact, ArtifactGroup, Collection
from artifacts.queries import list_artifacts, list_groups
from deployment_sets.models import DeploymentSet
from projects.models import Project
from projects.queries import projects_of

HITS_PER_SECTION = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing to go to. `kind` is its badge; a hit without one is something to do, maybe in a dialog."""

    key: str
    name: str
    url: str
    kind: str = ""
    note: str = ""
    opens_dialog: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Hits of one kind; `more` is where all of them are, if these are not all."""

    title: str
    hits: Sequence[Hit]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do, and the permission it takes, if any."""

    label: str
    url_name: str
    opens_dialog: bool = True
    permission: str = ""
    about_sets: bool = False


COMMANDS: Sequence[Command] = (
    Command("New set", "sets:new", about_sets=True),
    Command("Import sets from a file", "sets:import", about_sets=True),
    Command("Import a collection", "artifacts:import", permission="artifacts.add_collection"),
    Command("New artifact", "artifacts:new", permission="artifacts.add_artifact", opens_dialog=False),
    Command("New group", "artifacts:group-new", permission="artifacts.add_artifactgroup"),
    Command("Register a project", "projects:new"),
    Command("Go to sets", "sets:list", opens_dialog=False, about_sets=True),
    Command("Go to artifacts", "artifacts:list", opens_dialog=False),
    Command("Go to groups", "artifacts:groups", opens_dialog=False),
    Command("Go to collections", "artifacts:collections", opens_dialog=False),
    Command("Go to projects", "deployments:projects", opens_dialog=False),
    Command("Go to runs", "deployments:runs", opens_dialog=False),
    Command("Your account, theme and tokens", "accounts:account", opens_dialog=False),
)


def search(user: User, words: str) -> list[Section]:
    """What of all that `user` may see has `words` in its name, whatever the case, or has them as its id.

    `kind:name` asks for one kind of thing alone, be it a set or a type of artifact. One query for each kind of thing,
    however many there are. Without words: what was changed last, and what can be done.
    """
    words = words.strip()
    found = _found(user, words) if words else _recent(user)
    commands = [hit for hit in _commands(user) if _fits(hit.name, words)]
    return [*(section for section in found if section.hits), *([Section("To do", commands)] if commands else [])]


def _found(user: User, words: str) -> Iterator[Section]:
    if settings.DEPLOYMENT_SETS_ENABLED:
        sets = _named(DeploymentSet.objects.owned_by(user), "set", words)
        yield _section("Sets", sets, words, _set_hit, _list_address("sets:list", name=words))
    artifacts = list_artifacts(search=words).prefetch_related(None)
    yield _section(
        "Artifacts", artifacts, words, _artifact_hit, _list_address("artifacts:list", search=words, state="all")
    )
    groups = _named(list_groups(gone=False), "group", words)
    yield _section("Groups", groups, words, _group_hit, _list_address("artifacts:groups", name=words))
    projects = _named(projects_of(user), "project", words)
    yield _section("Projects", projects, words, _project_hit, _list_address("deployments:projects", words=words))
    collections = _named(Collection.objects.all(), "collection", words)
    yield _section(
        "Collections", collections, words, _collection_hit, _list_address("artifacts:collections", name=words)
    )


def _recent(user: User) -> Iterator[Section]:
    if settings.DEPLOYMENT_SETS_ENABLED:
        sets = DeploymentSet.objects.owned_by(user).order_by("-updated_at", "id")
        yield Section("Sets changed last", [_set_hit(row) for row in sets[:HITS_PER_SECTION]])
    projects = projects_of(user).order_by("-updated_at", "id")
    yield Section("Projects", [_project_hit(row) for row in projects[:HITS_PER_SECTION]])


def _named[T: Model](rows: QuerySet[T], kind: str, words: str) -> QuerySet[T]:
    """Those of `rows` that `words` mean: as a part of the name, as `kind:part`, or as the id."""
    wanted = containing("name", words)
    before, colon, name = words.partition(":")
    if colon and before.strip().lower() == kind:
        wanted |= containing("name", name.strip())
    with suppress(ValueError):
        wanted |= Q(pk=UUID(words))
    return rows.filter(wanted)


def _section[T: Model](
    title: str, rows: QuerySet[T], words: str, hit: Callable[[T], Hit], address_of_all: str
) -> Section:
    """The first of `rows`, names that begin with `words` before others."""
    begins = Case(When(name__istartswith=words, then=0), default=1)
    first = list(rows.order_by(begins, Lower("name"), "pk")[: HITS_PER_SECTION + 1])
    more = address_of_all if len(first) > HITS_PER_SECTION else ""
    return Section(title, [hit(row) for row in first[:HITS_PER_SECTION]], more)


def _list_address(url_name: str, **query: str) -> str:
    return f"{reverse(url_name)}?{urlencode(query)}"


def _set_hit(row: DeploymentSet) -> Hit:
    return Hit(str(row.pk), row.name, reverse("sets:detail", args=[row.pk]), "set", row.description)


def _artifact_hit(row: Artifact) -> Hit:
    where = f"missing from {row.collection.name}" if row.gone_at else row.collection.name
    note = f"{where} › {row.namespace}" if row.namespace else where
    return Hit(str(row.pk), row.name, reverse("artifacts:artifact", args=[row.pk]), row.type, note)


def _group_hit(row: ArtifactGroup) -> Hit:
    note = row.collection.name if row.collection else ""
    return Hit(str(row.pk), row.name, reverse("artifacts:group", args=[row.pk]), "group", note)


def _project_hit(row: Project) -> Hit:
    return Hit(str(row.pk), row.name, reverse("deployments:project", args=[row.pk]), "project", row.path)


def _collection_hit(row: Collection) -> Hit:
    return Hit(str(row.pk), row.name, reverse("artifacts:collection", args=[row.pk]), "collection", row.source)


def _commands(user: User) -> Iterator[Hit]:
    for each in COMMANDS:
        if each.about_sets and not settings.DEPLOYMENT_SETS_ENABLED:
            continue
        if each.permission and not user.has_perm(each.permission):
            continue
        key = each.url_name.replace(":", "-")
        yield Hit(key, each.label, reverse(each.url_name), opens_dialog=each.opens_dialog)


def _fits(label: str, words: str) -> bool:
    return all(word in label.lower() for word in words.lower().split())
