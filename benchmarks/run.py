"""`make bench`: run the benchmarks and write docs/benchmarks.md.

Every figure of the report comes from this one run; what could not run is named with the reason. `--only NAME` (more
than once if wanted) runs a part and prints it without writing the report; with `--update` it takes the place of that part
in the report, which then says at which commit it was measured.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, SHARED, Section, Skipped, machine, table

REPORT = ROOT / "docs/benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; not edited by hand. All figures are from one run on one machine, which other work may have
shared: CPU seconds (user and system, children included) therefore stand beside the wall clock's. Medians of five
or more runs. A part that was measured by itself says so.
"""


def parts(var: Path) -> dict[str, Callable[[], Section]]:
    """The benchmarks by name, in the order of the report; those after `pack` use the district it loaded."""
    import advise
    import api
    import audit
    import backup
    import explaining
    import first_run
    import imports
    import match
    import match_feedback
    import match_speed
    import needs
    import pack
    import pages
    import placement
    import replay
    import search
    import simulate

    import ledger

    return {
        "run": first_run.first_run,
        "pack": lambda: pack.loading(var),
        "advise": advise.one,
        "advise-all": lambda: advise.whole(var),
        "pages": lambda: pages.pages(var),
        "api": lambda: api.api(var),
        "imports": lambda: imports.importing(var),
        "search": search.searching,
        "audit": audit.trail,
        "ledger": lambda: ledger.ledger(var),
        "backup": lambda: backup.backup(var),
        "match": lambda: match.development_table(SHARED),
        "match-feedback": lambda: match_feedback.feedback_table(SHARED),
        "needs": needs.judged_table,
        "match-speed": lambda: match_speed.speed_table(SHARED),
        "explain": explaining.explaining,
        "policy": lambda: simulate.simulation(SHARED, var),
        "placement": lambda: placement.placing(SHARED),
        "replay": lambda: replay.replaying(SHARED),
    }


def update(section: str) -> None:
    """Put one part, measured by itself, into the report: in place of the one of its title, else at the end."""
    facts = dict(machine())
    title, _line, rest = section.partition("\n\n")
    note = f"Measured by itself at commit {facts['commit']} on {facts['date']}, {facts['processor']}."
    made = f"{title}\n\n{note}\n\n{rest}".rstrip() + "\n"
    head, *others = re.split(r"(?m)^(?=## )", REPORT.read_text())
    places = [at for at, other in enumerate(others) if other.splitlines()[0] == title]
    if places:
        others[places[0]] = made + "\n"
    else:
        others.append(made)
    REPORT.write_text(head + "\n".join(other.strip("\n") + "\n" for other in others))


def main() -> int:
    """Run what was asked for; a benchmark that fails ends the run with its error."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "SANCHUANG_VAR": folder,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
        }
        import django

        django.setup()
        benchmarks = parts(Path(folder))
        reader = argparse.ArgumentParser(description=__doc__)
        reader.add_argument("--only", action="append", choices=list(benchmarks), default=[])
        reader.add_argument("--update", action="store_true", help="with --only: put the part into the report")
        reader.add_argument(
            "--large",
            action="store_true",
            help="policy: 10 million companies too (minutes, 8 GB); match-speed: 400,000 texts",
        )
        given = reader.parse_args()
        if given.large:
            os.environ["SANCHUANG_BENCH_LARGE"] = "1"
        only = given.only
        sections, skipped = [], []
        for name, benchmark in benchmarks.items():
            if (
                only
                and name not in only
                and not (
                    name == "pack"
                    and {"advise", "advise-all", "explain", "pages", "api", "imports", "search", "audit"}
                    & set(only)
                )
            ):
                continue
            print(f"bench: {name} …", file=sys.stderr, flush=True)
            try:
                sections.append(benchmark().markdown())
                if given.update and name in only:
                    update(sections[-1])
            except Skipped as reason:
                print(f"bench: {name} skipped: {reason}", file=sys.stderr)
                skipped.append(f"* {name}: {reason}")
    report = [HEAD + "\n" + table(["", ""], machine()).replace("--:", "---"), *sections]
    if skipped:
        report.append("## Skipped\n\n" + "\n".join(skipped))
    text = "\n\n".join(report) + "\n"
    if only:
        print(text)
    else:
        REPORT.write_text(text)
        print(f"bench: {REPORT.relative_to(ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
