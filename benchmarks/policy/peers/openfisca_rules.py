"""The six rules for OpenFisca: a variable each with its formula, and the numbers as parameters.

Run by the Python of an environment with openfisca-core; money is `float` as OpenFisca has it, which is 32 bits wide.
With `take` the limits of an industry are taken out of an array by its number, instead of by OpenFisca's own indexing.
"""
# ruff: noqa: ANN001, ANN201, ANN202, N801, N805  (named and shaped as OpenFisca asks)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from clock import NAMES, Clock, Columns, Engine, Found, Run, main
from numpy import floor, select, where
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

YEAR = DateUnit.YEAR
PERIOD = "2024"
GRADES = ("large", "medium", "small")
METRICS = ("employees", "revenue", "assets")
PARAMETERS = {
    "hnte": {
        "days": 365, "staff_percent": 10, "income_percent": 60, "score": 70,
        "rd_percent": {"small": 5, "medium": 4, "large": 3}, "small_revenue": 50_000_000, "medium_revenue": 200_000_000,
    },
    "techsme": {"employees": 500, "revenue": 200_000_000, "assets": 200_000_000, "score": 60},
    "tax": {
        "extra_percent": 100, "extra_percent_chips": 120, "rate": 25, "rate_hnte": 15, "rate_small": 5,
        "small_profit": 3_000_000, "small_employees": 300, "small_assets": 50_000_000,
    },
    "compute": {
        "percent": 30, "percent_small": 50, "cap": 1_000_000, "cap_hnte": 2_000_000, "city_percent": 30,
        "city_cap": 2_000_000, "budget": 50_000_000,
    },
    "transfer": {"project": 2_000_000, "most": 3},
}  # fmt: skip
COUNTS = ("employees", "rd_staff", "ip1", "ip2", "age_days", "hnte_score", "n_proj")
BOOLS = (
    "core_ip", "core_field", "clean", "abnormal", "prohibited", "audited", "ic_or_mt", "in_district", "related_supplier",
    "tt_registered",
)  # fmt: skip
MONEY = (
    "revenue", "revenue_1", "revenue_2", "assets", "rd", "rd_1", "rd_2", "rd_amort", "ht_revenue", "total_revenue", "taxable",
    "costs", "compute_bill", "tt_contract", "tt_paid",
)  # fmt: skip

Company = build_entity(key="company", plural="companies", label="A company", is_person=True)


class Industry(Enum):
    """Rows of the size table, in the order of the population's numbers."""

    agriculture = "agriculture"
    industry = "industry"
    construction = "construction"
    wholesale = "wholesale"
    retail = "retail"
    transport = "transport"
    storage = "storage"
    post = "post"
    hotel = "hotel"
    catering = "catering"
    infotrans = "infotrans"
    software = "software"
    realestate = "realestate"
    property = "property"
    leasing = "leasing"
    other = "other"


def given(name: str, kind: type) -> type[Variable]:
    """A variable that the population brings."""
    return type(name, (Variable,), {**_of(kind), "label": name})


def _of(kind: type) -> dict[str, Any]:
    return {"value_type": kind, "entity": Company, "definition_period": YEAR}


class industry(Variable):
    value_type = Enum
    possible_values = Industry
    default_value = Industry.other
    entity = Company
    definition_period = YEAR
    label = "Industry of the size table"


class size(Variable):
    value_type = int
    entity = Company
    definition_period = YEAR
    label = "Size class: 3 large, 2 medium, 1 small, 0 micro"

    def formula(company, period, parameters):
        limits = parameters(period).limits
        of = company("industry", period)
        figures = [company(metric, period) for metric in METRICS]

        def reaches(grade):
            metrics = getattr(limits, grade)
            checks = [v >= getattr(metrics, m)[of] for v, m in zip(figures, METRICS, strict=True)]
            return checks[0] & checks[1] & checks[2]

        return select([reaches(grade) for grade in GRADES], [3, 2, 1], 0)


def size_by_take(limits):
    """The same, with the limits in an array by the industry's number."""

    def formula(company, period):
        of = company("industry", period).view(np.ndarray)
        figures = [company(metric, period) for metric in METRICS]

        def reaches(grade):
            checks = [v >= limits[:, grade, m].take(of) for m, v in enumerate(figures)]
            return checks[0] & checks[1] & checks[2]

        return select([reaches(grade) for grade in range(3)], [3, 2, 1], 0)

    return type("size", (Variable,), {**_of(int), "label": "Size class", "formula": formula})


