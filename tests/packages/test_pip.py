"""
What pip recorded, in folders into which it installed wheels made for the test.
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import pytest

from auditor.model import Origin
from auditor.packages.base import Standing
from auditor.packages.pip import Pip
from tests.images import Recipe
from tests.packages.made import WEAK, claims, only, origins, report, run, standings, tree

PUBLIC = "Project-URL: Source, https://example.com/shiny\n"
SITE = "app/venv/lib/python3.11/site-packages"


def _wheel(folder: Path, text: str = WEAK) -> Path:
    info = "shiny-1.0.dist-info"
    files = {
        "shiny/shapes.py": text,
        "shiny/with, comma.py": "x = 1\n",
        f"{info}/METADATA": f"Name: shiny\nVersion: 1.0\n{PUBLIC}\nText.\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    out = io.BytesIO()
    record = ""
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
            quoted = f'"{name}"' if "," in name else name
            record += f"{quoted},sha256={digest.decode().rstrip('=')},{len(content)}\n"
        packed.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    path = folder / "shiny-1.0-py3-none-any.whl"
    path.write_bytes(out.getvalue())
    return path


def _installed(folder: Path, *arguments: object) -> dict[str, bytes]:
    target = folder / "target"
    run(sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet",
        "--disable-pip-version-check", "--target", target, *arguments)  # fmt: skip
    return {f"{SITE}/{name}": data for name, data in tree(target).items()}


def _from_index(folder: Path, text: str = WEAK) -> dict[str, bytes]:
    """
    As from an index: pip writes nothing of where it came from.
    """
    _wheel(folder, text)
    return _installed(folder, "--find-links", folder, "shiny")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """
    A folder with a package of an index.
    """
    return _from_index(tmp_path_factory.mktemp("pip"))


def _origin(folder: Path, files: dict[str, bytes]) -> Origin:
    made = report(folder, Recipe().step("RUN pip install shiny", files=files))
    return origins(made)[f"/{SITE}/shiny/shapes.py"]


def test_an_unchanged_file_is_the_packages(tmp_path: Path, site: dict[str, bytes]) -> None:
    """
    In any folder, a virtual environment's too; one byte more and it is the author's.
    """
    leak = only(report(tmp_path, Recipe().step("RUN pip install shiny", files=site)))
    assert leak.origin is Origin.PACKAGE
    assert "the file is exactly what pip package shiny installed" in " ".join(leak.reasons)
    changed = {**site, f"{SITE}/shiny/shapes.py": WEAK.encode() + b"\n"}
    assert _origin(tmp_path, changed) is Origin.OWN


def test_what_was_installed_from_a_path_is_the_authors(tmp_path: Path) -> None:
    """
    pip writes direct_url.json for a path, a repository or a URL. The checksum in it is one.
    """
    files = _installed(tmp_path, _wheel(tmp_path))
    made = origins(report(tmp_path, Recipe().step("RUN pip install ./shiny.whl", files=files)))
    assert made == {
        f"/{SITE}/shiny/shapes.py": Origin.OWN,
        f"/{SITE}/shiny-1.0.dist-info/direct_url.json": Origin.PACKAGE,
    }


@pytest.mark.parametrize(
    ("metadata", "origin"),
    [
        (PUBLIC, Origin.PACKAGE),
        ("Home-page: https://example.com\n", Origin.PACKAGE),
        ("", Origin.OWN),
        ("Home-page:\n", Origin.OWN),
        (f"{PUBLIC}Classifier: Private :: Do Not Upload\n", Origin.OWN),
    ],
)
def test_what_names_no_page_is_the_authors(
    tmp_path: Path, site: dict[str, bytes], metadata: str, origin: Origin
) -> None:
    """
    A package that says it is private, or says nothing of where it is from, proves nothing.
    """
    about = f"Name: shiny\nVersion: 1.0\n{metadata}\nHome-page: in the text\n".encode()
    files = {**site, f"{SITE}/shiny-1.0.dist-info/METADATA": about}
    assert _origin(tmp_path, files) is origin


def test_what_is_likely_stays(tmp_path: Path, planted: dict[str, str]) -> None:
    """
    Nothing tells a private index from the public one, so a token is a leak, and it is said why.
    """
    files = _from_index(tmp_path, f'KEY = "{planted["AWS_ACCESS_KEY_ID"]} "\n')
    assert any(name.endswith(".pyc") for name in files)
    leak = only(report(tmp_path, Recipe().step("RUN pip install shiny", files=files)))
    assert (leak.origin, leak.severity) == ("own", "high")
    assert any("nothing shows that this package is public" in reason for reason in leak.reasons)
    assert len(leak.places) == 2


def test_a_record_is_read_by_its_rules(site: dict[str, bytes]) -> None:
    """
    Quoted names, files without a checksum, and paths that lead out of the folder.
    """
    path = f"{SITE}/shiny-1.0.dist-info/RECORD"
    found = claims(list(Pip().read(f"/{path}", site[path])))
    assert f"/{SITE}/shiny/with, comma.py" in found
    assert f"/{SITE}/shiny-1.0.dist-info/RECORD" not in found
    digest = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
    line = f"../../../bin/shiny,sha256={digest},1\n"
    (path,) = claims(list(Pip().read("/v/lib/python3/site-packages/A_b-1.dist-info/RECORD",
                                     line.encode())))  # fmt: skip
    assert path == "/v/lib/python3/site-packages/../../../bin/shiny"


def test_a_name_is_the_same_in_every_spelling() -> None:
    """
    `A_b.c-1.0.dist-info` is the package a-b-c.
    """
    items = list(Pip().read("/s/A_b.c-1.0.dist-info/METADATA", b"Name: A_b.c\n\n"))
    assert standings(items) == {"pip a-b-c": Standing.LOCAL}


def test_a_name_that_everybody_knows_is_public() -> None:
    """
    No private package is called like one of the most used of PyPI, unless it says it is private.
    """
    about = f"Name: botocore\n{PUBLIC}\n".encode()
    path = "/s/botocore-1.0.dist-info/METADATA"
    assert standings(list(Pip().read(path, about))) == {"pip botocore": Standing.PUBLISHED}
    private = b"Classifier: Private :: Do Not Upload\n" + about
    assert standings(list(Pip().read(path, private))) == {"pip botocore": Standing.LOCAL}
