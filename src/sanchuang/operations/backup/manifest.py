"""What a backup says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

from django.conf import settings
from django.utils.crypto import salted_hmac
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sanchuang.operations.backup.archive import LARGEST_MANIFEST, MANIFEST, Reader

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Content(_Part):
    """Of a member: its size in bytes and its SHA-256."""

    size: Size
    sha256: Digest


class Manifest(_Part):
    """What the archive holds. `audit` and `ledger` are the ends of the chains, as `verify` prints them; empty: no rows.

    `plain` is the database once its member is unpacked (SQLite). `key` is a mark by which a secret key is known again.
    `absent` are digests of uploaded files that were lost or damaged already when the backup was made.
    """

    format: Literal[1]
    version: str
    made_at: str
    engine: Literal["sqlite", "postgresql"]
    engine_version: str
    migrations: list[str]
    counts: dict[str, Size]
    audit: Annotated[str, Field(pattern=r"^(\d+:[0-9a-f]{64})?$")]
    ledger: Annotated[str, Field(pattern=r"^(\d+:[0-9a-f]{64})?$")]
    key: str
    key_from: Literal["file", "environment"]
    members: dict[str, Content]
    plain: Content | None = None
    absent: list[Digest] = []

    def text(self) -> bytes:
        """As it stands in the archive."""
        return self.model_dump_json(indent=1).encode()

    @property
    def database(self) -> str:
        """The member that holds the database."""
        return next(name for name in self.members if name.startswith("database."))

    @property
    def files(self) -> Mapping[str, Content]:
        """The uploaded files."""
        return {name: content for name, content in self.members.items() if name.startswith("files/")}


def key_mark(secret: str) -> str:
    """By what a secret key is known again; nobody finds the key from it."""
    return salted_hmac("sanchuang.operations.backup", "", secret=secret, algorithm="sha256").hexdigest()[:16]


def key_is_from_file() -> bool:
    """Whether the site's secret key is the one kept under VAR."""
    kept = settings.VAR / "secret-key"
    return bool(kept.exists() and kept.read_text() == settings.SECRET_KEY)


def read_manifest(archive: Reader) -> tuple[Manifest, str]:
    """The manifest of an archive, compared with the members that are there, and its SHA-256. Raises `Malformed`."""
    text = archive.text(MANIFEST, LARGEST_MANIFEST)
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("format",):
            raise archive.broken("它的格式不是 1，可能由更新的版本写成；请用写它的版本恢复") from error
        raise archive.broken(f"清单看不懂（{'.'.join(map(str, first['loc']))}）") from error
    there = {name: member.size for name, member in archive.members.items() if name != MANIFEST}
    said = {name: content.size for name, content in manifest.members.items()}
    if there != said:
        odd = min(set(there.items()) ^ set(said.items()))[0]
        raise archive.broken(f"内容与清单不符（{odd[:80]}）")
    databases = [name for name in said if name.startswith("database.")]
    wanted = "database.sqlite3.gz" if manifest.engine == "sqlite" else "database.dump"
    if databases != [wanted] or (manifest.engine == "sqlite") != (manifest.plain is not None):
        raise archive.broken("清单里没有写明它的数据库")
    for name, content in manifest.files.items():
        if name.removeprefix("files/").replace("/", "") != content.sha256:
            raise archive.broken(f"内容与清单不符（{name}）")
    return manifest, hashlib.sha256(text).hexdigest()
