"""
Where an image can hide a secret: one image with a token of its own in every place, audited like
any other. Found means: with its whole value, at its path, in the layer that gave it away.
"""

from __future__ import annotations

import base64
import gzip
import lzma
import marshal
import random
import string
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from auditor.engine import Request, audit
from auditor.model import Leak, Report
from auditor.ranking import Policy
from tests.decoders import made
from tests.evaluation.base import Options, Table
from tests.fakes import BASE32, BASE62, checksummed
from tests.images import (
    Recipe,
    compress,
    docker25_members,
    docker_members,
    entry,
    hard_link,
    symlink,
    tar_bytes,
    tar_layer,
)


def _slack(source: random.Random) -> str:
    parts = ("".join(source.choices(string.digits, k=12)) for _ in range(2))
    return "-".join(["xo" + "xb", *parts, "".join(source.choices(BASE62, k=24))])


KINDS: Mapping[str, Callable[[random.Random], str]] = {
    "GitHub": lambda source: checksummed("gh" + "p_", source),
    "GitLab": lambda source: "gl" + "pat-" + "".join(source.choices(BASE62, k=20)),
    "AWS key id": lambda source: "AK" + "IA" + "".join(source.choices(BASE32, k=16)),
    "Slack": _slack,
    "Stripe": lambda source: "sk_" + "live_" + "".join(source.choices(BASE62, k=24)),
}
"""
What is hidden: fakes, made anew for every place.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where one of them was put, and how the report must tell it.
    """

    name: str
    secret: str
    layer: int | None
    path: str
    """
    The beginning of the path; below a layer all of it.
    """
    state: str = "present"

    def is_told(self, leaks: Mapping[str, Leak]) -> bool:
        """
        Whether a leak with this very secret has this place.
        """
        leak = leaks.get(self.secret)
        return leak is not None and any(
            place.layer == self.layer
            and place.state == self.state
            and (place.path == self.path or (self.layer is None and self.path in place.path))
            for place in leak.places
        )


@dataclass(slots=True)
class Hidden:
    """
    An image on its way, and what was put into it.
    """

    token: Callable[[random.Random], str]
    source: random.Random
    recipe: Recipe = field(default_factory=lambda: Recipe("hiding:1"))
    places: list[Place] = field(default_factory=list)

    def secret(self, name: str, path: str, layer: int | None, state: str = "present") -> str:
        """
        A new secret for a place.
        """
        made_up = self.token(self.source)
        self.places.append(Place(name, made_up, layer, path, state))
        return made_up


def _text(secret: str) -> bytes:
    return f"# settings\nvalue {secret} here\n".encode()


def _plain(hidden: Hidden) -> None:
    """
    Layers 0 and 1: files as they are, then deleted and overwritten.
    """
    names = {
        "file of a COPY": "app/.env",
        "file under /usr": "usr/lib/tool/config",
        "site-packages": "usr/lib/python3/site-packages/x/settings.py",
        "node_modules": "app/node_modules/x/index.js",
        "package-lock.json": "app/package-lock.json",
        "README": "app/README.md",
        "shell history": "root/.bash_history",
        ".npmrc": "root/.npmrc",
    }
    files = {path: _text(hidden.secret(name, f"/{path}", 0)) for name, path in names.items()}
    gone = {
        "deleted by a whiteout": ("app/deleted", "deleted"),
        "below an opaque directory": ("opaque/file", "deleted"),
        "old value of an overwritten file": ("app/twice", "overwritten"),
    }
    for name, (path, state) in gone.items():
        files[path] = _text(hidden.secret(name, f"/{path}", 0, state))
    secret = hidden.secret("large file", "/var/log/large.log", 0)
    files["var/log/large.log"] = b"a line of a log\n" * 700_000 + _text(secret)
    secret = hidden.secret("very long line", "/app/bundle.min.js", 0)
    files["app/bundle.min.js"] = b"var a=1;" * 50_000 + f'k="{secret}";'.encode() + b"b();" * 9999
    secret = hidden.secret("text in Latin-1", "/app/latin", 0)
    files["app/latin"] = "gr\xf6\xdfe ".encode("latin-1") + _text(secret)
    hidden.recipe.step("COPY . /", files=files)
    new = _text(hidden.secret("new value of an overwritten file", "/app/twice", 1))
    hidden.recipe.step(
        "RUN rm /app/deleted", files={"app/twice": new}, delete=["app/deleted"],
        opaque_dirs=["opaque"],
    )  # fmt: skip


