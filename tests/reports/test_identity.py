"""
By which name platforms know an image from one build to the next.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.reports.identity import identities, image_name, image_variant
from tests.reports.given import clean
from tests.reports.written import HOSTILE


def of(reference: str, source: str = "docker", platform: str = "linux/amd64") -> str:
    """
    The identity of one image.
    """
    return identities([replace(clean(), reference=reference, source=source, platform=platform)])[0]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("app", "app"),
        ("app:1.2", "app"),
        ("team/app:1.2", "team/app"),
        ("registry.example.com/team/app:1.2", "team/app"),
        ("registry.example.com:5000/app", "app"),
        ("localhost/app:1", "app"),
        (f"app@sha256:{'ab' * 32}", "app"),
        (f"registry.example.com/app:1@sha256:{'ab' * 32}", "app"),
        ("docker:app:1", "app"),
        ("", "image"),
        ("../../etc", "etc"),
    ],
)
def test_name(reference: str, name: str) -> None:
    """
    Registry, tag and digest are no part of the name.
    """
    assert image_name(replace(clean(), reference=reference, source="docker")) == name


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("./build/image.tar", "image"),
        ("/tmp/app.tar.gz", "app"),
        ("docker-archive:out/app.tar:1.2", "app"),
        ("oci:layout:latest", "layout"),
        ("-", "image"),
    ],
)
def test_name_of_a_file(reference: str, name: str) -> None:
    """
    Of an archive only its own name counts, wherever it lies.
    """
    assert image_name(replace(clean(), reference=reference, source="docker-archive")) == name


@pytest.mark.parametrize(
    ("tag", "variant"),
    [
        ("latest", ""),
        ("1.2.3", ""),
        ("v2", ""),
        ("1.2-alpine", "alpine"),
        ("1.2.3-slim-bookworm", "slim-bookworm"),
        ("9f3c2d1", ""),
        ("main-9f3c2d1e", "main"),
        ("sha-9f3c2d1e", ""),
        ("2024-05-01", ""),
        ("20240501.3", ""),
        ("debug", "debug"),
    ],
)
def test_variant(tag: str, variant: str) -> None:
    """
    Versions, commits and dates change with every build, so they tell no variants apart; words do.
    """
    assert image_variant(replace(clean(), reference=f"app:{tag}", source="docker")) == variant


def test_identity_outlives_a_build() -> None:
    """
    Two builds of one image have one identity; its variants and platforms have their own.
    """
    assert of("registry.example.com/app:1.2") == of("other.example.com/app:1.3") == (
        "app/linux-amd64"
    )  # fmt: skip
    names = {of("app:1-alpine"), of("app:1-debian"), of("app:1"), of("worker:1")}
    assert len(names) == 4
    assert of("app:1") != of("app:1", platform="linux/arm64")


def test_images_of_one_call_are_told_apart() -> None:
    """
    Where names do not do it, the whole tag does; else a number.
    """
    reports = [replace(clean(), reference=f"app:{tag}", source="docker") for tag in "1223"]
    assert identities(reports) == [
        "app:1/linux-arm64-v8", "app:2/linux-arm64-v8", "app:2/linux-arm64-v8/2",
        "app:3/linux-arm64-v8",
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_tame(text: str) -> None:
    """
    An identity holds letters, digits and a few signs, and leads out of no folder.
    """
    for source in ("docker", "oci"):
        name = of(HOSTILE[text], source, HOSTILE[text])
        assert name.isascii()
        assert not set(name) - set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:"
        )
        assert not {"", ".", ".."} & set(name.split("/"))
        assert len(name) < 400
