"""Figures with units in running text: "≥ 95 %", "−40~85 ℃", "5 μm", "不超过 3000 万元", "25±2 °C", "within 10 ms".

Numbers stay exact. A unit is known by its dimension and its size in the dimension's base unit; quotients such as
mg/L are read part by part. What has no known unit is not read: a bare number says nothing without its noun.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from dataclasses import dataclass
from fractions import Fraction

from sanchuang.engines.matching.script import SIMPLIFIED
from sanchuang.engines.matching.text import line
from sanchuang.values import Malformed
from sanchuang.values.numbers import parse_number

_MEASURE_WORDS = ("台", "套", "件", "个", "只", "片", "块", "条", "株", "例", "人", "名", "项", "篇")
_SCALES: dict[str, dict[str, str | int]] = {
    "length": {
        "nm": "1/1000000000", "μm": "1/1000000", "um": "1/1000000", "mm": "1/1000", "cm": "1/100", "dm": "1/10",
        "m": 1, "km": 1000, "纳米": "1/1000000000", "微米": "1/1000000", "毫米": "1/1000", "厘米": "1/100", "米": 1,
        "公里": 1000, "千米": 1000, "Å": "1/10000000000",
    },
    "mass": {
        "μg": "1/1000000", "ug": "1/1000000", "mg": "1/1000", "g": 1, "kg": 1000, "t": 1000000, "微克": "1/1000000",
        "毫克": "1/1000", "克": 1, "千克": 1000, "公斤": 1000, "吨": 1000000,
    },
    "time": {
        "ns": "1/1000000000", "μs": "1/1000000", "us": "1/1000000", "ms": "1/1000", "s": 1, "min": 60, "h": 3600,
        "d": 86400, "纳秒": "1/1000000000", "微秒": "1/1000000", "毫秒": "1/1000", "秒": 1, "分钟": 60, "小时": 3600,
        "天": 86400, "日": 86400, "周": 604800, "seconds": 1, "minutes": 60, "hours": 3600, "hour": 3600, "days": 86400,
    },
    "months": {"个月": 1, "年": 12, "months": 1, "years": 12},
    "temperature": {"°C": 1, "℃": 1, "摄氏度": 1},
    "kelvin": {"K": 1},
    "share": {"%": "1/100", "‰": "1/1000", "ppm": "1/1000000", "ppb": "1/1000000000"},
    "points": {"个百分点": 1, "百分点": 1},
    "money": {"元": 1, "人民币": 1},
    "frequency": {"Hz": 1, "kHz": 1000, "MHz": 10**6, "GHz": 10**9, "THz": 10**12, "赫兹": 1},
    "power": {"μW": "1/1000000", "mW": "1/1000", "W": 1, "kW": 1000, "MW": 10**6, "GW": 10**9, "瓦": 1, "千瓦": 1000,
              "兆瓦": 10**6},
    "energy": {"J": 1, "kJ": 1000, "MJ": 10**6, "Wh": 3600, "kWh": 3600000, "MWh": 3600000000, "度电": 3600000,
               "千瓦时": 3600000, "eV": "1/6241509074460762608"},
    "voltage": {"μV": "1/1000000", "mV": "1/1000", "V": 1, "kV": 1000, "伏": 1, "千伏": 1000},
    "current": {"μA": "1/1000000", "mA": "1/1000", "A": 1, "kA": 1000, "安培": 1},
    "charge": {"mAh": "1/1000", "Ah": 1},
    "resistance": {"mΩ": "1/1000", "Ω": 1, "kΩ": 1000, "MΩ": 10**6},
    "pressure": {"Pa": 1, "hPa": 100, "kPa": 1000, "MPa": 10**6, "GPa": 10**9, "bar": 100000, "帕": 1, "兆帕": 10**6},
    "force": {"mN": "1/1000", "N": 1, "kN": 1000, "牛": 1},
    "volume": {"μL": "1/1000000", "mL": "1/1000", "ml": "1/1000", "L": 1, "m3": 1000, "升": 1, "毫升": "1/1000",
               "立方米": 1000, "方": 1000},
    "area": {"mm2": "1/1000000", "cm2": "1/10000", "m2": 1, "km2": 10**6, "平方米": 1, "平方公里": 10**6, "亩": "2000/3",
             "公顷": 10000},
    "molar mass": {"Da": 1, "kDa": 1000},
    "amount": {"nmol": "1/1000000000", "μmol": "1/1000000", "mmol": "1/1000", "mol": 1},
    "data": {"B": 1, "KB": 1000, "kB": 1000, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15},
    "bits": {"bps": 1, "kbps": 1000, "Mbps": 10**6, "Gbps": 10**9, "Tbps": 10**12},
    "conductivity": {"W/(m·K)": 1, "W/m·K": 1, "W/(m·k)": 1, "W/mK": 1},
    "flux": {"L/(m2·h·bar)": 1, "L/(m2·h)": 1},
    "level": {"dB": 1, "dBm": 1},
    "operations": {"TOPS": 1, "POPS": 1000},
    "floats": {"GFLOPS": 1, "TFLOPS": 1000, "PFLOPS": 10**6},
    "turns": {"rpm": 1, "转/分": 1, "r/min": 1, "转/分钟": 1},
    "frames": {"fps": 1, "帧/秒": 1, "帧/s": 1},
    "cycles": {"次": 1, "cycles": 1, "次循环": 1},
    # What is counted differs from measure word to measure word.
    **{word: {word: 1} for word in _MEASURE_WORDS},
}  # fmt: skip
COUNTED = frozenset({"cycles", *_MEASURE_WORDS})
_UNITS = {name: (kind, Fraction(size)) for kind, sizes in _SCALES.items() for name, size in sizes.items()}
_UNIT = "|".join(re.escape(name) for name in sorted(_UNITS, key=len, reverse=True))
# Units in Latin letters as words of a text's line.
UNIT_NAMES = frozenset(line(name) for name in _UNITS)
# After a Latin unit no letter may follow: "5 min" is no 5 m; before 个 no further measure word is wanted.
_UNIT_FORM = rf"(?:{_UNIT})(?![A-Za-z])(?:/(?:{_UNIT})(?![A-Za-z]))?"
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:\s?(?:万亿|亿|千万|百万|万))?|[零〇一二两三四五六七八九十百千万亿]+(?=\s?(?:[\u4e00-\u9fff%‰]))"
# 不能低于, 不得低于, 不低于.
_NOT = "不[能得可应宜许准会]?"
_LEAST = rf"≥|≧|>=|⩾|{_NOT}(?:低于|少于|小于|短于)|至少|大于等于|大于或等于|at least|no less than|not less than|minimum of"
_ABOVE = r">|大于|超过|高于|多于|优于|突破|more than|greater than|over|above|exceeding|exceeds"
_MOST = rf"≤|≦|<=|⩽|{_NOT}(?:高于|超过|大于|多于|长于|超出)|至多|最多|小于等于|小于或等于|控制在|at most|no more than|not more than|up to|within"
_BELOW = r"<|小于|低于|少于|短于|less than|below|under"
_ABOUT = r"约|大约|近|将近|接近|≈|~|左右|about|approximately|around|nearly"
_FIGURE = re.compile(
    rf"(?P<before>(?P<least>{_LEAST})|(?P<above>{_ABOVE})|(?P<most>{_MOST})|(?P<below>{_BELOW})|(?P<about>{_ABOUT}))?"
    rf"\s?(?:到|在|为|至)?\s?(?<![A-Za-z0-9.])(?P<percent>百分之)?(?P<sign>[-−–]|零下)?\s?(?P<number>{_NUMBER})\s?(?P<unit1>{_UNIT_FORM})?"
    rf"(?:\s?(?P<link>~|～|-|–|—|至|到|±|to)\s?(?P<sign2>[-−]|零下)?\s?(?P<number2>{_NUMBER}))?"
    # A unit after the only number's own unit is the beginning of another word: 10 Ah 方形.
    rf"(?:(?(unit1)(?(number2)|(?!)))\s?(?P<unit>{_UNIT_FORM}))?\s?(?P<after>以上|及以上|以下|及以下|以内|之内|内(?![径部壁层含])|左右|or more|or less)?",
)
# "From 5 % to 2 %": where it comes from is no figure of what is offered.
_FROM = ("由", "从", "由原来的", "自", "from")
_CUT = re.compile(r"[,，、。;；:：!！?？()（）\n]")
# Kind, bounds, whether it is one, whether the bound itself is left out.
_Read = tuple[str, Fraction | None, Fraction | None, bool, bool]
_EVERY = re.compile(r"每(?P<unit>秒|分钟|小时|天|日|周)")
_LASTS = re.compile(r"(?:运行|连续|持续|稳定|维持|保持|分泌|培养|随访|试用|周期|历时|为期)\w{0,4}$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: between `low` and `high` (None: no bound) in base units of `kind`.

    bounded  whether the text states a bound or a range and not just a value
    strict   whether a bound itself is excluded
    about    whether the text calls it approximate
    text     as written, at [start, end); `subject`: what the clause says before it, as written
    """

    kind: str
    low: Fraction | None
    high: Fraction | None
    bounded: bool
    strict: bool
    about: bool
    text: str
    start: int
    end: int
    subject: str

    @property
    def ranged(self) -> bool:
        """Whether two different ends are given."""
        return self.low is not None and self.high is not None and self.low != self.high

    def covers(self, other: Quantity) -> bool:
        """Whether every value of `other` is one of this."""
        lower = self.low is None or (other.low is not None and self.low <= other.low)
        return lower and (self.high is None or (other.high is not None and self.high >= other.high))


