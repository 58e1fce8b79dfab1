"""Figures keep their operator, and arithmetic never claims more than its operands say."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sanchuang.values import Figure, Malformed, NoConclusion, Op, Truth, Yuan, compare

NUMERIC = [op for op in Op if op is not Op.WORDS]
TOLERANCE = Fraction(1, 20)  # any τ < 1 would do; a source does not tell it
AFTER_ONE = 2 * TOLERANCE / (1 - TOLERANCE)  # what one operation may make of it


def within(x: Fraction, figure: Figure, tolerance: Fraction) -> bool:
    """Whether x may be the true number behind a figure: the meanings of docs/values.md."""
    v = figure.value
    assert v is not None
    close = abs(x - v) <= tolerance * abs(v)
    return {
        Op.EXACT: x == v,
        Op.ABOUT: close,
        Op.NEARLY: x < v and close,
        Op.OVER: x > v,
        Op.AT_LEAST: x >= v,
        Op.UNDER: x < v,
        Op.AT_MOST: x <= v,
    }[figure.op]


@st.composite
def figures_with_truth(draw, *, keeps_sign: bool = False) -> tuple[Figure, Fraction]:
    """A figure and one of the true numbers it allows."""
    op = draw(st.sampled_from(NUMERIC))
    v = draw(st.fractions(-50, 50, max_denominator=4))
    if op is Op.ABOUT:
        assume(v)
    if op is Op.NEARLY:
        v = abs(v)
        assume(v)
    figure = Figure(v, op)
    if op in (Op.ABOUT, Op.NEARLY):
        x = v * (1 + draw(st.fractions(-TOLERANCE, TOLERANCE, max_denominator=100)))
    else:
        # Values on both sides, far and near, and the bound itself.
        x = v + draw(
            st.sampled_from([Fraction(0), Fraction(1, 100), Fraction(1), Fraction(40), Fraction(999)])
        ) * (-1 if op in (Op.UNDER, Op.AT_MOST) else 1)
        if op is Op.EXACT:
            x = v
    assume(within(x, figure, TOLERANCE))
    if keeps_sign:
        assume(v * x >= 0)
    return figure, x


class TestArithmeticIsSound:
    @given(figures_with_truth(), figures_with_truth())
    def test_sum_and_difference(self, one, two):
        (a, x), (b, y) = one, two
        for operation, truth in ((lambda: a + b, x + y), (lambda: a - b, x - y)):
            try:
                result = operation()
            except NoConclusion:
                continue
            assert within(truth, result, AFTER_ONE), f"{a!r} {b!r} {result!r} {truth}"

    @given(figures_with_truth(keeps_sign=True), figures_with_truth(keeps_sign=True))
    def test_product(self, one, two):
        (a, x), (b, y) = one, two
        try:
            result = a * b
        except NoConclusion:
            return
        assert within(x * y, result, AFTER_ONE), f"{a!r} {b!r} {result!r}"

    @given(figures_with_truth(keeps_sign=True), figures_with_truth(keeps_sign=True))
    def test_quotient(self, one, two):
        (a, x), (b, y) = one, two
        assume(y and b.value)
        try:
            result = a / b
        except NoConclusion:
            return
        assert within(x / y, result, AFTER_ONE), f"{a!r} {b!r} {result!r}"

    @given(figures_with_truth())
    def test_negation(self, one):
        a, x = one
        assert within(-x, -a, TOLERANCE)

    @given(figures_with_truth(), st.integers(-2, 3))
    def test_rounding_weakens(self, one, digits):
        a, x = one
        rounded = a.rounded(digits)
        assert abs(rounded.value - a.value) < Fraction(1, 10) ** digits
        if rounded.op not in (Op.ABOUT, Op.NEARLY):
            assert within(x, rounded, TOLERANCE)
        elif rounded.op is Op.NEARLY:
            assert x < rounded.value


class TestArithmetic:
    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            (lambda f: f("近300项") + f("132项"), "近432项"),
            (lambda f: f("超1亿元") + f("5000万元"), "超1.5亿元"),
            (lambda f: f("超1亿元") + f("≥5000万元"), "超1.5亿元"),
            (lambda f: f("500项") - f("超300项"), "不足200项"),
            (lambda f: f("500项") - f("近300项"), "超200项"),
            (lambda f: f("约300项") - f("100项"), "约200项"),
            (lambda f: f("约300项") - f("近100项"), "约200项"),
            (lambda f: f("近300项") - f("299项"), "不足1项"),
            (lambda f: f("近300项") - f("1000项"), "不足-700项"),
            (lambda f: -f("超3项"), "不足-3项"),
            (lambda f: -f("近3项"), "超-3项"),
            (lambda f: f("超3项") * -2, "不足-6项"),
            (lambda f: 2 * f("超3项"), "超6项"),
            (lambda f: f("超3项") / Fraction(1, 2), "超6项"),
            (lambda f: 6 / f("超3项"), "不足2/项"),
            (lambda f: f("5000万元") / f("最高50%"), "≥ 1亿元"),
            (lambda f: f("50%") * f("约1亿元"), "约5,000万元"),
            (lambda f: f("1亿元") / f("432项") * f("432项"), "1亿元"),
            (lambda f: f("约300项") * 0, "0项"),
            (lambda f: sum([f("1项"), f("2项"), f("≥3项")]), "≥ 6项"),
        ],
    )
    def test_examples(self, expression, text):
        result = expression(Figure.parse)
        assert result.text() == (text if "/项" not in text else "不足2 1/项")

    @pytest.mark.parametrize(
        "expression",
        [
            lambda f: f("超3项") - f("超2项"),
            lambda f: f("超3项") + f("不足2项"),
            lambda f: f("约3项") + f("超2项"),
            lambda f: f("约300项") - f("299项"),
            lambda f: f("超3项") * f("不足2项"),
            lambda f: f("几十项") + f("3项"),
            lambda f: f("3项") * f("几十项"),
            lambda f: -f("几十项"),
            lambda f: f("几十项").rounded(1),
        ],
    )
    def test_nothing_is_claimed_when_nothing_follows(self, expression):
        with pytest.raises(NoConclusion) as caught:
            expression(Figure.parse)
        assert caught.value.message
        assert caught.value.remedy

    def test_units(self):
        f = Figure.parse
        assert (f("6元") / f("3项")).unit == "元/项"
        assert (f("6元") / f("3项") * f("3项")).unit == "元"
        assert (f("6卡") * f("2小时")).unit == "卡·小时"
        assert (f("6卡") * f("2小时") / f("3卡")).unit == "小时"
        assert (f("6项") / f("3项")).unit == ""
        assert (f("6元") / (f("3元") / f("1项"))) == f("2项")
        assert f("50%") * f("50%") == Figure(Fraction(1, 4))
        assert f("5‰") * f("1000元") == f("5元")
        assert f("50%") + f("5%") == f("55%")
        for operation in (lambda: f("6元") + f("6项"), lambda: f("6元") - f("6"), lambda: f("50%") + f("1‰")):
            with pytest.raises(Malformed, match="单位不同"):
                operation()

    @pytest.mark.parametrize(
        ("a", "b", "product"),
        [
            (">0", ">0", ">0"),
            (">0", "≥3", ">0"),
            ("≥0", ">3", "≥0"),  # 0 × 4 is 0
            (">3", "≥0", "≥0"),
            ("<0", ">0", "<0"),
            ("<0", "<0", ">0"),
            ("≤0", ">3", "≤0"),
            ("≤0", "<-3", "≥0"),
        ],
    )
    def test_a_bound_at_zero_gives_only_the_sign(self, a, b, product):
        assert Figure.parse(a) * Figure.parse(b) == Figure.parse(product)

    def test_division_by_zero(self):
        for divisor in (Figure(Fraction(0)), Figure(Fraction(0), Op.AT_LEAST), 0):
            with pytest.raises(ZeroDivisionError):
                Figure.parse("6元") / divisor

    @pytest.mark.parametrize("wrong", [1.5, True, "1", None, Yuan(1)])
    def test_only_exact_numbers_take_part(self, wrong):
        for operation in (
            lambda: Figure.parse("3项") + wrong,
            lambda: Figure.parse("3项") - wrong,
            lambda: Figure.parse("3项") * wrong,
            lambda: wrong * Figure.parse("3项"),
            lambda: Figure.parse("3项") / wrong,
        ):
            with pytest.raises(TypeError):
                operation()

    def test_rounding_keeps_a_bound_true(self):
        mean = Figure.parse("超1亿元") / Figure.parse("432项")
        assert mean.text(digits=0) == "超231,481元/项"
        assert Figure(Fraction(10, 3), Op.UNDER, "项").text(digits=1) == "不足3.4项"
        assert Figure(Fraction(10, 3), Op.NEARLY, "项").text(digits=0) == "近4项"
        assert Figure(Fraction(10, 3), Op.EXACT, "项").text(digits=2) == "约3.33项"
        assert Figure(Fraction(3), Op.EXACT, "项").text(digits=2) == "3项"
        assert Figure(Fraction(1, 300), Op.EXACT, "项").text(digits=1) == "约0.003项"
        assert Figure(Fraction(1, 300), Op.OVER, "项").text(digits=1) == "超0项"
        assert Figure(Fraction(12_345), Op.EXACT).rounded(-2) == Figure(Fraction(12_300), Op.ABOUT)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "value", "op", "unit"),
        [
            ("300", 300, Op.EXACT, ""),
            ("300项", 300, Op.EXACT, "项"),
            ("30.5%", Fraction("30.5"), Op.EXACT, "%"),
            ("近300项", 300, Op.NEARLY, "项"),
            ("近３００項", 300, Op.NEARLY, "項"),
            ("<~300项", 300, Op.NEARLY, "项"),
            ("超1亿元", 10**8, Op.OVER, "元"),
            ("超过 1.2 亿元", 120_000_000, Op.OVER, "元"),
            ("逾300项", 300, Op.OVER, "项"),
            ("20多款", 20, Op.OVER, "款"),
            ("240余位", 240, Op.OVER, "位"),
            ("240餘位", 240, Op.OVER, "位"),
            ("超240余位", 240, Op.OVER, "位"),
            ("1亿多元", 10**8, Op.OVER, "元"),
            ("3000余万元", 3 * 10**7, Op.OVER, "元"),
            (">100", 100, Op.OVER, ""),
            ("≥95%", 95, Op.AT_LEAST, "%"),
            (">= 95 %", 95, Op.AT_LEAST, "%"),
            ("＞＝95％", 95, Op.AT_LEAST, "%"),
            ("不少于300项", 300, Op.AT_LEAST, "项"),
            ("至少300项", 300, Op.AT_LEAST, "项"),
            ("300项以上", 300, Op.AT_LEAST, "项"),
            ("不足300项", 300, Op.UNDER, "项"),
            ("不到300项", 300, Op.UNDER, "项"),
            ("不超过300项", 300, Op.AT_MOST, "项"),
            ("最多300项", 300, Op.AT_MOST, "项"),
            ("最高50%", 50, Op.AT_MOST, "%"),
            ("<=50%", 50, Op.AT_MOST, "%"),
            ("300人以下", 300, Op.AT_MOST, "人"),
            ("5万元以内", 50_000, Op.AT_MOST, "元"),
            ("约300项", 300, Op.ABOUT, "项"),
            ("300项左右", 300, Op.ABOUT, "项"),
            ("约300项左右", 300, Op.ABOUT, "项"),
            ("80万亿次/秒", 80 * 10**12, Op.EXACT, "次/秒"),
            ("80 TOPS", 80, Op.EXACT, "TOPS"),
            ("2,850 persons/km2", 2850, Op.EXACT, "persons/km2"),
            ("97个百分点", 97, Op.EXACT, "个百分点"),
            ("-3.1%", Fraction("-3.1"), Op.EXACT, "%"),
        ],
    )
    def test_figures(self, text, value, op, unit):
        assert Figure.parse(text) == Figure(Fraction(value), op, unit)

    @pytest.mark.parametrize("text", ["几十公里", "数百家", "若干项", "上百辆", "several tens"])
    def test_words_stay_words(self, text):
        figure = Figure.parse(text)
        assert (figure.value, figure.op, figure.words, figure.text(), figure.text("en")) == (
            None,
            Op.WORDS,
            text,
            text,
            text,
        )

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "没有写数据"),
            ("很多", "不以数字开头"),
            ("近", "没有写数字"),
            ("近300项以上", "两个方向"),
            ("不超过300余项", "两个方向"),
            ("300项，超1亿元", "不是单位"),
            ("1,23项", "分隔符不对"),
            ("12 34项", "不是单位"),
            ("约0项", "没有意义"),
            ("近-5度", "没有意义"),
        ],
    )
    def test_anything_else_is_refused(self, text, message):
        with pytest.raises(Malformed, match=message) as caught:
            Figure.parse(text)
        assert caught.value.remedy

    @pytest.mark.parametrize(
        ("text", "op"),
        [
            *((op.value, op) for op in Op),
            (">=", Op.AT_LEAST),
            ("<=", Op.AT_MOST),
            ("＞", Op.OVER),
            ("≧", Op.AT_LEAST),
            ("近", Op.NEARLY),
            ("余", Op.OVER),
            ("以上", Op.AT_LEAST),
            ("左右", Op.ABOUT),
            ("at least", Op.AT_LEAST),
            ("nearly", Op.NEARLY),
            ("WORDS", Op.WORDS),
        ],
    )
    def test_operators(self, text, op):
        assert Op.parse(text) is op

    def test_an_unknown_operator_names_the_known(self):
        with pytest.raises(Malformed, match="不认识符号“~=”") as caught:
            Op.parse("~=")
        assert caught.value.remedy == "可用：= ≈ <~ > ≥ < ≤ words"


class TestPrinting:
    @pytest.mark.parametrize(
        ("figure", "zh", "en"),
        [
            (Figure(Fraction(300), Op.NEARLY, "项"), "近300项", "nearly 300 项"),
            (Figure(Fraction(10**8), Op.OVER, "元"), "超1亿元", "over CNY 100,000,000"),
            (Figure(Fraction(10**8), Op.AT_LEAST, "CNY"), "≥ 1亿元", "≥ CNY 100,000,000"),
            (Figure(Fraction(95), Op.AT_LEAST, "%"), "≥ 95 %", "≥ 95 %"),
            (Figure(Fraction(3000), Op.ABOUT, "卡"), "约3,000卡", "about 3,000 卡"),
            (Figure(Fraction(5), Op.UNDER, "days"), "不足5 days", "under 5 days"),
            (Figure(Fraction(50), Op.AT_MOST, "%"), "≤ 50 %", "≤ 50 %"),
            (Figure(Fraction(1, 3)), "1/3", "1/3"),
            (Figure(None, Op.WORDS, "公里", "几十"), "几十公里", "几十 公里"),
        ],
    )
    def test_text(self, figure, zh, en):
        assert (figure.text(), figure.text("en"), str(figure)) == (zh, en, zh)

    def test_traditional_chinese(self):
        assert Figure.parse("约1亿元").text("zh_Hant") == "約1億元"

    @given(st.sampled_from(NUMERIC), st.integers(1, 10**12), st.sampled_from(["项", "%", "元", "TOPS", ""]))
    def test_what_is_printed_is_read_back(self, op, value, unit):
        figure = Figure(Fraction(value), op, unit)
        assert Figure.parse(figure.text()) == figure

    def test_labels(self):
        assert [op.label() for op in Op] == ["", "约", "近", "超", "≥", "不足", "≤", ""]
        assert [op.label("en") for op in Op] == ["", "about", "nearly", "over", "≥", "under", "≤", ""]


class TestComparing:
    @given(
        figures_with_truth(),
        figures_with_truth(),
        st.sampled_from([Op.EXACT, Op.OVER, Op.AT_LEAST, Op.UNDER, Op.AT_MOST]),
    )
    def test_a_known_answer_is_true_of_the_true_numbers(self, one, two, op):
        (a, x), (b, y) = one, two
        holds = {
            Op.EXACT: x == y,
            Op.OVER: x > y,
            Op.AT_LEAST: x >= y,
            Op.UNDER: x < y,
            Op.AT_MOST: x <= y,
        }[op]
        answer = compare(a, op, b)
        assert answer is Truth.UNKNOWN or answer is Truth.of(holds)
        if a.op is b.op is Op.EXACT:
            assert answer is Truth.of(holds)

    @pytest.mark.parametrize(
        ("figure", "op", "number", "answer"),
        [
            ("超300项", Op.OVER, 300, "yes"),
            ("超300项", Op.AT_LEAST, 301, "unknown"),
            ("超300项", Op.EXACT, 300, "no"),
            ("超300项", Op.AT_MOST, 300, "no"),
            ("超300项", Op.UNDER, 400, "unknown"),
            ("≥300项", Op.OVER, 300, "unknown"),
            ("≥300项", Op.AT_LEAST, 300, "yes"),
            ("≥300项", Op.UNDER, 300, "no"),
            ("近300项", Op.UNDER, 300, "yes"),
            ("近300项", Op.AT_LEAST, 300, "no"),
            ("近300项", Op.AT_LEAST, 100, "unknown"),
            ("约300项", Op.AT_LEAST, 100, "unknown"),
            ("300项", Op.EXACT, 300, "yes"),
            ("几十项", Op.AT_LEAST, 1, "unknown"),
        ],
    )
    def test_examples(self, figure, op, number, answer):
        assert compare(Figure.parse(figure), op, number).value == answer

    def test_two_figures(self):
        assert compare(Figure.parse("超300项"), Op.OVER, Figure.parse("近300项")) is Truth.YES
        assert compare(300, Op.UNDER, Figure.parse("超300项")) is Truth.YES
        with pytest.raises(Malformed, match="单位不同"):
            compare(Figure.parse("300项"), Op.OVER, Figure.parse("300元"))

    @pytest.mark.parametrize("op", [Op.ABOUT, Op.NEARLY, Op.WORDS])
    def test_vague_questions_are_no_questions(self, op):
        with pytest.raises(TypeError, match="compare asks"):
            compare(Figure.parse("300"), op, 300)


class TestConstruction:
    @pytest.mark.parametrize(
        "parts",
        [
            (None, Op.EXACT),
            (None, Op.WORDS),
            (Fraction(1), Op.WORDS, "", "几十"),
            (Fraction(1), Op.EXACT, "", "一"),
            (Fraction(0), Op.ABOUT),
            (Fraction(-5), Op.NEARLY),
        ],
    )
    def test_parts_must_fit_each_other(self, parts):
        with pytest.raises(Malformed) as caught:
            Figure(*parts)
        assert caught.value.remedy

    @pytest.mark.parametrize("parts", [(1.5, Op.EXACT), (1, Op.EXACT), (True, Op.EXACT), (Fraction(1), ">")])
    def test_types_are_exact(self, parts):
        with pytest.raises(TypeError):
            Figure(*parts)

    def test_money(self):
        assert Figure.money(Yuan.of(500), Op.OVER) == Figure(Fraction(500), Op.OVER, "元")
        assert Figure.parse("超1亿元").amount() == Yuan.parse("1亿元")
        with pytest.raises(Malformed, match="不是金额"):
            Figure.parse("300项").amount()
        with pytest.raises(Malformed, match="不足一分"):
            (Figure.parse("100元") / 3).amount()

    def test_immutable(self):
        with pytest.raises(AttributeError):
            Figure.parse("300项").op = Op.OVER
        assert len({Figure.parse("300项"), Figure.parse("３００项")}) == 1


@pytest.mark.parametrize(
    ("figure", "zh", "en"),
    [
        (Figure(Fraction(2_000_000), Op.EXACT, "元/项"), "200万元/项", "CNY 2,000,000/项"),
        (Figure(Fraction(231_481), Op.AT_LEAST, "元/项"), "≥ 231,481元/项", "≥ CNY 231,481/项"),
        (
            Figure(Fraction(3_327_103), Op.ABOUT, "CNY/event"),
            "约3,327,103元/event",
            "about CNY 3,327,103/event",
        ),
    ],
)
def test_money_per_something_reads_as_money(figure: Figure, zh: str, en: str) -> None:
    assert (figure.text(), figure.text("en")) == (zh, en)
    assert Figure.parse("200万元/项") == Figure(Fraction(2_000_000), Op.EXACT, "元/项")