class hnte(Variable):
    value_type = bool
    entity = Company
    definition_period = YEAR
    label = "High and new technology enterprise"

    def formula(company, period, parameters):
        p = parameters(period).hnte
        revenue, rd = company("revenue", period), company("rd", period)
        of_revenue = select(
            [revenue <= p.small_revenue, revenue <= p.medium_revenue],
            [p.rd_percent.small, p.rd_percent.medium],
            p.rd_percent.large,
        )
        three_years = revenue + company("revenue_1", period) + company("revenue_2", period)
        spent = rd + company("rd_1", period) + company("rd_2", period)
        return (
            (company("age_days", period) >= p.days)
            & company("core_ip", period)
            & company("core_field", period)
            & company("clean", period)
            & (100 * company("rd_staff", period) >= p.staff_percent * company("employees", period))
            & (100 * spent >= of_revenue * three_years)
            & (100 * company("ht_revenue", period) >= p.income_percent * company("total_revenue", period))
            & (company("hnte_score", period) > p.score)
        )


def points(top, below, cuts, given):
    """Points of the highest band that the share reaches, none where the denominator is not positive."""
    return where(below > 0, select([top >= cut * below for cut in cuts], given, 0), 0)


class staff_score(Variable):
    value_type = int
    entity = Company
    definition_period = YEAR
    label = "Points for technology staff"

    def formula(company, period):
        staff, all_ = company("rd_staff", period), company("employees", period)
        return points(100 * staff, all_, (30, 25, 20, 15, 10), (20, 16, 12, 8, 4))


class score(Variable):
    value_type = int
    entity = Company
    definition_period = YEAR
    label = "Score of a technology SME"

    def formula(company, period):
        rd, ip2 = 100 * company("rd", period), company("ip2", period)
        of_revenue = points(rd, company("revenue", period), (6, 5, 4, 3, 2), (50, 40, 30, 20, 10))
        of_costs = points(rd, company("costs", period), (30, 25, 20, 15, 10), (50, 40, 30, 20, 10))
        second = select([ip2 >= 4, ip2 == 3, ip2 == 2, ip2 == 1], [24, 18, 12, 6], 0)
        ip = where(company("ip1", period) >= 1, 30, second)
        return company("staff_score", period) + np.maximum(of_revenue, of_costs) + ip


class techsme(Variable):
    value_type = bool
    entity = Company
    definition_period = YEAR
    label = "Technology SME"

    def formula(company, period, parameters):
        p = parameters(period).techsme
        return (
            (company("employees", period) <= p.employees)
            & (company("revenue", period) <= p.revenue)
            & (company("assets", period) <= p.assets)
            & ~company("prohibited", period)
            & company("clean", period)
            & ~company("abnormal", period)
            & (company("score", period) >= p.score)
            & (company("staff_score", period) > 0)
        )


