"""
From evidence to leaks: one secret, one leak, with all its places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from auditor.model import Confidence, Exposure, Leak, Origin, Place, State
from auditor.ranking import advice, sealing
from auditor.ranking.advice import rotation
from auditor.ranking.advice.script import Script
from auditor.ranking.echoes import quality
from auditor.ranking.fingerprint import of_weak, stable
from auditor.ranking.lives import Evidence
from auditor.ranking.redaction import Redact
from auditor.ranking.severity import severity
from auditor.records import dataclass

_COPIES = ("attestation", "config.Healthcheck", "container_config", "legacy/", "unreferenced/")
"""
Where metadata begins that some tools write and others leave out.
"""
FIX_LIMIT = 500
"""
How many leaks get a fix; the worst ones do.
"""
_CONFIDENCE = list(Confidence)
_EXPOSURE = list(Exposure)
_ORIGINS = (Origin.OWN, Origin.BASE, Origin.PACKAGE)
"""
The first of these that any place has is the leak's.
"""


@dataclass(frozen=True, slots=True)
class Counsel:
    """
    What is known for advice and proof.
    """

    build: Script
    """
    The build, for fixes of the worst leaks.
    """
    rest: Script
    """
    The same without its instructions: for leaks beyond the limit, advice in words alone.
    """
    prove: Callable[[Sequence[Evidence]], str | None]
    pages: Mapping[str, str] = field(default_factory=dict)
    """
    Rotation pages that rules bring along, by detector.
    """


def group(evidence: Sequence[Evidence], redact: Redact, show: bool, counsel: Counsel) -> list[Leak]:
    """
    Leaks, worst first. `show` keeps the plaintext.
    """
    by_secret: dict[str | bytes, list[Evidence]] = {}
    for item in evidence:
        by_secret.setdefault(item.finding.secret.key, []).append(item)
    numbers: dict[tuple[str, str, str | None], int] = {}
    drafts = [(_leak(items, redact, show, numbers), items) for items in by_secret.values()]
    drafts.sort(key=lambda draft: _rank(draft[0]))
    return _advised(drafts, redact, counsel)


def _advised(
    drafts: Sequence[tuple[Leak, list[Evidence]]], redact: Redact, counsel: Counsel
) -> list[Leak]:
    """
    The leaks with what to do about them. All remedies are sought before any is written, since
    they change the same instructions.
    """
    remedies = [
        advice.remedy(_case(items), counsel.build if number < FIX_LIMIT else counsel.rest)
        for number, (_, items) in enumerate(drafts)
    ]
    leaks = []
    for number, ((leak, items), remedy) in enumerate(zip(drafts, remedies, strict=True)):
        fix = advice.write(remedy, counsel.build) if number < FIX_LIMIT else None
        ordered = sorted(items, key=lambda item: _order(item.place))
        leaks.append(
            replace(
                leak,
                advice=redact(remedy.text),
                fix=redact(fix) if fix else None,
                proof=counsel.prove(ordered),
                rotate=rotation.page(leak.detector, counsel.pages),
            )
        )
    return leaks


def _case(items: Sequence[Evidence]) -> advice.Case:
    places = _places(items)
    best = max(items, key=quality)
    return advice.Case(
        places=places,
        origin=_origin(items),
        detector=best.finding.detector,
        name=next((i.finding.name for i in items if i.finding.name), None),
        secret=best.finding.secret,
        cause=advice.cause(places),
    )


def _origin(items: Sequence[Evidence]) -> Origin:
    return next(one for one in _ORIGINS if any(item.origin is one for item in items))


def _rank(leak: Leak) -> tuple[object, ...]:
    place = leak.places[0]
    return (
        leak.severity.rank,
        _CONFIDENCE.index(leak.confidence),
        _EXPOSURE.index(leak.exposure),
        -1 if place.layer is None else place.layer,
        place.path,
        place.line or 0,
        leak.fingerprint,
    )


def _leak(
    items: Sequence[Evidence],
    redact: Redact,
    show: bool,
    numbers: dict[tuple[str, str, str | None], int],
) -> Leak:
    best = max(items, key=quality)
    places = _places(items)
    origin = _origin(items)
    confidence, exposure = best.finding.confidence, _exposure(places)
    key = _identity(items, places)
    secret = best.finding.secret
    known = secret.seal or sealing.facts(secret.reveal())
    number = 0
    if not known.strong:
        number = numbers[key] = numbers.get(key, -1) + 1
    mark = known.fingerprint or of_weak(*key, number)
    return Leak(
        id=mark[:12],
        fingerprint=mark,
        detector=best.finding.detector,
        severity=severity(confidence, exposure, origin, best.finding.doubted),
        confidence=confidence,
        exposure=exposure,
        origin=origin,
        preview=known.preview,
        secret=secret if show else None,
        places=tuple(_redacted(place, redact) for place in places),
        reasons=tuple(redact(reason) for reason in _reasons(items, best, places, origin)),
        advice="",
    )


def _identity(items: Sequence[Evidence], places: Sequence[Place]) -> tuple[str, str, str | None]:
    """
    Detector, path and name by which a weak secret is known: those of the first place that every
    way to build and store the image keeps.
    """
    home = min(places, key=lambda place: place.path.startswith(_COPIES))
    at_home = [item for item in items if item.place == home]
    names = sorted(item.finding.name for item in at_home if item.finding.name)
    detector = max(at_home, key=quality).finding.detector
    return detector, stable(home.path), names[0] if names else None


def _redacted(place: Place, redact: Redact) -> Place:
    return replace(
        place,
        path=redact(place.path),
        inside=redact(place.inside) if place.inside else None,
        instruction=redact(place.instruction) if place.instruction else None,
    )


def _places(items: Sequence[Evidence]) -> tuple[Place, ...]:
    return tuple(sorted(dict.fromkeys(item.place for item in items), key=_order))


def _order(place: Place) -> tuple[int, str, int, str]:
    layer = -1 if place.layer is None else place.layer
    return layer, place.path, place.line or 0, place.inside or ""


def _exposure(places: Sequence[Place]) -> Exposure:
    if any(place.layer is None for place in places):
        return Exposure.METADATA
    if any(place.state is State.PRESENT for place in places):
        return Exposure.IMAGE
    return Exposure.LAYER


def _reasons(
    items: Sequence[Evidence], best: Evidence, places: Sequence[Place], origin: Origin
) -> list[str]:
    """
    The three facts in words.
    """
    told = {
        Exposure.METADATA: "readable without pulling a layer",
        Exposure.IMAGE: "in the final file system",
        Exposure.LAYER: "not in the final file system, but still in a layer",
    }[_exposure(places)]
    reasons = [*best.finding.reasons, told, *_proof(items, best, origin)]
    if origin is Origin.BASE:
        reasons.append("inherited from the base image")
    in_layers = [place for place in places if place.layer is not None]
    removed = [place.removed_by for place in in_layers if place.removed_by is not None]
    again = [p.layer for p in in_layers if removed and p.layer and p.layer > min(removed)]
    if again:
        reasons.append(f"added again by layer {again[0]}")
    return reasons


def _proof(items: Sequence[Evidence], best: Evidence, origin: Origin) -> list[str]:
    """
    What is known of the packages whose files they are.
    """
    proofs = dict.fromkeys(item.proof.reason for item in items if item.proof)
    told = next(iter(proofs), "")
    if origin is Origin.PACKAGE:
        return [best.proof.reason if best.proof else told]
    if all(item.proof for item in items):
        return [f"{told}, but nothing shows that this package is public"]
    return []
