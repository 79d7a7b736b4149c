"""The folders every agent platform knows: skills, commands, agents, rules. Pure Python."""

from pathlib import PurePosixPath

from accounts.lengths import LONGEST_NAME
from artifacts.importing.limits import LONGEST_DESCRIPTION
from artifacts.importing.sources import folders_above, has_controls, storable
from artifacts.importing.survey import Found, FoundFile, Place, Survey
from profiles.enums import ArtifactType
from profiles.frontmatter import Frontmatter, read_frontmatter
from projects.paths import PathError, file_name, folded

SKILL_FILE = "SKILL.md"
# What the Agent Skills specification allows: https://agentskills.io/specification
_LONGEST_SHOWN = 1024
_DOCUMENTATION = frozenset(
    {
        "authors",
        "changelog",
        "code_of_conduct",
        "codeowners",
        "contributing",
        "copying",
        "licence",
        "license",
        "notice",
        "readme",
        "third_party_notices",
    }
)
_DOCUMENTATION_IN_CAPITALS = frozenset({"AGENTS", "CLAUDE", "GEMINI", "SECURITY", "SUPPORT"})
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def is_markdown(path: str) -> bool:
    """Whether a file is Markdown with a name of its own."""
    name = PurePosixPath(path).name
    return name.lower().endswith(".md") and len(name) > len(".md")


def is_documentation(path: str) -> bool:
    """Whether a file's name says that it is about the files around it."""
    name = PurePosixPath(path).name.split(".")[0]
    return name in _DOCUMENTATION_IN_CAPITALS or name.lower().replace("-", "_") in _DOCUMENTATION


def scan_skills(survey: Survey, place: Place, folder: str = "skills") -> None:
    """A skill for each folder below `folder` that holds SKILL.md; one inside a skill belongs to it."""
    top = place.path(folder) if folder else place.folder
    paths = survey.owned(place, folder)
    taken: set[str] = set()
    for path in sorted((path for path in paths if path.endswith("/" + SKILL_FILE)), key=lambda path: path.count("/")):
        home = str(PurePosixPath(path).parent)
        if home == top:
            survey.refuse(path, "misplaced", "A skill is a folder. Move it into a folder named like the skill.")
        elif taken.isdisjoint(folders_above(home)):
            taken.add(home)
            if home.count("/") > top.count("/") + bool(top):
                survey.note(path, "It lies deeper than one folder below the others; it is imported under its own name.")
            add_skill(survey, place, home)
    _refuse_lower_case(survey, paths, taken)


def add_skill(survey: Survey, place: Place, home: str, name: str = "", without: tuple[str, ...] = ()) -> None:
    """The skill in the folder `home`, with every file below it but those below `without`."""
    document = f"{home}/{SKILL_FILE}" if home else SKILL_FILE
    frontmatter = _described(survey, document)
    if frontmatter is None:
        return
    name = name or PurePosixPath(home).name
    if not frontmatter.present:
        survey.note(document, "It has no frontmatter; several platforms do not load such a skill.")
    files = []
    seen: dict[str, str] = {}
    for path in survey.owned(Place(home), ""):
        inner = path.removeprefix(home + "/") if home else path
        if inner.startswith(without):
            continue
        twin = seen.setdefault(folded(inner), path)
        if twin != path:
            survey.refuse(path, "same-path", f"On some disks it is the same file as {twin}. Rename one of them.")
            continue
        if path != document and PurePosixPath(path).name == SKILL_FILE:
            survey.note(path, f"It came along as part of the skill {name!r}, inside whose folder it lies.")
        files.append(FoundFile(inner, path, survey.files[path].executable))
    _remark_on(survey, document, name, frontmatter)
    _add(survey, Found(ArtifactType.SKILL, place.namespace, name, home, place.plugin_path, tuple(files),
                       _description(frontmatter)), document)  # fmt: skip


def scan_documents(survey: Survey, place: Place, kind: ArtifactType, folder: str, *, deep: bool = True) -> None:
    """A command, agent or rule for each Markdown file below `folder`."""
    depth = place.path(folder).count("/") + 1
    for path in survey.owned(place, folder):
        if is_markdown(path) and PurePosixPath(path).name != SKILL_FILE and (deep or path.count("/") == depth):
            add_document(survey, place, kind, path)