class extra_deduction(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "R&D super-deduction, yuan"

    def formula(company, period, parameters):
        p = parameters(period).tax
        of = company("industry", period)
        excluded = (
            (of == Industry.wholesale) | (of == Industry.retail) | (of == Industry.hotel)
            | (of == Industry.catering) | (of == Industry.realestate) | (of == Industry.leasing)
        )  # fmt: skip
        none = ~company("audited", period) | excluded
        percent = select([none, company("ic_or_mt", period)], [0, p.extra_percent_chips], p.extra_percent)
        return floor((company("rd", period) + company("rd_amort", period)) * percent / 100)


class tax_saving(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "Tax that the super-deduction saves, yuan"

    def formula(company, period, parameters):
        p = parameters(period).tax
        taxable = company("taxable", period)
        small = (
            (company("employees", period) <= p.small_employees)
            & (company("assets", period) <= p.small_assets)
            & ~company("prohibited", period)
        )
        own = where(company("hnte", period), p.rate_hnte, p.rate)

        def tax(income):
            rate = where(small & (income <= p.small_profit), np.minimum(own, p.rate_small), own)
            return floor(income * rate / 100)

        after = np.maximum(taxable - company("extra_deduction", period), 0)
        return tax(np.maximum(taxable, 0)) - tax(after)


class compute_district(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "Compute voucher by the district's scheme, yuan"

    def formula(company, period, parameters):
        p = parameters(period).compute
        bill, is_hnte, of_size = (
            company("compute_bill", period),
            company("hnte", period),
            company("size", period),
        )
        open_ = (
            company("in_district", period)
            & ~company("abnormal", period)
            & ~company("related_supplier", period)
            & (bill > 0)
            & ((of_size < 3) | is_hnte)
        )
        percent = where((of_size <= 1) | company("techsme", period), p.percent_small, p.percent)
        return where(open_, np.minimum(floor(bill * percent / 100), where(is_hnte, p.cap_hnte, p.cap)), 0)


class compute_city(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "Compute voucher by the city's scheme, yuan"

    def formula(company, period, parameters):
        p = parameters(period).compute
        bill = company("compute_bill", period)
        open_ = (
            (company("hnte", period) | company("techsme", period)) & ~company("abnormal", period) & (bill > 0)
        )
        return where(open_, np.minimum(floor(bill * p.city_percent / 100), p.city_cap), 0)


class compute_amt(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "Compute voucher, the higher of the two schemes, yuan"

    def formula(company, period):
        return np.maximum(company("compute_district", period), company("compute_city", period))


class compute_src(Variable):
    value_type = int
    entity = Company
    definition_period = YEAR
    label = "1: the district pays, 2: the city"

    def formula(company, period):
        district, city = company("compute_district", period), company("compute_city", period)
        return select([(district >= city) & (district > 0), city > district], [1, 2], 0)


class paid_d(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "What the district's budget pays, yuan"

    def formula(company, period, parameters):
        budget = parameters(period).compute.budget
        claim = where(company("compute_src", period) == 1, company("compute_amt", period), 0)
        pool = claim.sum(dtype=np.float64)
        return floor(claim.astype(np.float64) * (budget / pool)) if pool > budget else claim


class transfer_amt(Variable):
    value_type = float
    entity = Company
    definition_period = YEAR
    label = "Transfer grant, yuan"

    def formula(company, period, parameters):
        p = parameters(period).transfer
        contract, projects = company("tt_contract", period), company("n_proj", period)
        open_ = (
            company("in_district", period)
            & ~company("abnormal", period)
            & company("tt_registered", period)
            & (projects > 0)
            & (contract > 0)
            & (2 * company("tt_paid", period) >= contract)
        )
        return where(open_, p.project * np.minimum(projects, p.most), 0)


FORMULAS = (
    hnte, staff_score, score, techsme, extra_deduction, tax_saving, compute_district, compute_city, compute_amt, compute_src,
    paid_d, transfer_amt,
)  # fmt: skip


def system(limits: Any, *, take: bool) -> TaxBenefitSystem:
    """The variables and parameters; `limits` is [industry, grade, metric]."""
    made = TaxBenefitSystem([Company])
    by_industry = {
        grade: {
            metric: {each.name: int(limits[at, g, m]) for at, each in enumerate(Industry)}
            for m, metric in enumerate(METRICS)
        }
        for g, grade in enumerate(GRADES)
    }
    made.parameters = ParameterNode("", data=dated({"limits": by_industry, **PARAMETERS}))
    made.add_variables(industry, *FORMULAS, *(given(name, int) for name in COUNTS))
    made.add_variables(*(given(name, bool) for name in BOOLS), *(given(name, float) for name in MONEY))
    made.add_variable(size_by_take(limits) if take else size)
    return made


def dated(tree: Any) -> Any:
    """Numbers as OpenFisca's parameters, in force since 2008."""
    if isinstance(tree, dict):
        return {name: dated(part) for name, part in tree.items()}
    return {"values": {"2008-01-01": {"value": tree}}}


def engine(*, take: bool) -> Engine:
    """OpenFisca as the clock wants it: every run is a new simulation with the same inputs."""

    def prepared(columns: Columns, population: Any) -> Run:
        rules = system(population.T, take=take)
        kinds = (
            dict.fromkeys(COUNTS, np.int32)
            | dict.fromkeys(MONEY, np.float32)
            | dict.fromkeys(BOOLS, np.bool_)
        )
        inputs: dict[str, Any] = {name: columns[name].astype(kind) for name, kind in kinds.items()}
        inputs["industry"] = EnumArray(columns["industry"].astype(np.int16), Industry)

        def run(clock: Clock) -> Callable[[], Found]:
            simulation = SimulationBuilder().build_default_simulation(rules, columns.rows)
            for name, value in inputs.items():
                simulation.set_input(name, PERIOD, value)
            clock.start()
            out = {name: simulation.calculate(name, PERIOD) for name in NAMES}
            paid = out["paid_d"] + where(out["compute_src"] == 2, out["compute_amt"], 0)
            parts = (None, out["hnte"], out["techsme"], out["tax_saving"], paid, out["transfer_amt"])
            sums = [np.bincount(out["size"], weights=part, minlength=4) for part in parts]
            totals = [[int(column[group]) for column in sums] for group in range(4)]
            return lambda: (out, totals)

        return run

    return prepared


if __name__ == "__main__":
    main({"openfisca": engine(take=False), "openfisca-take": engine(take=True)})
