"""`sanchuang org`: who is in the district, and what is known of one organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, OnOption, day, print_json
from sanchuang.values import Evidence, Malformed

if TYPE_CHECKING:
    from sanchuang.registry.models import Organisation
    from sanchuang.registry.queries import OrganisationFile

app = typer.Typer(help="机构：名册和一家机构的档案。", no_args_is_help=True)

KindOption = Annotated[
    str | None, typer.Option("--kind", help="只列一类：company、university、institute 等。")
]
SearchOption = Annotated[str, typer.Option("--search", "-s", help="名称（含曾用名、简称）或代码的一部分。")]


def summary(organisation: Organisation) -> dict[str, Any]:
    """What the list tells of an organisation."""
    return {
        "id": organisation.slug,
        "name": organisation.name,
        "kind": organisation.kind,
        "code": organisation.code,
        "industry": organisation.industry.code if organisation.industry else None,
        "circle": organisation.circle.slug if organisation.circle else None,
        "tags": [tag.slug for tag in organisation.tags.all()],
        "synthetic": organisation.synthetic,
    }


@app.command("list")
def list_organisations(
    kind: KindOption = None,
    search: SearchOption = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多列几家。")] = 50,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出机构。

    示例：sanchuang org list --kind university
    """
    from sanchuang.registry.models import Organisation
    from sanchuang.registry.queries import organisations

    if kind is not None and kind not in Organisation.Kind.values:
        raise Malformed(f"没有“{kind}”这类机构", "可用：" + "、".join(Organisation.Kind.values))
    found = organisations(kind=kind, text=search)
    total, shown = found.count(), list(found[:limit])
    if form is Format.JSON:
        print_json({"total": total, "organisations": [summary(organisation) for organisation in shown]})
        return
    table = Table("标识", "名称", "类别", "行业", "创新圈", "标签")
    for organisation in shown:
        table.add_row(
            organisation.slug,
            organisation.name + ("（示例）" if organisation.synthetic else ""),
            organisation.get_kind_display(),
            str(organisation.industry or ""),
            organisation.circle.name if organisation.circle else "",
            "、".join(tag.name for tag in organisation.tags.all()),
        )
    console = Console()
    console.print(table)
    console.print(f"共 {total} 家" + (f"，列出前 {len(shown)} 家" if len(shown) < total else ""))


def described(file: OrganisationFile) -> dict[str, Any]:
    """The file of one organisation as plain data; a fact's `value` is as `registry.coding` keeps it (fen)."""
    from sanchuang.registry.coding import encode, value_text

    organisation = file.organisation
    return {
        **summary(organisation),
        "name_hant": organisation.name_hant,
        "name_en": organisation.name_en,
        "names": [
            {"name": name.name, "kind": name.kind, "until": name.until} for name in organisation.names.all()
        ],
        "address": organisation.address,
        "place": organisation.place.slug if organisation.place else None,
        "source": organisation.source,
        "status": organisation.status.name.lower(),
        "facts": [
            {
                "name": line.spec.name,
                "label": line.spec.label(),
                "period": str(value.period) if value.period else None,
                "value": encode(value.value, line.spec.type),
                "op": value.op.value,
                "text": value_text(value, line.spec),
                "evidence": value.evidence.name.lower() if value.evidence else None,
                "source": value.source,
                "synthetic": value.synthetic,
            }
            for line in file.facts
            for value in line.values
        ],
        "missing": [{"name": spec.name, "label": spec.label()} for spec in file.missing],
        "people": [{"name": role.person.name, "title": role.title} for role in file.people],
        "results": [{"id": result.slug, "title": result.title} for result in file.results],
        "needs": [{"id": need.slug, "title": need.title} for need in file.needs],
    }


