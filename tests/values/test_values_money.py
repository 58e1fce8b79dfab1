"""Money is whole fen: read, printed, added, shared and split without losing any."""

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.values import (
    Malformed,
    Yuan,
    ceil_fen,
    floor_fen,
    floor_yuan,
    half_even_fen,
    half_up_fen,
    share,
    split,
)

amounts = st.integers(-(10**16), 10**16).map(Yuan)
fens = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=1000)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "fen"),
        [
            ("2000万元", 2_000_000_000),
            ("2,000 万元", 2_000_000_000),
            ("1.2亿元", 12_000_000_000),
            ("１．２亿元", 12_000_000_000),
            ("1.2億元", 12_000_000_000),
            ("500千元", 50_000_000),
            ("3百万元", 300_000_000),
            ("1亿2000万元", 12_000_000_000),
            ("231,481元", 23_148_100),
            ("0.05元", 5),
            ("12元5角", 1250),
            ("12元5角3分", 1253),
            ("12元3分", 1203),
            ("5角", 50),
            ("3分", 3),
            ("￥500", 50_000),
            ("¥ 1.2亿", 12_000_000_000),
            ("RMB 500", 50_000),
            ("CNY 20,000,000", 2_000_000_000),
            ("人民币500元整", 50_000),
            ("500人民币", 50_000),
            ("五千万元整", 5_000_000_000),
            ("三点五亿元", 35_000_000_000),
            ("-5万元", -5_000_000),
            ("－￥5", -500),
            ("¥-5", -500),
            ("0元", 0),
        ],
    )
    def test_text_with_a_unit(self, text, fen):
        assert Yuan.parse(text) == Yuan(fen)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "没有写金额"),
            ("元", "不以数字开头"),
            ("¥", "不是金额"),
            ("2000", "没有写单位"),
            ("2000万", "没有写单位"),
            ("500公斤", "不认识单位“公斤”"),
            ("$500", "不是人民币"),
            ("100万美元", "不是人民币"),
            ("0.001元", "不足一分"),
            ("0.5分", "不足一分"),
            ("1,23元", "分隔符不对"),
            ("12元50角", "接不上"),
            ("5角12元", "接不上"),
            ("12元0元", "接不上"),
            ("1.5元5角", "接不上"),
            ("12元-5角", "接不上"),
            ("-¥-5", "不是金额"),
            ("--5元", "不是金额"),
            ("nan元", "不以数字开头"),
        ],
    )
    def test_anything_else_is_refused_with_a_remedy(self, text, message):
        with pytest.raises(Malformed, match=message) as caught:
            Yuan.parse(text)
        assert caught.value.remedy

    def test_a_number_of_yuan(self):
        assert Yuan.of(500) == Yuan(50_000)
        assert Yuan.of("1,234.56") == Yuan(123_456)
        assert Yuan.of("2000万") == Yuan(2_000_000_000)
        with pytest.raises(Malformed, match="不足一分"):
            Yuan.of("0.001")

    @pytest.mark.parametrize("wrong", [1.5, True, Decimal(1), Fraction(1), None, "1"])
    def test_fen_are_an_int_and_nothing_else(self, wrong):
        with pytest.raises(TypeError):
            Yuan(wrong)

    @pytest.mark.parametrize("wrong", [1.5, True, Decimal(1), None])
    def test_no_float_becomes_money(self, wrong):
        with pytest.raises(TypeError):
            Yuan.of(wrong)