def quantities(text: str) -> list[Quantity]:
    """Read all figures with known units, in order; what cannot be read is left out."""
    plain, places = _plain(text)
    found: list[Quantity] = []
    cuts, clause = deque(match.end() for match in _CUT.finditer(plain)), 0
    for match in _FIGURE.finditer(plain):
        read = _read(match)
        if read is None or (match["before"] is None and plain[: match.start()].rstrip().endswith(_FROM)):
            continue
        begin = match.start() + len(match.group()) - len(match.group().lstrip())
        while cuts and cuts[0] <= begin:
            clause = cuts.popleft()
        written = text[places[begin] : places[match.end() - 1] + 1]
        lead = 0 if match["before"] else len(written) - len(written.lstrip(" 到在为至"))
        subject = plain[clause:begin].strip()
        if _is_no_figure(match, read, subject):
            continue
        kind, low, high, bounded, strict = _rate(read, subject)
        found.append(
            Quantity(
                kind, low, high, bounded, strict,
                match["about"] is not None or match["after"] == "左右",
                written[lead:].rstrip(), places[begin] + lead, places[begin] + len(written.rstrip()),
                text[places[clause] : places[begin] + lead].strip(),
            )
        )  # fmt: skip
        clause = match.end()  # a clause's second figure has its own subject
    return found