def _tar(hidden: Hidden) -> None:
    """
    Layer 2: what tar itself can hold.
    """
    linked = _text(hidden.secret("hard link", "/opt/link", 2))
    target = hidden.secret("target of a symbolic link", "/opt/symlink", 2)
    name = hidden.secret("file name", "", 2)
    hidden.places[-1] = Place("file name", name, 2, f"/opt/{name}")
    comment = hidden.secret("PAX comment", "/opt/comment", 2, "deleted")
    xattr = hidden.secret("extended attribute", "/opt/xattr", 2)
    whiteout = hidden.secret("body of a whiteout", "/opt/.wh.body", 2, "deleted")
    behind = hidden.secret("behind the end of the tar", "/opt/behind", 2, "deleted")
    entries = [
        entry("opt/original", linked),
        hard_link("opt/link", "opt/original"),
        symlink("opt/symlink", f"https://user:{target}@example.com/"),
        entry(f"opt/{name}", b"x"),
        entry("opt/comment", b"x", pax={"comment": comment}),
        entry("opt/xattr", b"x", pax={"SCHILY.xattr.user.key": xattr}),
        entry("opt/.wh.body", _text(whiteout)),
    ]
    end = bytes(2 * tarfile.BLOCKSIZE)
    data = tar_layer(entries, end=end + tar_layer([entry("opt/behind", _text(behind))]))
    hidden.recipe.raw_layer("RUN odd things", data)


def _packed(hidden: Hidden) -> None:
    """
    Layer 3: files in files, encodings, binaries.
    """
    files: dict[str, bytes] = {}
    for name, pack in _PACKED.items():
        path = f"srv/{name.replace(' ', '-').replace('.', '-')}"
        files[path] = pack(hidden.secret(name, f"/{path}", 3))
    hidden.recipe.step("RUN build", files=files)


def _in_file(pack: Callable[[Mapping[str, bytes]], bytes]) -> Callable[[str], bytes]:
    return lambda secret: pack({"etc/app.conf": _text(secret)})


def _nested_zip(levels: int) -> Callable[[str], bytes]:
    def pack(secret: str) -> bytes:
        data = _text(secret)
        for level in range(levels):
            data = made.zip_file({f"level{level}": data})
        return data

    return pack