def add_document(survey: Survey, place: Place, kind: ArtifactType, path: str, name: str = "") -> None:
    """The command, agent or rule in one Markdown file, unless it reads like documentation."""
    frontmatter = _described(survey, path)
    if frontmatter is None:
        return
    unused = not frontmatter.present and (kind is ArtifactType.AGENT or is_documentation(path))
    if unused and not frontmatter.body.strip():
        survey.refuse(path, "empty", "It is empty.")
        return
    if unused:
        reason = "It reads like documentation"
        reason += "; an agent begins with frontmatter." if kind is ArtifactType.AGENT else "."
        survey.refuse(path, "documentation", reason)
        return
    name = name or PurePosixPath(path).name[: -len(".md")]
    if kind is ArtifactType.AGENT and not (frontmatter.text("name") and frontmatter.text("description")):
        survey.note(path, "An agent needs 'name' and 'description' in its frontmatter to be loaded.")
    _remark_on(survey, path, name, frontmatter)
    file = FoundFile("", path, survey.files[path].executable)
    _add(survey, Found(kind, place.namespace, name, path, place.plugin_path, (file,), _description(frontmatter)), path)


def add_named(survey: Survey, found: Found) -> None:
    """An artifact whose name comes out of a JSON file and is not one of a file."""
    _add(survey, found, found.source_path)


def frontmatter_name(survey: Survey, path: str) -> str:
    """The `name` a Markdown file gives itself, where it can be used as one."""
    data = survey.read(path)
    name = read_frontmatter(data).text("name") if data is not None else ""
    return name if is_name(name) else ""


def _add(survey: Survey, found: Found, document: str) -> None:
    if not is_name(found.name):
        shown = storable(found.name[:40])
        survey.refuse(document, "name", f"The name {shown!r} is empty, too long, or not plain text. Rename it.")
        return
    if found.type is not ArtifactType.MCP:
        try:
            file_name(found.name)
        except PathError as error:
            survey.note(document, f"It cannot be deployed under its name. {error}")
    survey.take(found)


def is_name(value: object) -> bool:
    """Whether an artifact or a plugin may be called so: plain text without control characters, trimmed and not long."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_NAME
        and value == value.strip()
        and value == storable(value)
        and not has_controls(value)
    )


def _described(survey: Survey, path: str) -> Frontmatter | None:
    data = survey.read(path)
    if data is None:
        return None
    if data.startswith(_LFS_POINTER):
        survey.refuse(path, "git-lfs", "It is a pointer to a file in Git LFS, which is not fetched.")
        return None
    frontmatter = read_frontmatter(data)
    for problem in frontmatter.problems:
        survey.note(path, problem)
    return frontmatter


def _remark_on(survey: Survey, path: str, name: str, frontmatter: Frontmatter) -> None:
    given = frontmatter.text("name")
    if given and given != name:
        survey.note(path, f"Its frontmatter calls it {given[:80]!r}; it is imported as {name!r}, after its place.")
    length = len(frontmatter.text("description"))
    if length > _LONGEST_SHOWN:
        survey.note(path, f"Its description has {length} characters; platforms show about {_LONGEST_SHOWN}.")
    if frontmatter.present and not length and path.endswith("/" + SKILL_FILE):
        survey.note(path, "It has no description, by which agents choose a skill.")


def _description(frontmatter: Frontmatter) -> str:
    """What the frontmatter says, else the first line of the text."""
    text = frontmatter.text("description")
    if not text:
        lines = (line.strip().lstrip("#").strip() for line in frontmatter.body.split("\n"))
        text = next((line for line in lines if line), "")[:200]
    return storable(text[:LONGEST_DESCRIPTION])


def _refuse_lower_case(survey: Survey, paths: list[str], taken: set[str]) -> None:
    for path in paths:
        name = path.rpartition("/")[2]
        wrong = name != SKILL_FILE and name.lower() == SKILL_FILE.lower()
        if wrong and taken.isdisjoint(folders_above(path)):
            survey.refuse(
                path, "lower-case", f"Its name is not written {SKILL_FILE}, so no platform finds it. Rename it."
            )
