"""Reads Gradescope's list of who handed in what.

A download from Gradescope has a folder for each submission, which has a number
and no name, and this list beside them. Its keys are as Ruby writes symbols:
``:name`` is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from d2l_course.intake.notebooks import Unreadable, decoded
from d2l_course.intake.platforms import Named

#: How the list is called.
LIST = "submission_metadata.yml"
_WHY = "Gradescope's list"
#: It has the results of Gradescope's own tests, too, and those of earlier
#: attempts: some kilobytes for each submission.
_MOST_BYTES = 8 << 20
#: What is deeper takes a time that grows with the square of the depth.
_DEEPEST = 50
#: 2026-11-05 10:30:00.861687000 Z
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)?"
)


def read_list(data: bytes) -> dict[str, list[Named]]:
    """Returns who handed each submission in, by the names of the folders.

    Several are a group, and each of them has handed it in. A folder of which
    the list has nobody is left out.

    Raises
    ------
    Unreadable
        If it is no such list, or too large.
    """
    if len(data) > _MOST_BYTES:
        raise Unreadable(f"is larger than {_MOST_BYTES >> 20} MB")
    submissions = _loaded(decoded(data))
    if not isinstance(submissions, Mapping):
        raise Unreadable("is no list of submissions")
    found = {
        folder: list(_submitters(about))
        for folder, about in submissions.items()
    }
    return {folder: named for folder, named in found.items() if named}


def _loaded(text: str) -> Any:
    # Imported here: most platforms have no such list.
    import yaml

    # All is text, whatever it says that it is: a number keeps the zeros that
    # it begins with. The loader in C is ten times as fast.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        events = yaml.parse(text, loader)
        return next(_nodes(events, yaml.StreamEndEvent), None)
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or type(error).__name__
        raise Unreadable(f"is no list of submissions: {problem}") from error


def _nodes(events: Iterator[Any], end: type, depth: int = 0) -> Iterator[Any]:
    """Yields texts, lists and mappings, up to the event that ends them.

    What has the name of another place, an alias, is empty: there is no way to
    write much by it.
    """
    import yaml

    if depth > _DEEPEST:
        raise ValueError
    for event in events:
        if isinstance(event, end):
            return
        if isinstance(event, yaml.ScalarEvent):
            yield event.value
        elif isinstance(event, yaml.AliasEvent):
            yield ""
        elif isinstance(event, yaml.SequenceStartEvent):
            yield list(_nodes(events, yaml.SequenceEndEvent, depth + 1))
        elif isinstance(event, yaml.MappingStartEvent):
            inside = _nodes(events, yaml.MappingEndEvent, depth + 1)
            pairs = zip(inside, inside, strict=True)
            yield {k: value for k, value in pairs if isinstance(k, str)}


def _submitters(about: Any) -> Iterator[Named]:
    if not isinstance(about, Mapping):
        return
    date = _date(_text(about, ":created_at"))
    for one in _mappings(about.get(":submitters")):
        sid, email = _text(one, ":sid"), _text(one, ":email")
        named = Named(
            name=_text(one, ":name") or email or sid,
            number=sid or email,
            # Students may call themselves as they like, but for these two.
            sure=(email, sid),
            why=_WHY,
            date=date,
        )
        if named.id:
            yield named


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    some: Sequence[Any] = value if isinstance(value, list) else ()
    return (one for one in some if isinstance(one, Mapping))


def _text(about: Mapping[str, Any], key: str) -> str:
    value = about.get(key)
    return value.strip() if isinstance(value, str) else ""


def _date(text: str) -> str:
    """Returns a time as 14 digits, in UTC; empty if it is none."""
    match = _TIME.fullmatch(text)
    if not match:
        return ""
    day, time, zone = match.groups()
    try:
        moment = datetime.strptime(
            f"{day} {time} {zone or 'Z'}", "%Y-%m-%d %H:%M:%S %z"
        ).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return ""
    return f"{moment:%Y%m%d%H%M%S}".zfill(14)
