"""The six rules of the benchmark written by hand for NumPy, Polars and DuckDB, as somebody would who has only these six.

Inputs are the population's columns in whole yuan; each gives the nine columns of the result and the totals by size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

BUDGET = 50_000_000
NAMES = (
    "size",
    "hnte",
    "techsme",
    "score",
    "tax_saving",
    "compute_amt",
    "compute_src",
    "paid_d",
    "transfer_amt",
)
Columns = dict[str, Any]


def with_numpy(d: Columns, limits: Any, excluded: Any) -> tuple[Columns, list[Any]]:
    """Whole columns at a time, int64. `limits` is [industry, grade, metric], `excluded` a mask by industry."""
    industry, emp, rev = d["industry"], d["employees"].astype(np.int64), d["revenue"]
    size = np.zeros(len(emp), np.int8)
    for grade, value in ((2, 1), (1, 2), (0, 3)):
        t = limits[:, grade, :][industry]
        size[(emp >= t[:, 0]) & (rev >= t[:, 1]) & (d["assets"] >= t[:, 2])] = value
    share = np.where(rev <= 50_000_000, 5, np.where(rev <= 200_000_000, 4, 3))
    rd, staff = d["rd"], d["rd_staff"].astype(np.int64)
    hnte = (
        (d["age_days"] >= 365) & d["core_ip"] & d["core_field"] & d["clean"] & (10 * staff >= emp)
        & (100 * (rd + d["rd_1"] + d["rd_2"]) >= share * (rev + d["revenue_1"] + d["revenue_2"]))
        & (100 * d["ht_revenue"] >= 60 * d["total_revenue"]) & (d["hnte_score"] > 70)
    )  # fmt: skip
    staff_score = _points(100 * staff, emp, (30, 25, 20, 15, 10), (20, 16, 12, 8, 4))
    rd_score = np.maximum(
        _points(100 * rd, rev, (6, 5, 4, 3, 2), (50, 40, 30, 20, 10)),
        _points(100 * rd, d["costs"], (30, 25, 20, 15, 10), (50, 40, 30, 20, 10)),
    )
    ip2 = d["ip2"]
    second = np.select([ip2 >= 4, ip2 == 3, ip2 == 2, ip2 == 1], [24, 18, 12, 6], 0)
    score = staff_score + rd_score + np.where(d["ip1"] >= 1, 30, second)
    techsme = (
        (emp <= 500) & (rev <= 200_000_000) & (d["assets"] <= 200_000_000) & ~d["prohibited"] & d["clean"]
        & ~d["abnormal"] & (score >= 60) & (staff_score > 0)
    )  # fmt: skip
    rate = np.where(~d["audited"] | excluded[industry], 0, np.where(d["ic_or_mt"], 120, 100))
    before = np.maximum(d["taxable"], 0)
    after = np.maximum(d["taxable"] - (rd + d["rd_amort"]) * rate // 100, 0)
    small = (emp <= 300) & (d["assets"] <= 50_000_000) & ~d["prohibited"]
    own = np.where(hnte, 15, 25)
    rate_before = np.where(small & (before <= 3_000_000), np.minimum(own, 5), own)
    rate_after = np.where(small & (after <= 3_000_000), np.minimum(own, 5), own)
    saving = before * rate_before // 100 - after * rate_after // 100
    bill = d["compute_bill"]
    open_ = d["in_district"] & ~d["abnormal"] & ~d["related_supplier"] & (bill > 0) & ((size < 3) | hnte)
    percent = np.where((size <= 1) | techsme, 50, 30)
    district = np.where(open_, np.minimum(bill * percent // 100, np.where(hnte, 2_000_000, 1_000_000)), 0)
    city_open = (hnte | techsme) & ~d["abnormal"] & (bill > 0)
    city = np.where(city_open, np.minimum(bill * 30 // 100, 2_000_000), 0)
    amount = np.maximum(district, city)
    source = np.where((district >= city) & (district > 0), 1, np.where(city > district, 2, 0)).astype(np.int8)
    paid = np.where(source == 1, amount, 0)
    pool = int(paid.sum())
    if pool > BUDGET:
        paid = paid * BUDGET // pool
    grant = (
        d["in_district"] & ~d["abnormal"] & d["tt_registered"] & (d["n_proj"] > 0) & (d["tt_contract"] > 0)
        & (2 * d["tt_paid"] >= d["tt_contract"])
    )  # fmt: skip
    transfer = np.where(grant, 2_000_000 * np.minimum(d["n_proj"], 3).astype(np.int64), 0)
    out = dict(zip(NAMES, (size, hnte, techsme, score, saving, amount, source, paid, transfer), strict=True))
    both = paid + np.where(source == 2, amount, 0)
    totals = [
        [int((size == g).sum()), *(int(v[size == g].sum()) for v in (hnte, techsme, saving, both, transfer))]
        for g in range(4)
    ]
    return out, totals


def _points(top: Any, below: Any, cuts: tuple[int, ...], points: tuple[int, ...]) -> Any:
    there = below > 0
    return np.select([there & (top >= cut * below) for cut in cuts], points, 0)


def with_polars(frame: pl.DataFrame, limits: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One lazy query; `limits` has a row for each industry."""
    c = pl.col
    emp, rev, rd, bill = c("employees").cast(pl.Int64), c("revenue"), c("rd"), c("compute_bill")

    def points(top: pl.Expr, below: pl.Expr, cuts: tuple[int, ...], given: tuple[int, ...]) -> pl.Expr:
        out = pl.when((below > 0) & (top >= cuts[0] * below)).then(given[0])
        for cut, value in zip(cuts[1:], given[1:], strict=True):
            out = out.when((below > 0) & (top >= cut * below)).then(value)
        return out.otherwise(0)

    def grade(name: str) -> pl.Expr:
        return (emp >= c(f"{name}_e")) & (rev >= c(f"{name}_r")) & (c("assets") >= c(f"{name}_a"))

    small = (emp <= 300) & (c("assets") <= 50_000_000) & ~c("prohibited")
    own = pl.when(c("hnte")).then(15).otherwise(25)

    def rate(of: str) -> pl.Expr:
        return pl.when(small & (c(of) <= 3_000_000)).then(pl.min_horizontal(own, 5)).otherwise(own)

    share = pl.when(rev <= 50_000_000).then(5).when(rev <= 200_000_000).then(4).otherwise(3)
    staff = c("rd_staff").cast(pl.Int64)
    query = (
        frame.lazy().join(limits.lazy(), on="industry", how="left", maintain_order="left")
        .with_columns(
            size=pl.when(grade("large")).then(3).when(grade("medium")).then(2).when(grade("small")).then(1).otherwise(0),
            hnte=(c("age_days") >= 365) & c("core_ip") & c("core_field") & c("clean") & (10 * staff >= emp)
            & (100 * (rd + c("rd_1") + c("rd_2")) >= share * (rev + c("revenue_1") + c("revenue_2")))
            & (100 * c("ht_revenue") >= 60 * c("total_revenue")) & (c("hnte_score") > 70),
            staff_score=points(100 * staff, emp, (30, 25, 20, 15, 10), (20, 16, 12, 8, 4)),
            rd_score=pl.max_horizontal(
                points(100 * rd, rev, (6, 5, 4, 3, 2), (50, 40, 30, 20, 10)),
                points(100 * rd, c("costs"), (30, 25, 20, 15, 10), (50, 40, 30, 20, 10)),
            ),
            ip_score=pl.when(c("ip1") >= 1).then(30).when(c("ip2") >= 4).then(24).when(c("ip2") == 3).then(18)
            .when(c("ip2") == 2).then(12).when(c("ip2") == 1).then(6).otherwise(0),
            extra=(rd + c("rd_amort")) * pl.when(~c("audited") | c("excluded")).then(0)
            .when(c("ic_or_mt")).then(120).otherwise(100) // 100,
            t0=pl.max_horizontal(c("taxable"), 0),
        )
        .with_columns(
            score=c("staff_score") + c("rd_score") + c("ip_score"),
            t1=pl.max_horizontal(c("taxable") - c("extra"), 0),
        )
        .with_columns(
            techsme=(emp <= 500) & (rev <= 200_000_000) & (c("assets") <= 200_000_000) & ~c("prohibited") & c("clean")
            & ~c("abnormal") & (c("score") >= 60) & (c("staff_score") > 0),
            tax_saving=c("t0") * rate("t0") // 100 - c("t1") * rate("t1") // 100,
            transfer_amt=pl.when(
                c("in_district") & ~c("abnormal") & c("tt_registered") & (c("n_proj") > 0) & (c("tt_contract") > 0)
                & (2 * c("tt_paid") >= c("tt_contract"))
            ).then(2_000_000 * pl.min_horizontal(c("n_proj").cast(pl.Int64), 3)).otherwise(0),
        )
        .with_columns(
            d=pl.when(
                c("in_district") & ~c("abnormal") & ~c("related_supplier") & (bill > 0) & ((c("size") < 3) | c("hnte"))
            ).then(pl.min_horizontal(
                bill * pl.when((c("size") <= 1) | c("techsme")).then(50).otherwise(30) // 100,
                pl.when(c("hnte")).then(2_000_000).otherwise(1_000_000),
            )).otherwise(0),
            c=pl.when((c("hnte") | c("techsme")) & ~c("abnormal") & (bill > 0))
            .then(pl.min_horizontal(bill * 30 // 100, 2_000_000)).otherwise(0),
        )
        .with_columns(
            compute_amt=pl.max_horizontal("d", "c"),
            compute_src=pl.when((c("d") >= c("c")) & (c("d") > 0)).then(1).when(c("c") > c("d")).then(2).otherwise(0),
        )
        .with_columns(claim=pl.when(c("compute_src") == 1).then(c("compute_amt")).otherwise(0))
        .with_columns(
            paid_d=pl.when(c("claim").sum() > BUDGET).then(c("claim") * BUDGET // c("claim").sum()).otherwise(c("claim"))
        )
        .select(NAMES)
    )  # fmt: skip
    found = query.collect()
    city = pl.when(c("compute_src") == 2).then(c("compute_amt")).otherwise(0)
    totals = found.group_by("size").agg(
        pl.len(),
        c("hnte").sum(),
        c("techsme").sum(),
        c("tax_saving").sum(),
        (c("paid_d") + city).sum(),
        c("transfer_amt").sum(),
    )
    return found, totals


DUCKDB = """
CREATE OR REPLACE TABLE result AS
WITH a AS (SELECT p.*, l.*,
  CASE WHEN employees >= large_e AND revenue >= large_r AND assets >= large_a THEN 3
       WHEN employees >= medium_e AND revenue >= medium_r AND assets >= medium_a THEN 2
       WHEN employees >= small_e AND revenue >= small_r AND assets >= small_a THEN 1 ELSE 0 END AS size,
  age_days >= 365 AND core_ip AND core_field AND clean AND 10 * rd_staff >= employees
    AND 100 * (rd + rd_1 + rd_2) >= (CASE WHEN revenue <= 50000000 THEN 5 WHEN revenue <= 200000000 THEN 4 ELSE 3 END)
      * (revenue + revenue_1 + revenue_2)
    AND 100 * ht_revenue >= 60 * total_revenue AND hnte_score > 70 AS hnte,
  CASE WHEN employees <= 0 THEN 0 WHEN 100 * rd_staff >= 30 * employees THEN 20 WHEN 100 * rd_staff >= 25 * employees THEN 16
    WHEN 100 * rd_staff >= 20 * employees THEN 12 WHEN 100 * rd_staff >= 15 * employees THEN 8
    WHEN 100 * rd_staff >= 10 * employees THEN 4 ELSE 0 END AS staff_score,
  greatest(
    CASE WHEN revenue <= 0 THEN 0 WHEN 100 * rd >= 6 * revenue THEN 50 WHEN 100 * rd >= 5 * revenue THEN 40
      WHEN 100 * rd >= 4 * revenue THEN 30 WHEN 100 * rd >= 3 * revenue THEN 20 WHEN 100 * rd >= 2 * revenue THEN 10 ELSE 0 END,
    CASE WHEN costs <= 0 THEN 0 WHEN 100 * rd >= 30 * costs THEN 50 WHEN 100 * rd >= 25 * costs THEN 40
      WHEN 100 * rd >= 20 * costs THEN 30 WHEN 100 * rd >= 15 * costs THEN 20 WHEN 100 * rd >= 10 * costs THEN 10 ELSE 0 END)
    AS rd_score,
  CASE WHEN ip1 >= 1 THEN 30 WHEN ip2 >= 4 THEN 24 WHEN ip2 = 3 THEN 18 WHEN ip2 = 2 THEN 12 WHEN ip2 = 1 THEN 6 ELSE 0 END
    AS ip_score,
  (rd + rd_amort) * (CASE WHEN NOT audited OR excluded THEN 0 WHEN ic_or_mt THEN 120 ELSE 100 END) // 100 AS extra,
  greatest(taxable, 0) AS t0,
  employees <= 300 AND assets <= 50000000 AND NOT prohibited AS small
  FROM p LEFT JOIN limits l USING (industry)),
b AS (SELECT *, staff_score + rd_score + ip_score AS score, greatest(taxable - extra, 0) AS t1,
  CASE WHEN hnte THEN 15 ELSE 25 END AS own FROM a),
c AS (SELECT *, employees <= 500 AND revenue <= 200000000 AND assets <= 200000000 AND NOT prohibited AND clean
    AND NOT abnormal AND score >= 60 AND staff_score > 0 AS techsme,
  t0 * (CASE WHEN small AND t0 <= 3000000 THEN least(own, 5) ELSE own END) // 100
    - t1 * (CASE WHEN small AND t1 <= 3000000 THEN least(own, 5) ELSE own END) // 100 AS tax_saving,
  CASE WHEN in_district AND NOT abnormal AND tt_registered AND n_proj > 0 AND tt_contract > 0 AND 2 * tt_paid >= tt_contract
    THEN 2000000 * least(n_proj::BIGINT, 3) ELSE 0 END AS transfer_amt FROM b),
d AS (SELECT *,
  CASE WHEN in_district AND NOT abnormal AND NOT related_supplier AND compute_bill > 0 AND (size < 3 OR hnte)
    THEN least(compute_bill * (CASE WHEN size <= 1 OR techsme THEN 50 ELSE 30 END) // 100,
      CASE WHEN hnte THEN 2000000 ELSE 1000000 END) ELSE 0 END AS dd,
  CASE WHEN (hnte OR techsme) AND NOT abnormal AND compute_bill > 0 THEN least(compute_bill * 30 // 100, 2000000) ELSE 0 END AS cc
  FROM c),
e AS (SELECT *, greatest(dd, cc) AS compute_amt,
  CASE WHEN dd >= cc AND dd > 0 THEN 1 WHEN cc > dd THEN 2 ELSE 0 END AS compute_src FROM d),
f AS (SELECT *, CASE WHEN compute_src = 1 THEN compute_amt ELSE 0 END AS claim FROM e)
SELECT size, hnte, techsme, score, tax_saving, compute_amt, compute_src,
  CASE WHEN pool > 50000000 THEN claim * 50000000 // pool ELSE claim END AS paid_d, transfer_amt
FROM f, (SELECT sum(claim)::BIGINT AS pool FROM f)
"""
TOTALS = """
SELECT size, count(*), sum(hnte::INT), sum(techsme::INT), sum(tax_saving),
  sum(paid_d + CASE WHEN compute_src = 2 THEN compute_amt ELSE 0 END), sum(transfer_amt)
FROM result GROUP BY size ORDER BY size
"""


def limits_frame(limits: Any, excluded: Any) -> pl.DataFrame:
    """The size table with a row for each industry, for Polars and DuckDB."""
    out: dict[str, Any] = {
        "industry": pl.Series(range(len(limits)), dtype=pl.Int8),
        "excluded": list(excluded),
    }
    for at, grade in enumerate(("large", "medium", "small")):
        for metric, letter in enumerate("era"):
            out[f"{grade}_{letter}"] = [int(v) for v in limits[:, at, metric]]
    return pl.DataFrame(out)
