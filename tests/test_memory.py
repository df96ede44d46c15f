"""
Memory does not grow with the image: a large one is audited under a limit that a small one set.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.base import has_cache
from tests.benchmarks.measuring import Command, Place, family, run
from tests.fakes import fakes

ROOT = Path(__file__).resolve().parents[1]
MIB = 1 << 20
SMALL, LARGE = 1, 10
"""
Layers, each with a file of 64 MiB and many small ones.
"""
HEADROOM = 200 * MIB
"""
What the large image may take beyond the small one, in bytes: a third of what it has more.
"""
AT_MOST = 300_000_000
"""
What all processes may have together, in bytes.
"""

# NOTE: as the audited image is larger than this test may be, another process makes it on the way.
_IMAGE = f"""
import random, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.benchmarks.writing import END, member, streamed

def layer(number, token):
    source = random.Random(number)
    for n in range(40):
        lines = (f"{{n}} {{source.random()}} of {{number}}\\n" for _ in range(1000))
        yield member(f"srv/{{number}}/{{n}}.log", "".join(lines).encode())
    yield member(f"srv/{{number}}/model", source.randbytes(1 << 20) * 64)
    yield member(f"srv/{{number}}/.env", token.encode())
    yield END

def layers(count, token):
    for number in range(count):
        yield sum(map(len, layer(number, token))), layer(number, token)

for piece in streamed(layers(int(sys.argv[1]), sys.argv[2]), "large:1"):
    sys.stdout.buffer.write(piece)
"""
_LIMITED = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
_HOARDER = """
import io, sys
kept = []
class Hoarder(io.RawIOBase):
    def __init__(self, source):
        self._source = source
    def readable(self):
        return True
    def read(self, n=-1):
        kept.append(self._source.read(n))
        return kept[-1]
class Input:
    buffer = Hoarder(sys.stdin.buffer)
    isatty = sys.stdin.isatty
    fileno = sys.stdin.fileno
    close = sys.stdin.close
sys.stdin = Input()
from auditor.cli import main
main()
"""
_OPTIONS = (
    "-q", "--no-config", "--strict", "--fail-on", "never", "-f", "json", "-",
    # A layer that is known is not read.
    *(("--no-cache",) if has_cache() else ()),
)  # fmt: skip


def image(layers: int) -> tuple[str, ...]:
    """
    The command that writes an image of so many layers.
    """
    return (sys.executable, "-c", _IMAGE, str(layers), f"token={fakes()['GITHUB_TOKEN']}\n")


def limited(limit: int, *words: str) -> tuple[str, ...]:
    """
    Python with these arguments; no process of it may have more address space, in bytes.
    """
    return (sys.executable, "-c", _LIMITED, str(limit), *words)


def largest(words: Sequence[str], feed: Sequence[str]) -> int:
    """
    The most address space that any process of a command ever had, in bytes.
    """
    with (
        subprocess.Popen(feed, stdout=subprocess.PIPE) as source,
        subprocess.Popen(words, stdin=source.stdout, stdout=subprocess.DEVNULL) as command,
    ):
        most = 0
        while command.poll() is None:
            most = max([most, *map(_peak, family(command.pid))])
            time.sleep(0.02)
        assert source.stdout is not None
        source.stdout.close()
    assert command.returncode == 0
    return most


def _peak(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in text.splitlines() if line.startswith("VmPeak:")]
    return int(found[0]) * 1024 if found else 0


@pytest.fixture(scope="module")
def limit() -> int:
    """What the small image takes, and the headroom."""
    if not sys.platform.startswith("linux"):
        pytest.skip("address space is limited and told by Linux alone")
    return largest((sys.executable, "-m", "auditor", *_OPTIONS), image(SMALL)) + HEADROOM


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder for temporary files; patterns are where they were."""
    (tmp_path / "temporary").mkdir()
    return Place(Path.home() / ".cache", tmp_path / "temporary")


@pytest.mark.slow
def test_a_large_image_needs_no_more_than_a_small_one(limit: int, place: Place) -> None:
    """Under the limit it is audited whole, with all processes within 300 MB and no file written."""
    words = limited(limit, "-m", "auditor", *_OPTIONS)
    taken = run(Command(words, image(LARGE)), place, watch=True)

    assert taken.memory < AT_MOST
    assert taken.temporary == 0


@pytest.mark.slow
def test_what_keeps_the_image_fails_under_the_limit(limit: int) -> None:
    """The limit is one: an audit that holds what it read does not end well."""
    words = limited(limit, "-c", _HOARDER, *_OPTIONS)
    with subprocess.Popen(image(LARGE), stdout=subprocess.PIPE) as source:
        done = subprocess.run(words, stdin=source.stdout, capture_output=True, text=True)
        assert source.stdout is not None
        source.stdout.close()

    assert done.returncode != 0


def test_the_hoarder_is_an_audit() -> None:
    """Without a limit it ends well, so that it is the limit at which it fails."""
    with subprocess.Popen(image(SMALL), stdout=subprocess.PIPE) as source:
        done = subprocess.run(
            [sys.executable, "-c", _HOARDER, *_OPTIONS],
            stdin=source.stdout, capture_output=True, text=True,
        )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["images"][0]["leaks"]
