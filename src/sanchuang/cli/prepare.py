"""What must be in place before the server starts: tables, the pack, static files.

Each step looks first whether its inputs changed, so that an installation that is ready starts at once.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

import sanchuang
from sanchuang.core.migrating import migrate as migrate
from sanchuang.core.migrating import pending_migrations as pending_migrations
from sanchuang.values import Malformed

PACKS = Path(sanchuang.__file__).parent / "packs"


def pack_path(named: str) -> Path:
    """The folder of the pack that `named` names: a path or a name under `sanchuang/packs`.

    An empty `named` means the only pack there. Raises `Malformed` when there is none or more than one.
    """
    shipped = sorted(path.parent for path in PACKS.glob("*/pack.yaml"))
    if named:
        for path in (Path(named), PACKS / named):
            if (path / "pack.yaml").is_file():
                return path
        raise Malformed(
            f"没有区包“{named}”：那里找不到 pack.yaml",
            "把 SANCHUANG_PACK 写成区包目录的路径，或自带区包的名称："
            + "、".join(path.name for path in shipped),
        )
    if len(shipped) != 1:
        names = "、".join(path.name for path in shipped) or "无"
        raise Malformed(f"不知道载入哪个区包（自带：{names}）", "用环境变量 SANCHUANG_PACK 指明一个")
    return shipped[0]


def pack_digest(path: Path) -> str:
    """A digest of every file of a pack and of what loads it; far cheaper than reading the pack."""
    from sanchuang.core.pack.register import loaders

    digest = hashlib.sha256(
        "\n".join([sanchuang.__version__, *(loader.name for loader in loaders())]).encode()
    )
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(path)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def load_chosen_pack() -> bool:
    """Load the pack that `SANCHUANG_PACK` names, with a progress bar; returns whether it had to be read.

    Skipped when no file of it changed since this database last took it in. Raises `Malformed` when there is no
    such pack and `Problems` when it is faulty; the old records then stay.
    """
    from sanchuang.cli.progress import bars
    from sanchuang.core.models import PackLoad
    from sanchuang.core.operator import operator
    from sanchuang.core.pack.load import load_pack

    path = pack_path(os.environ.get("SANCHUANG_PACK", ""))
    kept, digest = settings.VAR / "pack-loaded", pack_digest(path)
    last = PackLoad.objects.order_by("pk").last()
    if last is not None and kept.exists() and kept.read_text() == f"{digest} {last.digest}":
        return False

    with bars() as progress:
        loaded = load_pack(path, by=operator(), progress=progress)
    kept.write_text(f"{digest} {loaded.load.digest}")
    return True


def static_digest() -> str:
    """A digest of path, size and time of every static file that Django finds."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            stat = os.stat(storage.path(name))  # noqa: PTH116  storage paths are text
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> bool:
    """Hash, compress and copy the static files if any of them changed; returns whether it did."""
    kept = Path(settings.STATIC_ROOT) / ".digest"
    digest = static_digest()
    if kept.exists() and kept.read_text() == digest:
        return False
    call_command("collectstatic", verbosity=0, interactive=False)
    kept.write_text(digest)
    return True


def settle_sign_ins() -> None:
    """Make the pack's users able to sign in, or in production unable; a check that held is not done again.

    Comparing a password with its hash is slow on purpose; a start should not wait for it.
    """
    from sanchuang.core.demo import demo_password, settle_demo_users
    from sanchuang.core.models import User

    def state() -> str:
        stored = User.objects.exclude(pack="").order_by("pk").values_list("password", flat=True).first()
        return hashlib.sha256(f"{demo_password()}\0{stored}".encode()).hexdigest()

    kept = settings.VAR / "sign-ins-settled"
    if settings.DEMO and kept.exists() and kept.read_text() == state():
        return
    settle_demo_users()
    kept.unlink(missing_ok=True)
    if settings.DEMO:
        kept.write_text(state())
