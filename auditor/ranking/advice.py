"""
What to do about a leak, by what caused it.
"""

from __future__ import annotations

import re

from auditor.model import Origin, Place, State

_ROTATE = "If this image was ever pushed or shared, replace the secret: it is known."
_DELETED = (
    "Deleting or overwriting it in a later layer does not help: the older layer still has it."
)
_MOUNT = "RUN --mount=type=secret,id={name} …  and build with  --secret id={name},src=FILE"


def advise(places: tuple[Place, ...], origin: Origin, name: str | None) -> str:
    """
    How to build without the leak.
    """
    steps = [_fix(_cause(places), origin, name)]
    if any(place.state is not State.PRESENT and place.layer is not None for place in places):
        steps.append(_DELETED)
    steps.append(_ROTATE)
    return " ".join(steps)


def _cause(places: tuple[Place, ...]) -> Place:
    """
    The place that tells best how the secret came in: a declaration, then a step that wrote it.
    """
    order = ("ARG", "ENV", "LABEL", "COPY", "ADD", "RUN")

    def key(place: Place) -> int:
        word = (place.instruction or "").split(" ", 1)[0]
        return order.index(word) if word in order else len(order)

    return min(places, key=key)


def _fix(place: Place, origin: Origin, name: str | None) -> str:
    if origin is Origin.BASE:
        return "It comes from the base image: rebuild that without it, or build on another base."
    if origin is Origin.PACKAGE:
        return (
            "A package brings it, and anybody who has the package has it: do not rely on it as a "
            "secret, or leave the package out."
        )
    if place.path.startswith("attestation/"):
        return (
            "The build's provenance publishes it: pass it as a secret mount, or build with "
            "--provenance=mode=min."
        )
    word = (place.instruction or "").split(" ", 1)[0]
    if place.layer is None:
        return _metadata_fix(place, word, name)
    return _layer_fix(place, word)


def _metadata_fix(place: Place, word: str, name: str | None) -> str:
    called = _identifier(name)
    if word == "RUN" or word == "ARG":
        return (
            f"Build args stay readable in docker history. Drop ARG {name or ''}".rstrip()
            + f" and use  {_MOUNT.format(name=called)}."
        )
    if word == "ENV" or ".Env." in f".{place.path}":
        return (
            f"ENV is part of the image. Drop ENV {name or ''}".rstrip()
            + ", and give the value when the container starts (docker run --env-file, a secret of "
            f"the orchestrator); if only the build needs it, use  {_MOUNT.format(name=called)}."
        )
    if "Labels" in place.path or word == "LABEL":
        return "Labels are readable by anyone who sees the image: take the value out of the label."
    return "Metadata is readable without pulling a layer: take the value out of it."


def _layer_fix(place: Place, word: str) -> str:
    file = place.path
    if word in ("COPY", "ADD"):
        return (
            f"Keep {file} out of the build: add it to .dockerignore and copy only what is needed. "
            "If the build needs it, use  RUN --mount=type=secret,id=file,target="
            f"{file} …  or copy in a first stage and take only the result from there "
            "(COPY --from=…)."
        )
    if word == "RUN":
        return (
            f"This RUN leaves {file} behind. Use  {_MOUNT.format(name='token')}  so that it is "
            "never written, or write it to /dev/shm within the same RUN; else do the step in a "
            "first stage and copy only its result."
        )
    return (
        f"Build the image so that {file} is never written to a layer: a secret mount, or a first "
        "stage of which only the result is copied."
    )


def _identifier(name: str | None) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", (name or "token").lower()).strip("_")
    return plain or "token"
