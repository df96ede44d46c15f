"""
Bytes by name in SQLite, bounded in size: what was not used for longest goes first.

Several processes may use it at once. Nothing that happens to it is an error of the audit: a broken
file is made anew, and where nothing can be written nothing is kept.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

log = logging.getLogger("auditor")

BOUND = 512 << 20
"""
Bytes kept at most.
"""
FILE = "layers.sqlite"
WAIT = 10.0
"""
Seconds to wait for another process that is writing.
"""
FRESH = 3600
"""
Seconds in which another use is not written down.
"""
_LARGEST = 4
"""
One thing may take this part of the bound at most: a fourth.
"""
_ROOM = 10
"""
What is made at once when the bound is reached: a tenth.
"""
_TABLE = """
CREATE TABLE IF NOT EXISTS kept (
    name BLOB PRIMARY KEY, size INTEGER NOT NULL, used INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_use ON kept (used, size);
"""
_DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_CORRUPT_INDEX,
    sqlite3.SQLITE_CORRUPT_SEQUENCE,
    sqlite3.SQLITE_CORRUPT_VTAB,
    # A table that is not there, or is another one.
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_NOTADB,
)
_T = TypeVar("_T")


class Store:
    """
    One database. Close it after use.
    """

    def __init__(self, folder: Path, bound: int = BOUND) -> None:
        self._path = folder / FILE
        self._bound = bound
        self._connection: sqlite3.Connection | None = None
        self._is_lost = False
        self._was_rebuilt = False

    def get(self, name: bytes) -> bytes | None:
        """
        What is kept under a name.
        """

        def ask(connection: sqlite3.Connection) -> bytes | None:
            query = "SELECT data, used FROM kept WHERE name = ?"
            row = connection.execute(query, (name,)).fetchone()
            if row is None:
                return None
            now = int(time.time())
            if now - row[1] > FRESH:
                # NOTE: on a full disk it can still be read.
                with suppress(sqlite3.OperationalError):
                    connection.execute("UPDATE kept SET used = ? WHERE name = ?", (now, name))
            return bytes(row[0])

        return self._tried(ask)

    def has(self, name: bytes) -> bool:
        """
        Whether anything is kept under a name.
        """
        query = "SELECT 1 FROM kept WHERE name = ?"
        return bool(self._tried(lambda one: one.execute(query, (name,)).fetchone()))

    def put(self, name: bytes, data: bytes) -> None:
        """
        Keep something, in place of what had this name.
        """
        if len(data) > self._bound // _LARGEST:
            return

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            try:
                row = (name, len(data), int(time.time()), data)
                connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)
                self._make_room(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

        self._tried(write)

    def drop(self, name: bytes) -> None:
        """
        Keep it no longer.
        """
        self._tried(lambda one: one.execute("DELETE FROM kept WHERE name = ?", (name,)))

    def close(self) -> None:
        """
        Give the files back.
        """
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _make_room(self, connection: sqlite3.Connection) -> None:
        (total,) = connection.execute("SELECT COALESCE(SUM(size), 0) FROM kept").fetchone()
        if total <= self._bound:
            return
        target = self._bound - self._bound // _ROOM
        oldest = connection.execute("SELECT rowid, size FROM kept ORDER BY used, rowid").fetchall()
        gone = []
        for number, size in oldest:
            if total <= target:
                break
            gone.append((number,))
            total -= size
        connection.executemany("DELETE FROM kept WHERE rowid = ?", gone)

    def _tried(self, task: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """
        What a task comes to; `None` if the database cannot be used.
        """
        if self._is_lost:
            return None
        try:
            return task(self._open())
        except (sqlite3.Error, OSError) as error:
            if self._was_rebuilt or getattr(error, "sqlite_errorcode", None) not in _DAMAGE:
                # A full disk, a folder that may not be written to, another process for too long.
                self._lose(error)
                return None
            log.info("the cache is damaged and made anew: %s", error)
        self._rebuild()
        return self._tried(task)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            made = sqlite3.connect(self._path, timeout=WAIT, isolation_level=None)
            self._connection = made
            made.execute("PRAGMA journal_mode = WAL").fetchall()
            made.execute("PRAGMA synchronous = NORMAL")
            if made.execute("PRAGMA user_version").fetchone()[0] == 0:
                made.executescript(f"{_TABLE} PRAGMA user_version = 1;")
        return self._connection

    def _rebuild(self) -> None:
        self._was_rebuilt = True
        self.close()
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + end).unlink()

    def _lose(self, error: Exception) -> None:
        self._is_lost = True
        self.close()
        log.info("the cache cannot be used: %s", error)