@app.command("show")
def show(
    company: Annotated[str, typer.Argument(help="名称、曾用名、简称、统一社会信用代码或标识。")],
    on: OnOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """显示一家机构的档案：名称、事实、缺什么、人员、成果和需求。

    示例：sanchuang org show 某某科技 --on 2025-06-30 --format json
    """
    from sanchuang.core import audit
    from sanchuang.core.operator import operator
    from sanchuang.registry.queries import find_organisation, organisation_file

    found = find_organisation(company)
    described_file = described(organisation_file(found, day(on)))
    if described_file["facts"]:
        audit.reading(found, by=operator(), what="registry.read_facts", count=len(described_file["facts"]))
    if form is Format.JSON:
        print_json(described_file)
        return
    print_file(described_file)


def print_file(file: dict[str, Any]) -> None:
    """Print the file of one organisation for people."""
    console = Console()
    mark = "（示例）" if file["synthetic"] else ""
    console.print(f"[bold]{file['name']}[/bold]{mark}　{file['code'] or file['id']}")
    console.print("名称：" + "、".join(dict.fromkeys(name["name"] for name in file["names"])))
    console.print(f"出处：{file['source']}", highlight=False)
    if file["facts"]:
        facts = Table("事实", "期间", "值", "证据", "出处")
        for fact in file["facts"]:
            source = fact["source"] + ("（示例）" if fact["synthetic"] else "")
            grade = Evidence.parse(fact["evidence"]).label() if fact["evidence"] else ""
            facts.add_row(fact["label"], fact["period"] or "", fact["text"], grade, source)
        console.print(facts)
    if file["missing"]:
        console.print("还不知道：" + "、".join(spec["label"] for spec in file["missing"]))
    for title, rows, key in (
        ("人员", file["people"], "name"),
        ("成果", file["results"], "title"),
        ("需求", file["needs"], "title"),
    ):
        if rows:
            console.print(f"{title}：" + "；".join(row[key] for row in rows))


@app.command("duplicates")
def duplicates(
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多列几对。")] = 50,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出可能登记了两次的机构，最像的在前。

    示例：sanchuang org duplicates --format json
    """
    from sanchuang.registry.duplicates import Roll
    from sanchuang.registry.models import Organisation

    found = Roll.read().pairs()
    shown = found[:limit]
    known = Organisation.objects.in_bulk({pk for pair in shown for pk in (pair.one, pair.other)})
    if form is Format.JSON:
        rows = [
            {
                "how": pair.how.value,
                "score": pair.score,
                "organisations": [
                    {"id": each.slug, "name": each.name, "code": each.code}
                    for each in (known[pair.one], known[pair.other])
                ],
            }
            for pair in shown
        ]
        print_json({"total": len(found), "pairs": rows})
        return
    table = Table("机构", "可能就是", "怎么相像", "相像程度")
    for pair in shown:
        one, other = (f"{each.name}（{each.slug}）" for each in (known[pair.one], known[pair.other]))
        table.add_row(Text(one), Text(other), str(pair.how.label), f"{pair.score:.0%}")
    console = Console()
    console.print(table)
    listed = f"，列出前 {len(shown)} 对" if len(shown) < len(found) else ""
    console.print(f"共 {len(found)} 对{listed}。合并：sanchuang org merge 留下的 并掉的 --why 理由")


@app.command("merge")
def merge(
    kept: Annotated[str, typer.Argument(help="留下的一家：名称、代码或标识。")],
    merged: Annotated[str, typer.Argument(help="并掉的一家。")],
    why: Annotated[str, typer.Option("--why", help="凭什么说两家是一家；留在两家的经过里。")],
    both_codes: Annotated[
        bool, typer.Option("--both-codes", help="两家代码不同，确认都属于留下的一家。")
    ] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """把登记了两次的机构合成一家。不能撤销。

    示例：sanchuang org merge 某某科技有限公司 某某科技 --why "执照相同" --format json
    """
    from sanchuang.core.operator import operator
    from sanchuang.registry.actions import merge_organisations
    from sanchuang.registry.queries import find_organisation

    stays, goes = find_organisation(kept), find_organisation(merged)
    merge_organisations(by=operator(), kept=stays, merged=goes, why=why, force_codes=both_codes)
    if form is Format.JSON:
        print_json({"kept": stays.slug, "merged": goes.slug})
        return
    typer.echo(f"{goes.name}（{goes.slug}）已并入 {stays.name}（{stays.slug}）")