def _plain(text: str) -> tuple[str, list[int]]:
    """Write full-width, compatibility and traditional characters plainly, case kept; and each one's place in `text`."""
    characters: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        written = "°C" if character == "℃" else unicodedata.normalize("NFKC", character).translate(SIMPLIFIED)
        for plain in written:
            characters.append(plain)
            places.append(at)
    return "".join(characters), places


def _is_no_figure(match: re.Match[str], read: _Read, subject: str) -> bool:
    """Tell numerals that are part of a word, an article or an ordinal: 零件, 一个, 三元, 第三方, 四周 (all around), 70B."""
    kind, _, _, bounded, _ = read
    number, unit = match["number"], match["unit"] or match["unit1"] or "%"
    if subject.endswith("第"):
        return True
    if kind in COUNTED:
        return number in ("零", "〇") or match["after"] == "内" or (number == "一" and not bounded)
    if unit in ("元", "方") and len(number) == 1 and not number.isdigit():
        return True
    if number + unit == "四周":
        return not bounded and not _LASTS.search(subject)
    return unit == "B" or (unit == "K" and " K" not in match.group())


def _rate(read: _Read, subject: str) -> _Read:
    """Read "每分钟 40 个" as 40 个/min."""
    kind, low, high, bounded, strict = read
    every = _EVERY.search(subject) if kind in COUNTED else None
    if every is None:
        return read
    under, size = _UNITS[every["unit"]]
    low, high = (None if bound is None else bound / size for bound in (low, high))
    return f"{kind}/{under}", low, high, bounded, strict


def _read(match: re.Match[str]) -> _Read | None:
    written = match["unit"] or match["unit1"]
    if match["percent"]:
        written = "%"
    if not written or (
        match["unit1"] and match["unit"] and _unit(match["unit1"])[0] != _unit(match["unit"])[0]
    ):
        return None
    kind, size = _unit(written)
    if written == "年" and re.fullmatch("(?:19|20)[0-9]{2}", match["number2"] or match["number"]):
        return None  # a date
    first_size = _unit(match["unit1"])[1] if match["unit1"] else size
    try:
        first = _value(match["number"], match["sign"]) * first_size
        second = _value(match["number2"], match["sign2"]) * size if match["number2"] else None
    except Malformed:
        return None
    if kind == "kelvin":
        kind, first = "temperature", first - Fraction("273.15")
        second = second - Fraction("273.15") if second is not None and match["link"] != "±" else second
    if second is not None:
        if match["link"] == "±":
            return kind, first - second, first + second, True, False
        return kind, min(first, second), max(first, second), True, False
    after = match["after"] or ""
    if match["least"] or match["above"] or after in ("以上", "及以上", "or more"):
        return kind, first, None, True, match["above"] is not None
    if match["most"] or match["below"] or after in ("以下", "及以下", "以内", "之内", "内", "or less"):
        return kind, None, first, True, match["below"] is not None
    return kind, first, first, False, False


def _value(number: str, sign: str | None) -> Fraction:
    value = parse_number(number.replace(" ", ""))
    return -value if sign else value


def _unit(written: str) -> tuple[str, Fraction]:
    if written in _UNITS:
        return _UNITS[written]
    over, _, under = written.partition("/")
    (kind, size), (below, below_size) = _UNITS[over], _UNITS[under]
    return f"{kind}/{below}", size / below_size
