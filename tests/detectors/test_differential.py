"""
Nothing that detect-secrets finds is lost, on real files.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from tests.differential import compare_all, files

LARGEST = 200_000
"""
In bytes: detect-secrets reads 0.4 MB/s, so larger files are left to `scripts/differential`.
"""
TREES = {
    "etc": (Path("/etc"), 1),
    "site-packages": (Path(sysconfig.get_paths()["purelib"]), 12),
    "usr-share": (Path("/usr/share"), 60),
}
PLAIN_PART = 10
"""
Only every tenth of these files is read with `re` alone too, which is slower.
"""


@pytest.mark.slow
@pytest.mark.parametrize("plain", [False, True], ids=["hyperscan", "re"])
@pytest.mark.parametrize("tree", TREES)
def test_all_findings_of_detect_secrets_are_among_ours(tree: str, plain: bool) -> None:
    """Every finding of `scan_file` is one of ours: same type, same line, the value whole."""
    root, part = TREES[tree]
    if not root.is_dir():
        pytest.skip(f"there is no {root} here")

    chosen = files(root, LARGEST, part * (PLAIN_PART if plain else 1))
    outcomes = list(compare_all(chosen, plain=plain))

    assert outcomes
    assert [(o.path, o.missing) for o in outcomes if o.missing] == []


def test_the_comparison_sees_a_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If our scan found nothing, the comparison would say so."""
    from tests import differential

    path = tmp_path / "settings.py"
    path.write_text('password = "' + "hunter2" + 'xyz"\n')
    found = differential.compare(str(path))
    monkeypatch.setattr(differential, "detect", lambda text: iter(()))
    lost = differential.compare(str(path))

    assert (found.expected, found.missing) == (1, ())
    assert lost.missing == ("Secret Keyword on line 1",)
