"""Figures with units in running text: "≥ 95 %", "−40~85 ℃", "5 μm", "不超过 3000 万元", "3×10⁵ 次", "25±2 °C", "within 10 ms".

Numbers stay exact. A unit is known by its dimension and its size in the dimension's base unit; quotients such as
mg/L are read part by part. What has no known unit is not read: a bare number says nothing without its noun.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from dataclasses import dataclass
from fractions import Fraction

from sanchuang.engines.matching import properties
from sanchuang.engines.matching.script import SIMPLIFIED
from sanchuang.engines.matching.text import fold, line
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
    "fahrenheit": {"°F": "5/9", "华氏度": "5/9"},
    "times": {"倍": 1},
    "share": {"成": "1/10", "%": "1/100", "‰": "1/1000", "ppm": "1/1000000", "ppb": "1/1000000000"},
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
               "立方米": 1000, "方": 1000, "cm3": "1/1000", "mm3": "1/1000000", "dm3": 1},
    "area": {"mm2": "1/1000000", "cm2": "1/10000", "m2": 1, "km2": 10**6, "平方米": 1, "平方公里": 10**6, "亩": "2000/3",
             "公顷": 10000, "hm2": 10000},
    "molar mass": {"Da": 1, "kDa": 1000},
    "amount": {"nmol": "1/1000000000", "μmol": "1/1000000", "mmol": "1/1000", "mol": 1},
    "data": {"B": 1, "KB": 1000, "kB": 1000, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15},
    "bits": {"bps": 1, "kbps": 1000, "Mbps": 10**6, "Gbps": 10**9, "Tbps": 10**12, "bit/s": 1, "kbit/s": 1000,
             "Mbit/s": 10**6, "Gbit/s": 10**9, "Tbit/s": 10**12, "kb/s": 1000, "Kb/s": 1000, "Mb/s": 10**6, "Gb/s": 10**9,
             "Tb/s": 10**12, "KB/s": 8000, "kB/s": 8000, "MB/s": 8 * 10**6, "GB/s": 8 * 10**9, "TB/s": 8 * 10**12},
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
# Units in Latin letters as words of a text's line; 天 is a unit, and 天线 is none.
UNIT_NAMES = frozenset(line(name) for name in _UNITS if not re.search("[一-鿿]", name))
# After a Latin unit no letter or digit may follow: "5 min" is no 5 m, m/s² no m/s; nor what makes it another dimension:
# mg·L⁻¹, mg/dL, s⁻¹. Before 个 no further measure word is wanted.
_UNIT_ENDS = (
    r"(?![A-Za-z]|\s?[·⋅]\s?[A-Za-z]|/[A-Za-z(°μ]|(?<=[A-Za-z0-9])[0-9^]"
    rf"|(?<=[A-Za-z0-9])[-−][1-4](?![0-9.]|\s?(?:{_UNIT})))"
)
_UNIT_FORM = rf"(?:{_UNIT})(?:/(?:{_UNIT}))?{_UNIT_ENDS}"
# A unit that is the beginning of another word: 4 天线, 10 周期, 5G 基站 written in small letters.
_ANOTHER_WORD = re.compile(
    r"天[线然空]|周[期年边]|升级|方[面向法案式位]|条[件款]|例如|次级|克[隆拉]|米粉|人[工机]|片段|篇幅|秒杀|年[级轻]|日[本常]|牛[奶肉]"
    r"|元[件素器]|成[不为功本果品员立型形像分份熟套都人年长因交就绩效语片膜核胶图对组批串环键系千百虫色活文书骨纤]|倍[率体频镜压数增半]"
    r"|A\s?[级景]|g\s?(?:网|基站|通信|手机|信号|模组|专网|终端)|d\s?(?:打印|建模|视觉|扫描|模型|成像|重建|动画)"
)
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})++|[1-9][0-9]{0,2}(?: [0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]+)?"
_MULTIPLIED = re.compile("(?:万亿|亿|千万|百万|万)$")
_POWER = r"10\^[-−]?[0-9]{1,2}"
# All of a numeral in Chinese, never its beginning: 百分之五十 is no 百分之五. 数十 and 几十 are no 十.
_CHINESE = r"(?<![零〇一二两三四五六七八九十百千万亿几])(?!(?<=数)[十百千万亿])[零〇一二两三四五六七八九十百千万亿]++(?:点[零〇一二三四五六七八九]++[万亿]*+)?"
_NUMBER = (
    rf"(?:{_POWER}|{_DIGITS}(?:\s?[×x*·]\s?{_POWER}|\s?(?:万亿|亿|千万|百万|万))?"
    rf"|{_CHINESE}(?(percent)|(?=\s?(?:[\u4e00-\u9fff%‰]))))"
)
# 不能低于, 不得低于, 不低于, 未超过, 没有超过.
_NOT = "(?:不|未|没有?)[能得可应宜许准会曾致]?"
_LEAST = (
    rf"≥|≧|>=|⩾|≮|{_NOT}(?:低于|少于|小于|短于)|至少|大于等于|大于或等于"
    r"|(?<![A-Za-z])(?i:at least|(?:no|not|never) (?:less|fewer|lower|smaller|shorter) than|not below|minimum of)"
)
_ABOVE = (
    r">|大于|超过|高于|多于|突破"
    r"|(?<![A-Za-z])(?i:(?:more|greater|higher|larger|longer) than|over|above|exceeding|exceeds?)"
)
_MOST = (
    rf"≤|≦|<=|⩽|≯|{_NOT}(?:高于|超过|大于|多于|长于|超出|超)|至多|最多|小于等于|小于或等于|控制在"
    r"|(?<![A-Za-z])(?i:at most|(?:no|not|never) (?:more|greater|higher|larger|longer) than|(?:not|never) (?:exceed(?:s|ing)?|above|over)"
    r"|up to|within)"
)
# 不到 is below, but what one does not get to see (看不到) is not.
_BELOW = (
    r"<|小于|低于|少于|短于|(?<![测看找见听用查感做想得遇碰])不到|不足|不满"
    r"|(?<![A-Za-z])(?i:(?:less|fewer|lower|smaller|shorter) than|below|under)"
)
_BETTER = r"优于|(?<![A-Za-z])(?i:better than)"
_ABOUT = r"约|大约|近|将近|接近|≈|~|左右|(?<![A-Za-z])(?i:about|approximately|around|nearly)"
# What a figure begins with; the rest is tried nowhere else.
_BEGINS = (
    r"(?=[\s0-9零〇一二两三四五六七八九十百千万亿≥≧>⩾≮≤≦<⩽≯≈~+−–不未没至大超高多突最小控低少短优约近将接左到在为"
    r"aAbBeEfFgGhHlLmMnNoOsSuUwW-])"
)
_FIGURE = re.compile(
    rf"{_BEGINS}(?P<before>(?P<least>{_LEAST})|(?P<above>{_ABOVE})|(?P<most>{_MOST})|(?P<below>{_BELOW})|(?P<better>{_BETTER})"
    rf"|(?P<about>{_ABOUT}))?"
    # What is behind a solidus or a power is a part of a number: 1/2 h, 2^10.
    r"\s?(?:到|在|为|至)?\s?(?<![A-Za-z0-9.^⁄])(?<![0-9]/)(?P<percent>(?<![十百千])(?:百万|[百千万])分之)?(?P<sign>[-−–+]|零下)?"
    rf"\s?(?P<number>{_NUMBER})\s?(?P<unit1>{_UNIT_FORM})?"
    # 九成五, 六成半
    rf"(?P<tenths>(?<=[一二两三四五六七八九]成)[一二三四五六七八九半](?![零〇一二两三四五六七八九十百千万亿个台套件项种类级维年月]))?"
    rf"(?:\s?(?P<link>~|～|-|–|—|至|到|±|to)\s?(?P<sign2>[-−+]|零下)?\s?(?P<number2>{_NUMBER}))?"
    # A unit after the only number's own unit is the beginning of another word: 10 Ah 方形.
    rf"(?:(?(unit1)(?(number2)|(?!)))\s?(?P<unit>{_UNIT_FORM}))?\s?(?:\(含(?:本数)?\)\s?(?=[及或]?以))?"
    r"(?P<after>[及或]?以上|[及或]?以下|以内|之内|内(?![径部壁层含存容外孔墙镜芯膜腔置])|左右|上下|or more|or less)?",
)
_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_UP, _DOWN = (
    frozenset({"以上", "及以上", "或以上", "or more"}),
    frozenset({"以下", "及以下", "或以下", "以内", "之内", "内", "or less"}),
)
# Kelvins of these are as many degrees, counted from nowhere.
_DIFFERENCE = re.compile(
    r"温升|温差|精度|波动|误差|偏差|漂移|稳定|均匀|分辨|温降|升温|降温|升高|降低|过冷|过热|±$|(?i:difference|rise|accuracy|stability|resolution|error)"
)
# Up to how much more something is: 提高一倍, 比人工快 3 倍; what is less by times nobody can tell.
_MORE = re.compile(r"(?:提高|提升|增加|增大|增长|上升|延长|扩大|加快|[高快多长大])出?了?$")
_LESS = re.compile(r"(?:降低|下降|降|减少|减小|缩小|缩短|节省|[低少短小轻薄慢])了?$")
_PARTS = {"百分之": "1/100", "千分之": "1/1000", "万分之": "1/10000", "百万分之": "1/1000000"}
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
        leads = subject + written[:lead].strip()  # 到 and 为 are of the subject
        if _is_no_figure(match, read, subject) or (read[0] == "times" and _LESS.search(leads)):
            continue
        read = _rate(_degrees(_better(match, read, subject), subject), subject)
        kind, low, high, bounded, strict = read
        if kind == "times" and _MORE.search(leads):
            kind = "more"
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
    """Write full-width, compatibility and traditional characters plainly, case kept; and each one's place in `text`.

    A power of a number is told from its digits: 10⁶ becomes 10^6.
    """
    characters: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        written = "°C" if character == "℃" else unicodedata.normalize("NFKC", character).translate(SIMPLIFIED)
        if character in _RAISED and characters and characters[-1].isdigit() and text[at - 1] not in _RAISED:
            written = f"^{written}"
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
    behind = "unit" if match["unit"] else "unit1"
    if match[behind] and _ANOTHER_WORD.match(match.string, match.start(behind)):
        return True
    if kind in COUNTED:
        # What is counted is 两次; 二次 is part of a word.
        return number in ("零", "〇") or match["after"] == "内" or (number in ("一", "二") and not bounded)
    if unit == "成" and (not _is_digit(number, match["number2"]) or (number == "一" and not bounded)):
        return True  # 七八成, 统一成
    if unit in ("元", "方") and len(number) == 1 and not number.isdigit():
        return True
    if number + unit == "四周":
        return not bounded and not _LASTS.search(subject)
    return unit == "B" or (unit == "K" and " K" not in match.group())


def _better(match: re.Match[str], read: _Read, subject: str) -> _Read:
    """Read 优于 by what is wanted of the property: an error below, a rate above; of another a length or time below."""
    if match["better"] is None:
        return read
    kind, low, high, _, _ = read
    names = properties.named(fold(subject))
    more = properties.more_is_wanted(names[-1].key) if names else None
    if more is None and kind not in ("length", "time"):
        return read
    return (kind, low, None, True, True) if more else (kind, None, high, True, True)


def _is_digit(*numbers: str | None) -> bool:
    """Whether each of the numbers that are given is one digit, with or without parts: 七, 9.5."""
    return all(
        re.fullmatch(r"[一二两三四五六七八九]|[1-9](?:\.[0-9]+)?", number) for number in numbers if number
    )


# Where degrees Celsius begin to be counted, in the degrees of another scale.
_ZEROS = {"kelvin": Fraction("273.15"), "fahrenheit": 32 * Fraction(5, 9)}


def _degrees(read: _Read, subject: str) -> _Read:
    """Read kelvins and degrees Fahrenheit as degrees Celsius, and those of a difference as such."""
    kind, low, high, bounded, strict = read
    if kind not in _ZEROS:
        return read
    zero = Fraction(0) if _DIFFERENCE.search(subject) else _ZEROS[kind]
    low, high = (None if bound is None else bound - zero for bound in (low, high))
    return "temperature", low, high, bounded, strict


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
    part = match["percent"]
    if part and written:
        return None  # 千分之一秒
    if not (part or written) or (
        match["unit1"] and match["unit"] and _unit(match["unit1"])[0] != _unit(match["unit"])[0]
    ):
        return None
    kind, size = ("share", Fraction(_PARTS[part])) if part else _unit(written)
    if written == "年" and re.fullmatch("(?:19|20)[0-9]{2}", match["number2"] or match["number"]):
        return None  # a date
    first_size = _unit(match["unit1"])[1] if match["unit1"] else size
    try:
        first = _value(match["number"], match["sign"]) * first_size + _tenths(match["tenths"])
        second = _value(match["number2"], match["sign2"]) * size if match["number2"] else None
    except Malformed:
        return None
    strict = match["above"] is not None or match["below"] is not None
    up = match["least"] or match["above"] or match["after"] in _UP
    down = match["most"] or match["below"] or match["after"] in _DOWN
    low = high = first
    if second is not None and match["link"] == "±":
        low, high = first - second, first + second
    elif second is not None:
        larger = first * _multiplier(match["number2"]) if not match["unit1"] else first
        if not _MULTIPLIED.search(match["number"]) and larger <= second:
            first = larger  # 5～10 万元
        low, high = min(first, second), max(first, second)
    if up or down:
        return (kind, low, None, True, strict) if up else (kind, None, high, True, strict)
    return kind, low, high, second is not None, False


def _tenths(written: str | None) -> Fraction:
    """What stands behind 成: 五 is five hundredths, and so is 半."""
    if written is None:
        return Fraction(0)
    return Fraction(5 if written == "半" else int(parse_number(written)), 100)


def _multiplier(number: str) -> int:
    found = _MULTIPLIED.search(number)
    return int(parse_number(f"1{found.group()}")) if found else 1


def _value(number: str, sign: str | None) -> Fraction:
    base, power, exponent = number.replace(" ", "").replace("−", "-").partition("10^")
    value = parse_number(base.rstrip("×x*·")) if base else Fraction(1)
    if power:
        value *= Fraction(10) ** int(exponent)
    return value if sign in (None, "+") else -value


def _unit(written: str) -> tuple[str, Fraction]:
    if written in _UNITS:
        return _UNITS[written]
    over, _, under = written.partition("/")
    (kind, size), (below, below_size) = _UNITS[over], _UNITS[under]
    return f"{kind}/{below}", size / below_size
