"""Extract, compile and check the interface's translations, with Babel alone (no gettext tools needed).

`extract` brings the `.po` files into step with the code, `compile` writes the `.mo` files that Django reads,
`check` fails when a text has no translation, a placeholder differs, or a `.po` is out of step, and
`set ENGLISH CHINESE` translates one text (of a plural, its singular). Traditional script has no `.po` of its own:
its `.mo` is made from the simplified one by OpenCC, so that it lacks nothing.
Message ids are English; a text that is to be translated appears in Python through Django's gettext functions
or in a template through `{% translate %}` and `{% blocktranslate %}`.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

from sanchuang.core.script import to_hant

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src/sanchuang"
LOCALES = SOURCES / "web/locale"
KEYWORDS = dict(DEFAULT_KEYWORDS) | {
    f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")
}


def template_source(text: str, origin: str) -> str:
    """A template as Python source in which its messages are calls; line numbers stay."""
    return "\n".join(line.lstrip() for line in templatize(text, origin=origin).splitlines())


def files(root: Path) -> Iterator[Path]:
    """Python files and templates below `root`, in a fixed order."""
    for path in sorted(root.rglob("*")):
        if (path.suffix == ".py" and "migrations" not in path.parts) or (
            path.suffix in {".html", ".txt"} and "templates" in path.parts
        ):
            yield path


def extracted(root: Path = SOURCES) -> Catalog:
    """Every message of the code below `root`, with the files that use it."""
    catalog = Catalog(project="sanchuang", fuzzy=False, charset="utf-8")
    for path in files(root):
        text = path.read_text(encoding="utf-8")
        source = text if path.suffix == ".py" else template_source(text, str(path))
        place = path.relative_to(root).as_posix()
        buffer = io.BytesIO(source.encode())
        for _line, message, comments, context in extract(
            "python", buffer, KEYWORDS, ("Translators:",), {"encoding": "utf-8"}
        ):
            catalog.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    """The catalogue in the `.po` file at `path`."""
    with path.open("rb") as file:
        return pofile.read_po(file, locale=path.parts[-3])


def write(path: Path, catalog: Catalog) -> None:
    """Write `catalog` without places and times, so that a diff shows texts only."""
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalog, width=110, sort_output=True, omit_header=True, no_location=True)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {path.parts[-3]}\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    path.write_text(header + buffer.getvalue().decode(), encoding="utf-8")


def ids(message: Message) -> tuple[str, ...]:
    """The English texts: one, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def placeholders(text: str) -> list[str]:
    """What the program fills in: `%(name)s`, `%s`."""
    return sorted(re.findall(r"%(?:\(\w+\))?[sd]", text))


def texts(message: Message) -> tuple[str, ...]:
    """The translation's texts: one, or one per plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def problems(path: Path, template: Catalog) -> list[str]:
    """What is wrong with the translation at `path`, as `file: text: remedy` lines."""
    catalog, found = read(path), []
    wanted = {(ids(m)[0], m.context): m for m in template if m.id}
    held = {(ids(m)[0], m.context): m for m in catalog if m.id}
    for (text, context), message in wanted.items():
        have = held.get((text, context))
        if have is None or have.id != message.id:
            found.append(f"{text!r}: 不在译文中；请运行 python tools/i18n.py extract 并翻译")
        elif not all(texts(have)) or have.fuzzy:
            places = ", ".join(place for place, _ in message.locations)
            found.append(f"{text!r}: 没有译文（{places}）；请在 .po 中翻译")
        else:
            found += [f"{text!r}: {error}" for error in have.check()]
            if any(placeholders(translated) != placeholders(ids(message)[-1]) for translated in texts(have)):
                found.append(f"{text!r}: 译文里的占位符不同；请照抄原文的占位符")
    gone = held.keys() - wanted.keys()
    found += [f"{text!r}: 代码中已没有；请运行 python tools/i18n.py extract" for text, _ in gone]
    return [f"{path.parts[-3]}: {line}" for line in found]


def po_files(locales: Path = LOCALES) -> list[Path]:
    """All `.po` files, one per language."""
    return sorted(locales.glob("*/LC_MESSAGES/django.po"))


def update(path: Path, template: Catalog) -> None:
    """Bring the `.po` at `path` into step with `template`; translations of texts that remain are kept."""
    catalog = read(path) if path.exists() else Catalog(locale=path.parts[-3], fuzzy=False)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    write(path, catalog)


def compile_all(paths: list[Path]) -> None:
    """Write the `.mo` next to each `.po`, in one step each, so that no reader sees half a file."""
    for path in paths:
        catalog = read(path)
        _write_mo(path.with_suffix(".mo"), catalog)
        if path.parts[-3] == "zh_Hans":
            _write_mo(
                Path(*path.parts[:-3], "zh_Hant", *path.parts[-2:]).with_suffix(".mo"), traditional(catalog)
            )


def traditional(catalog: Catalog) -> Catalog:
    """The catalogue in traditional script."""
    for message in catalog:
        if message.id:
            converted = tuple(to_hant(text) for text in texts(message))
            message.string = converted[0] if isinstance(message.string, str) else converted
    return catalog


def _write_mo(path: Path, catalog: Catalog) -> None:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time brings the `.po` files into step."""
    with Path(__file__).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def translate(path: Path, english: str, chinese: list[str]) -> None:
    """Write `chinese` (one text, or one per plural form) as the translation of `english` into the `.po` at `path`."""
    catalog = read(path)
    found = [message for message in catalog if message.id and ids(message)[0] == english]
    if not found:
        raise SystemExit(f"{english!r}: 代码中没有这条文字")
    for message in found:
        message.string = chinese[0] if isinstance(message.id, str) else tuple(chinese)
    write(path, catalog)


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three verbs; `check` ends with 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["extract", "compile", "check", "set"])
    parser.add_argument("text", nargs="*", help="set: the English text and its translation")
    options = parser.parse_args(arguments)
    if options.verb == "compile":
        compile_all(po_files())
        return 0
    if options.verb in {"extract", "set"}:
        if options.verb == "set" and len(options.text) < 2:
            parser.error("set ENGLISH CHINESE")
        with alone():
            template = extracted()
            for path in po_files():
                update(path, template)
                if options.verb == "set":
                    translate(path, options.text[0], options.text[1:])
        return 0
    template = extracted()
    found = [line for path in po_files() for line in problems(path, template)]
    print(
        "\n".join(found) if found else f"译文齐全：{len(template)} 条",
        file=sys.stderr if found else sys.stdout,
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
