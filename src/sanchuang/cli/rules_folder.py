"""Policies from a folder that a command names: a pack, or `facts.yaml` with policies beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sanchuang.engines.rules import PolicySet


def read_folder(path: Path, *, examples: bool) -> PolicySet:
    """The policies of a pack or of a plain folder; raises `Problems`.

    `examples`: those of a plain folder are run as well; a pack's always are.
    """
    from sanchuang.core.pack.reader import MANIFEST, read_pack
    from sanchuang.engines.markup import Problem, Problems
    from sanchuang.engines.rules import PolicySet, read_rules, run_examples
    from sanchuang.engines.rules.folder import FACTS

    if path.name == MANIFEST or (path / MANIFEST).exists():
        found = PolicySet(file.policy for file in read_pack(path).policies)
        if not found.policies:
            raise Problems([Problem(path.as_posix(), 0, 0, "区包里没有政策", "放入至少一项政策")])
        return found
    if path.is_dir() and not (path / FACTS).exists():
        message = f"没有 {MANIFEST}，也没有 {FACTS}"
        remedy = f"给出区包目录，或放着 {FACTS} 和政策文件的目录"
        raise Problems([Problem(path.as_posix(), 0, 0, message, remedy)])
    policies = read_rules(path)
    if examples and (failures := run_examples(policies)):
        raise Problems([failure.problem() for failure in failures])
    return policies