def _pyc(secret: str) -> bytes:
    code = compile(f"def f():\n    return g({secret!r}, 1)\n", "x.py", "exec")
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def _database(secret: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return made.sqlite_file(
            Path(folder) / "x.db",
            ("CREATE TABLE users (name TEXT, token TEXT, note TEXT)", ()),
            ("INSERT INTO users VALUES ('somebody', ?, 'note')", (secret,)),
        )


def _deleted_row(secret: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return made.sqlite_file(
            Path(folder) / "x.db",
            ("CREATE TABLE notes (note TEXT)", ()),
            ("INSERT INTO notes VALUES (?)", (f"value {secret} here",)),
            ("INSERT INTO notes VALUES ('other')", ()),
            ("DELETE FROM notes WHERE rowid = 1", ()),
        )


def _git_pack(secret: str) -> bytes:
    base = b"".join(b"line %d\n" % number for number in range(400))
    change = made.delta(base, (0, 700), b"\n" + _text(secret), (700, len(base) - 700))
    distance = len(made.pack_file([(3, b"", base)])) - 20 - 12
    return made.pack_file([(3, b"", base), (6, made.back(distance), change)])


def _notebook(secret: str) -> bytes:
    cell = f'{{"cell_type": "code", "source": ["k = \\"{secret}\\"\\n"]}}'
    return f'{{"cells": [{cell}], "nbformat": 4}}'.encode()


def _inner_file(secret: str) -> bytes:
    return tar_bytes(docker_members(Recipe("inner:1").step("COPY", files={"a": _text(secret)})))


def _inner_history(secret: str) -> bytes:
    recipe = Recipe("inner:1").step("COPY", files={"a": b"x"})
    return tar_bytes(docker_members(recipe.history_only(f"RUN |1 T={secret} /bin/sh -c true")))


_PACKED: Mapping[str, Callable[[str], bytes]] = {
    "zip": _in_file(made.zip_file),
    "zip in zip": _nested_zip(2),
    "zip in zip in zip": _nested_zip(3),
    "jar in war": lambda s: made.zip_file({"WEB-INF/lib/a.jar": _nested_zip(1)(s)}),
    "whl": lambda s: made.zip_file({"x/__init__.py": _text(s), "x-1.dist-info/RECORD": b""}),
    "tar": _in_file(made.tar_file),
    "tar.gz": lambda s: gzip.compress(_in_file(made.tar_file)(s)),
    "tar.xz": lambda s: lzma.compress(_in_file(made.tar_file)(s)),
    "tar.bz2": lambda s: compress(_in_file(made.tar_file)(s), "bzip2"),
    "tar.zst": lambda s: compress(_in_file(made.tar_file)(s), "zstd"),
    "gz": lambda s: gzip.compress(_text(s) * 9),
    "zst": lambda s: compress(_text(s) * 9, "zstd"),
    "deb": _in_file(made.deb_file),
    "rpm": _in_file(made.rpm_file),
    "apk": _in_file(made.apk_file),
    "cpio": _in_file(made.cpio_file),
    "docx": made.docx_file,
    "pdf": made.pdf_file,
    "ipynb": _notebook,
    "pyc": _pyc,
    "ELF": lambda s: made.elf_file(b"before", s.encode(), b"behind"),
    "SQLite row": _database,
    "deleted SQLite row": _deleted_row,
    "git object": lambda s: made.git_object("blob", _text(s))[1],
    "git commit": lambda s: made.git_object("commit", b"tree 0\n\n" + _text(s))[1],
    "git pack with a difference": _git_pack,
    "zlib": lambda s: zlib.compress(_text(s)),
    "image in a layer": _inner_file,
    "history of an image in a layer": _inner_history,
    "UTF-16": lambda s: _text(s).decode().encode("utf-16"),
    "UTF-16 without a mark": lambda s: _text(s).decode().encode("utf-16-be"),
    "base64": lambda s: b"x: " + base64.b64encode(_text(s)),
    "base64 twice": lambda s: b"x: " + base64.b64encode(base64.b64encode(_text(s))),
    "base64 of gzip": lambda s: b"x: " + base64.b64encode(gzip.compress(_text(s) * 3)),
    "hex": lambda s: b"x: " + _text(s).hex().encode(),
}


def _metadata(hidden: Hidden) -> None:
    """
    What the image says of itself.
    """
    fields = {
        "ENV": "config.Env", "label": "config.Labels", "CMD": "config.Cmd",
        "ENTRYPOINT": "config.Entrypoint", "HEALTHCHECK": "config.Healthcheck",
        "ONBUILD": "config.OnBuild", "VOLUME": "config.Volumes", "WORKDIR": "config.WorkingDir",
        "SHELL": "config.Shell", "container_config": "container_config",
        "unknown key": "x-unknown", "author": "author",
    }  # fmt: skip
    s = {name: hidden.secret(name, path, None) for name, path in fields.items()}
    steps = {
        "build arg": "created_by", "RUN line": "created_by", "ARG default": "created_by",
        "comment of a step": "comment", "author of a step": "author",
    }  # fmt: skip
    h = {name: hidden.secret(name, f"].{path}", None) for name, path in steps.items()}
    annotation = hidden.secret("annotation of the manifest", "manifest.annotations", None)
    attested = hidden.secret("attestation", "attestation", None)
    (
        hidden.recipe.config(
            Env=[f"API={s['ENV']}"],
            Labels={"key": s["label"]},
            Cmd=["serve", f"--key={s['CMD']}"],
            Entrypoint=["/run.sh", s["ENTRYPOINT"]],
            Healthcheck={"Test": ["CMD-SHELL", f"curl -H 'X: {s['HEALTHCHECK']}' localhost"]},
            OnBuild=[f"RUN login {s['ONBUILD']}"],
            Volumes={f"/data/{s['VOLUME']}": {}},
            WorkingDir=f"/work/{s['WORKDIR']}",
            Shell=["/bin/sh", "-c", s["SHELL"]],
        )
        .top(
            container_config={"Env": [f"OLD={s['container_config']}"]},
            author=s["author"],
            **{"x-unknown": {"deep": [s["unknown key"]]}},
        )
        .history_only(f"RUN |1 TOKEN={h['build arg']} /bin/sh -c make")
        .history_only(f"RUN /bin/sh -c login {h['RUN line']}")
        .history_only(f"ARG DEFAULT={h['ARG default']}")
        .history_only("RUN x", comment=h["comment of a step"], author=h["author of a step"])
        .annotate(**{"com.example.key": annotation})
        .attest({"invocation": {"parameters": {"args": {"build-arg:T": attested}}}})
    )


def hide(kind: str, seed: int = 1) -> Hidden:
    """
    An image with a secret of that kind in every place.
    """
    hidden = Hidden(KINDS[kind], random.Random(seed))
    _plain(hidden)
    _tar(hidden)
    _packed(hidden)
    _metadata(hidden)
    return hidden


def missed(hidden: Hidden, report: Report) -> list[Place]:
    """
    The places that a report made with secrets does not tell.
    """
    leaks = {leak.secret.reveal(): leak for leak in report.leaks if leak.secret}
    return [place for place in hidden.places if not place.is_told(leaks)]


def report_on(hidden: Hidden) -> Report:
    """
    The audit of the image as an archive of today's Docker.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hiding.tar"
        path.write_bytes(tar_bytes(docker25_members(hidden.recipe, compression="gzip")))
        request = Request(str(path), policy=Policy(list_all=True, show_secrets=True))
        return audit(request)[0]


def hiding(options: Options) -> Iterator[Table]:
    """
    See `Evaluation`.
    """
    rows, details = [], []
    for kind in KINDS:
        hidden = hide(kind)
        lost = missed(hidden, report_on(hidden))
        rows.append((kind, str(len(hidden.places)), str(len(hidden.places) - len(lost))))
        details += [f"{kind}: {place.name}: missed" for place in lost if options.misses]
    yield Table(
        "Places in which an image can hide a secret",
        ("token", "places", "found"),
        tuple(rows),
        "A token of its own in every place; found means with its value, at its path and in its "
        "layer, and with what became of it: deleted and overwritten ones too.",
        tuple(details),
    )