class TestPrinting:
    @pytest.mark.parametrize(
        ("fen", "zh", "hant", "en"),
        [
            (2_000_000_000, "2,000万元", "2,000萬元", "CNY 20,000,000"),
            (12_000_000_000, "1.2亿元", "1.2億元", "CNY 120,000,000"),
            (35_600_000_000, "3.56亿元", "3.56億元", "CNY 356,000,000"),
            (12_345_000_000, "12,345万元", "12,345萬元", "CNY 123,450,000"),
            (23_148_100, "231,481元", "231,481元", "CNY 231,481"),
            (999_900, "9,999元", "9,999元", "CNY 9,999"),
            (1_000_000, "1万元", "1萬元", "CNY 10,000"),
            (1_010_000, "1.01万元", "1.01萬元", "CNY 10,100"),
            (1_023_000, "10,230元", "10,230元", "CNY 10,230"),
            (50, "0.50元", "0.50元", "CNY 0.50"),
            (100_000_001, "1,000,000.01元", "1,000,000.01元", "CNY 1,000,000.01"),
            (-1_500_000, "-1.5万元", "-1.5萬元", "CNY -15,000"),
            (0, "0元", "0元", "CNY 0"),
        ],
    )
    def test_text_stays_exact(self, fen, zh, hant, en):
        amount = Yuan(fen)
        assert (amount.text(), amount.text("zh-Hant"), amount.text("en")) == (zh, hant, en)
        assert str(amount) == zh
        assert f"{amount:>20}" == zh.rjust(20)

    @given(amounts, st.sampled_from(["zh", "zh-TW", "en"]))
    def test_every_text_is_read_back(self, amount, lang):
        assert Yuan.parse(amount.text(lang)) == amount
        assert Yuan.parse(amount.exact()) == amount

    def test_exact_shows_every_fen(self):
        assert Yuan.parse("2000万元").exact() == "20,000,000.00元"
        assert Yuan(-5).exact() == "-0.05元"

    def test_rounded_is_for_display(self):
        assert Yuan.of(231_481).rounded("万元", 1) == "23.1万元"
        assert Yuan.of(231_481).rounded("万元", 3) == "23.148万元"
        assert Yuan.of(99_999_999).rounded("亿元", 2) == "1.00亿元"
        assert Yuan.of("-0.5").rounded("元", 0) == "-1元"
        with pytest.raises(Malformed, match="不认识金额单位“两”"):
            Yuan.of(1).rounded("两", 0)


class TestArithmetic:
    @given(st.integers(), st.integers(), st.integers())
    def test_it_is_the_arithmetic_of_fen(self, a, b, n):
        assert Yuan(a) + Yuan(b) == Yuan(a + b)
        assert Yuan(a) - Yuan(b) == Yuan(a - b)
        assert Yuan(a) * n == n * Yuan(a) == Yuan(a * n)
        assert -Yuan(a) == Yuan(-a)
        assert +Yuan(a) == Yuan(a)
        assert abs(Yuan(a)) == Yuan(abs(a))
        assert (Yuan(a) < Yuan(b), Yuan(a) <= Yuan(b)) == (a < b, a <= b)
        assert (Yuan(a) > Yuan(b), Yuan(a) >= Yuan(b)) == (a > b, a >= b)
        assert (Yuan(a) == Yuan(b)) == (a == b)

    def test_sums(self):
        parts = [Yuan(1), Yuan(2), Yuan(3)]
        assert sum(parts) == sum(parts, Yuan(0)) == Yuan.sum(parts) == Yuan(6)
        assert Yuan.sum([]) == Yuan(0)

    def test_a_ratio_of_amounts_is_exact(self):
        assert Yuan.of(1) / Yuan.of(3) == Fraction(1, 3)
        with pytest.raises(ZeroDivisionError):
            Yuan(1) / Yuan(0)

    @pytest.mark.parametrize("wrong", [1.5, 1, True, Fraction(1, 2), Decimal(1), "1", None])
    def test_only_money_is_added_or_compared(self, wrong):
        for operation in (
            lambda: Yuan(1) + wrong,
            lambda: wrong + Yuan(1),
            lambda: Yuan(1) - wrong,
            lambda: wrong - Yuan(1),
            lambda: Yuan(1) < wrong,
            lambda: Yuan(1) >= wrong,
            lambda: Yuan(1) / wrong,
        ):
            with pytest.raises(TypeError):
                operation()
        assert Yuan(1) != wrong

    @pytest.mark.parametrize("wrong", [1.5, True, Fraction(1, 2), Decimal(1), "1", None, Yuan(1)])
    def test_only_whole_numbers_multiply(self, wrong):
        with pytest.raises(TypeError, match="share"):
            Yuan(1) * wrong
        with pytest.raises(TypeError, match="share"):
            wrong * Yuan(1)

    def test_an_amount_is_a_value(self):
        assert {Yuan(1): "one"}[Yuan(1)] == "one"
        assert hash(Yuan(1)) != hash(1)
        assert pickle.loads(pickle.dumps(Yuan(5))) == Yuan(5)  # noqa: S301
        with pytest.raises(AttributeError):
            Yuan(1).fen = 2
        assert not hasattr(Yuan(1), "__dict__")

    def test_zero_is_a_known_amount(self):
        assert bool(Yuan(0)) is True


