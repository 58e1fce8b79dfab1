"""Reading a plain folder of policies: `facts.yaml`, and beside it one Markdown file a policy."""

from __future__ import annotations

from pathlib import Path

from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.rules.dictionary_file import read_dictionary
from sanchuang.engines.rules.document import read_policies
from sanchuang.engines.rules.explain import PolicySet

FACTS = "facts.yaml"


def read_rules(folder: Path | str) -> PolicySet:
    """The policies of a folder, read with its own dictionary of facts (`PolicySet.dictionary`).

    Every `*.md` in the folder is a policy; sources are named by their path. Raises `Problems`.
    """
    root = Path(folder)
    if not root.is_dir():
        what = "这不是文件夹" if root.exists() else "没有这个文件夹"
        raise Problems([Problem(root.as_posix(), 0, 0, what, f"给出含有 {FACTS} 和政策文件的文件夹")])
    if not (root / FACTS).is_file():
        remedy = "建立事实字典，写法见 docs/how-to-write-a-pack.md 的 facts"
        raise Problems([Problem(root.as_posix(), 0, 0, f"没有 {FACTS}", remedy)])
    paths = sorted(root.glob("*.md"))
    if not paths:
        raise Problems([Problem(root.as_posix(), 0, 0, "没有政策文件（*.md）", "放入至少一项政策")])
    dictionary = read_dictionary(read_text(root / FACTS), (root / FACTS).as_posix())
    return read_policies(((read_text(path), path.as_posix()) for path in paths), dictionary)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, its line ends as they are. Raises `Problems`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"文件无法读取：{error.strerror}"
        remedy = "检查它是不是文件、有没有读的权限"
        raise Problems([Problem(path.as_posix(), 0, 0, message, remedy)]) from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problems([Problem(path.as_posix(), line, 0, "不是 UTF-8 文字", "用 UTF-8 编码另存")]) from error
