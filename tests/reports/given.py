"""
Reports as every format gets them: a leaky, a clean and a partial one, and a hostile one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auditor.model import (
    Acceptance,
    AcceptedBy,
    Confidence,
    Counts,
    Exposure,
    Gap,
    Known,
    Layer,
    LayerRow,
    Leak,
    Ledger,
    Origin,
    Place,
    Report,
    Secret,
    Severity,
    Standing,
    State,
)

NONE = Counts()
LOOKED_AT = Acceptance(AcceptedBy.BASELINE, "revoked, see ticket 7", date(2031, 1, 31))
IGNORED = Acceptance(AcceptedBy.IGNORED, "documentation")
ID = f"sha256:{'0123456789abcdef' * 4}"


FIX = """RUN --mount=type=secret,id=env,target=/app/.env \\
    make --directory /src"""
PROOF = "docker save app:1.2 | tar -xO 1.tar | tar -xO app/.env"


def leak(
    severity: Severity, *places: Place, detector: str = "GitHub Token", secret: str | None = None
) -> Leak:
    """
    A leak at some places.
    """
    mark = f"{severity.rank}a" * 32
    return Leak(
        id=mark[:12],
        fingerprint=mark,
        detector=detector,
        severity=severity,
        confidence=Confidence.LIKELY,
        exposure=Exposure.LAYER,
        origin=Origin.OWN,
        preview="ghp_…",
        secret=Secret(secret) if secret else None,
        places=places,
        reasons=("its checksum is right", "not in the final file system, but still in a layer"),
        advice="Keep /app/.env out of the build: add it to .dockerignore. Replace the secret.",
    )


def row(index: int, instruction: str, leaks: Counts = NONE, score: int = 0) -> LayerRow:
    """
    A layer.
    """
    layer = Layer(
        index=index,
        blob=f"{index}.tar",
        diff_id=f"sha256:{str(index) * 64}",
        digest=None,
        created_by=f"{instruction} # buildkit",
        instruction=instruction,
        origin=Origin.BASE if index == 0 else Origin.OWN,
    )
    return LayerRow(layer, 1_500 * 1_000**index, score, leaks)


def leaky() -> Report:
    """
    Leaks of every kind of place and life, one of them accepted.
    """
    long = "RUN apk add --no-cache build-base && make --jobs 4 --directory /src && rm -r /src /tmp"
    return Report(
        reference="registry.example.com/team/app:1.2",
        id=ID,
        platform="linux/amd64",
        source="docker",
        layers=(
            row(0, "ADD rootfs.tar.xz /"),
            row(1, "COPY .env /app/", Counts(critical=1, high=1), 1100),
            row(2, long, Counts(medium=12), 120),
        ),
        leaks=(
            replace(
                leak(
                    Severity.CRITICAL,
                    Place(1, "/app/.env", None, 4, "COPY .env /app/", None, State.DELETED, 2),
                    Place(1, "/app/old", None, 1, "COPY .env /app/", 7, State.OVERWRITTEN, 1),
                ),
                fix=FIX,
                proof=PROOF,
                rotate="https://tokens.example.com/settings",
            ),
            leak(
                Severity.HIGH,
                Place(None, "history[3].created_by", None, None, "ARG TOKEN"),
                Place(None, "config.Labels.devcontainer.metadata[0].TOKEN", "json"),
                Place(1, "/etc/x", "pax comment", None, "COPY .env /app/", None, State.DELETED),
            ),
            leak(
                Severity.MEDIUM,
                *(
                    Place(2, f"/srv/application/settings/{n}.yaml", None, n, long)
                    for n in range(1, 13)
                ),
                detector="Secret Keyword",
            ),
        ),
        ledger=Ledger(files=1234, bytes=56_789_012),
        counts=Counts(critical=1, high=1, medium=1, low=3),
        metadata_counts=Counts(high=1),
        accepted=2,
        package=4,
        accepted_leaks=(
            replace(
                leak(Severity.HIGH, Place(2, "/srv/test.key")), accepted=True, acceptance=LOOKED_AT
            ),
            replace(
                leak(Severity.LOW, Place(None, "config.Env.EXAMPLE")),
                accepted=True,
                acceptance=IGNORED,
            ),
        ),
        dockerfile="build/Dockerfile",
        standing=Standing(
            new=6,
            known=2,
            expired=1,
            ignored=1,
            gone=(Known("0c" * 32, LOOKED_AT, "Secret Keyword", Severity.LOW, "/app/old.env"),),
        ),
    )


def clean() -> Report:
    """
    Nothing found, nothing left out.
    """
    return Report(
        reference="app:1",
        id=ID,
        platform="linux/arm64/v8",
        source="oci",
        layers=(row(0, "ADD rootfs.tar.xz /"),),
        leaks=(),
        ledger=Ledger(files=10, bytes=2_000),
        counts=Counts(),
        metadata_counts=Counts(),
    )


def partial() -> Report:
    """
    A layer that is missing, one that is encrypted, and gaps of many kinds.
    """
    missing = Layer(1, None, None, f"sha256:{'ab' * 32}", instruction="(unknown instruction)")
    gaps = [
        Gap("/archive.zip", "encrypted", 0),
        Gap("(layer)", "is not in the archive", 1, blocking=True),
        Gap("sha256:11", "platform linux/arm64 is not in the archive"),
        *(Gap(f"/srv/{n}.zip", "encrypted", 0) for n in range(3)),
        *(Gap(f"/srv/{n}.bin", f"some reason of kind {n} that is told at length", 0)
          for n in range(12)),
    ]  # fmt: skip
    return Report(
        reference="./image.tar",
        id="",
        platform="",
        source="docker-archive",
        layers=(row(0, ""), LayerRow(missing, 0, 0, Counts())),
        leaks=(),
        ledger=Ledger(files=10, bytes=2_000, gaps=tuple(gaps)),
        counts=Counts(low=1),
        metadata_counts=Counts(),
    )


REPORTS = {"leaky": leaky, "clean": clean, "partial": partial}


def hostile(text: str) -> Report:
    """
    A report in which every text of an image is `text`, and on one line what may have several.
    """
    line = " ".join(text.split("\n"))
    layer = Layer(0, text, text, text, text, text, text)
    place = Place(0, text, text, 1, text, 2, State.OVERWRITTEN, 0)
    bad = Leak(
        id="0a" * 6,
        fingerprint="0a" * 32,
        detector="GitHub Token",
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY,
        exposure=Exposure.IMAGE,
        origin=Origin.OWN,
        preview=text[:4],
        secret=Secret(line),
        places=(place, Place(None, text)),
        reasons=(text, text),
        advice=text,
        fix=line,
        proof=line,
        rotate=text,
    )
    known = Known(text, Acceptance(AcceptedBy.IGNORED, text), text, None, text)
    return Report(
        reference=text,
        id=text,
        platform=text,
        source="docker",
        layers=(LayerRow(layer, 1, 100, Counts(high=1)),),
        leaks=(bad,),
        ledger=Ledger(1, 1, (Gap(text, text, 0, True), Gap(text, text + "2"))),
        counts=Counts(high=1),
        metadata_counts=Counts(high=1),
        accepted=1,
        accepted_leaks=(replace(bad, accepted=True, acceptance=known.acceptance),),
        dockerfile=text,
        standing=Standing(gone=(known,)),
    )