class TestRounding:
    @pytest.mark.parametrize(
        ("fen", "floor", "ceil", "half_up", "half_even", "yuan"),
        [
            ("250", 250, 250, 250, 250, 200),
            ("0.5", 0, 1, 1, 0, 0),
            ("1.5", 1, 2, 2, 2, 0),
            ("2.49", 2, 3, 2, 2, 0),
            ("-0.5", -1, 0, -1, 0, -100),
            ("-1.5", -2, -1, -2, -2, -100),
            ("199.99", 199, 200, 200, 200, 100),
        ],
    )
    def test_each_name_says_how(self, fen, floor, ceil, half_up, half_even, yuan):
        exact = Fraction(fen)
        assert floor_fen(exact) == Yuan(floor)
        assert ceil_fen(exact) == Yuan(ceil)
        assert half_up_fen(exact) == Yuan(half_up)
        assert half_even_fen(exact) == Yuan(half_even)
        assert floor_yuan(exact) == Yuan(yuan)

    @given(fens)
    def test_no_rounding_goes_further_than_its_unit(self, fen):
        assert 0 <= fen - floor_fen(fen).fen < 1
        assert 0 <= ceil_fen(fen).fen - fen < 1
        assert abs(half_up_fen(fen).fen - fen) <= Fraction(1, 2)
        assert abs(half_even_fen(fen).fen - fen) <= Fraction(1, 2)
        assert 0 <= fen - floor_yuan(fen).fen < 100
        assert floor_yuan(fen).fen % 100 == 0
        assert half_up_fen(-fen) == -half_up_fen(fen)

    def test_a_share_is_exact_until_it_is_rounded(self):
        assert share(Yuan.of(100), Fraction(1, 3)) == Fraction(10_000, 3)
        assert share(Yuan.of(100), 2) == 20_000

    @pytest.mark.parametrize("wrong", [0.5, True, Decimal("0.5"), "50%"])
    def test_a_rate_is_a_fraction(self, wrong):
        with pytest.raises(TypeError):
            share(Yuan(1), wrong)
        with pytest.raises(TypeError):
            floor_fen(wrong)


class TestSplit:
    @given(amounts, st.lists(st.fractions(0, 1000, max_denominator=50), min_size=1, max_size=8).filter(any))
    def test_nothing_is_lost_and_no_part_is_off_by_a_fen(self, amount, weights):
        parts = split(amount, weights)
        assert Yuan.sum(parts) == amount
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.fen - amount.fen * weight / sum(weights)) < 1
            assert weight or part == Yuan(0)

    @given(amounts, st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any))
    def test_a_debt_splits_like_a_credit(self, amount, weights):
        assert split(-amount, weights) == tuple(-part for part in split(amount, weights))

    def test_the_largest_remainder_gets_the_spare_fen_first(self):
        assert split(Yuan(10), [1, 1, 1]) == (Yuan(4), Yuan(3), Yuan(3))
        assert split(Yuan(10), [Fraction(1, 10), Fraction(25, 100), Fraction(65, 100)]) == (
            Yuan(1),
            Yuan(3),
            Yuan(6),
        )
        assert split(Yuan(100), [1, 0]) == (Yuan(100), Yuan(0))

    def test_weights_must_make_sense(self):
        with pytest.raises(ValueError, match="negative"):
            split(Yuan(1), [1, -1])
        with pytest.raises(ValueError, match="positive"):
            split(Yuan(1), [0, 0])
        with pytest.raises(ValueError, match="positive"):
            split(Yuan(1), [])
        with pytest.raises(TypeError):
            split(Yuan(1), [0.5])
