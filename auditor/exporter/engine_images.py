"""
What an engine has and can fetch: the names of its images, and a pull.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from auditor.errors import ImageNotFound
from auditor.exporter.docker import TIMEOUT, session

log = logging.getLogger("auditor")


def names(engine: str, timeout: int = TIMEOUT) -> list[tuple[str, ...]]:
    """
    Each image of an engine, dangling ones too: all its tags, or its id if it has none. Those with
    tags first, by name. Raises an `AuditError` if no engine answers within `timeout` seconds.
    """
    with session(engine, timeout) as client:
        found: list[Mapping[str, Any]] = client.images()
    named = dict.fromkeys(_names(image) for image in found)
    return sorted(named, key=lambda one: (one[0].startswith("sha256:"), one))


def _names(image: Mapping[str, Any]) -> tuple[str, ...]:
    tags = [str(tag) for tag in image.get("RepoTags") or () if tag != "<none>:<none>"]
    return tuple(sorted(tags)) or (str(image.get("Id")),)


def pull(engine: str, reference: str, platform: str | None) -> None:
    """
    Have the engine fetch an image. Raises `ImageNotFound` if it cannot.
    """
    from docker.errors import APIError

    with session(engine) as client:
        try:
            events = client.pull(reference, platform=platform, stream=True, decode=True)
            for event in events:
                # NOTE: the answer's status is 200 before the engine has asked any registry.
                if isinstance(event, dict) and "error" in event:
                    raise _failed(reference, str(event["error"]))
        except APIError as error:
            raise _failed(reference, str(error.explanation or error)) from error
    log.info("pulled %s", reference)


def _failed(reference: str, why: str) -> ImageNotFound:
    line = (why.strip().splitlines() or ["no reason given"])[0][:300]
    return ImageNotFound(
        f"{reference}: cannot be pulled: {line}",
        "See whether the name is right and docker login was done, or leave --pull out.",
    )
