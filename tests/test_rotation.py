"""
Where a provider's secret is replaced.
"""

from __future__ import annotations

from pathlib import Path

from auditor.detectors import rotation_pages
from auditor.engine import Request, audit
from tests.images import Recipe, docker_archive

TOKEN = "dop_v1_" + "0a1b2c3d4e5f6789" * 4


def test_a_rule_brings_its_page_along(tmp_path: Path) -> None:
    """
    What one of our own rules found is told with the provider's page.
    """
    archive = tmp_path / "x.tar"
    with archive.open("wb") as out:
        docker_archive(Recipe("x:1").step("COPY . /", files={"x.env": f"T={TOKEN}".encode()}), out)
    (report,) = audit(Request(str(archive)))
    (leak,) = report.leaks

    assert leak.rotate == rotation_pages()[leak.detector]
    assert leak.rotate.startswith("https://")
