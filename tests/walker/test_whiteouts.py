"""
What a name means for the layers below.
"""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.walker.whiteouts import Mark, Meaning, meaning, normalise


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("etc/passwd", "/etc/passwd"),
        ("./etc/passwd", "/etc/passwd"),
        ("/etc/passwd", "/etc/passwd"),
        ("//etc//passwd", "/etc/passwd"),
        ("etc/", "/etc"),
        ("a/../b", "/b"),
        ("../../../etc/passwd", "/etc/passwd"),
        ("a/./b/.", "/a/b"),
        ("", "/"),
        (".", "/"),
        ("./", "/"),
        ("..", "/"),
        ("caf\udce9.txt", "/caf\udce9.txt"),
        (" a ", "/ a "),
    ],
)
def test_paths_are_absolute_and_plain(name: str, path: str) -> None:
    """
    However a name is written, its path is the one where a loader puts it, never above the root.
    """
    assert normalise(name) == path


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("/.\0\udce9"), max_size=30))
def test_any_name_gives_a_path(name: str) -> None:
    """
    A path is absolute, holds no step that leads elsewhere, and no NUL, which ends paths in lists.
    """
    path = normalise(name)
    assert path.startswith("/")
    assert posixpath.normpath(path) == path
    assert not path.startswith("//")
    assert not {"..", "."} & set(path.split("/"))
    assert "\0" not in path
    assert normalise(path) == path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/passwd", Meaning(Mark.NONE, "/etc/passwd")),
        ("/etc/.wh.passwd", Meaning(Mark.WHITEOUT, "/etc/passwd")),
        ("/.wh.etc", Meaning(Mark.WHITEOUT, "/etc")),
        ("/etc/.wh..hidden", Meaning(Mark.WHITEOUT, "/etc/.hidden")),
        ("/etc/.wh..wh..opq", Meaning(Mark.OPAQUE, "/etc")),
        ("/.wh..wh..opq", Meaning(Mark.OPAQUE, "/")),
        ("/.wh..wh.plnk", Meaning(Mark.META, "/.wh..wh.plnk")),
        ("/.wh..wh.aufs", Meaning(Mark.META, "/.wh..wh.aufs")),
        ("/.wh..wh.orph", Meaning(Mark.META, "/.wh..wh.orph")),
        ("/etc/.wh.", Meaning(Mark.NONE, "/etc/.wh.")),
        ("/etc/.WH.passwd", Meaning(Mark.NONE, "/etc/.WH.passwd")),
        ("/etc/x.wh.passwd", Meaning(Mark.NONE, "/etc/x.wh.passwd")),
        ("/.wh.dir/file", Meaning(Mark.NONE, "/.wh.dir/file")),
        ("/.wh.caf\udce9", Meaning(Mark.WHITEOUT, "/caf\udce9")),
    ],
)
def test_marks(path: str, expected: Meaning) -> None:
    """
    Each name means what the image specification says.
    """
    assert meaning(path) == expected
