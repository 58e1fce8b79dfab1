"""The graph compiled by LLVM for the processor at hand, and run over the columns of a population."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sanchuang.engines.rules.compiled.columns import Population, values
from sanchuang.engines.rules.compiled.ir import Expr
from sanchuang.engines.rules.compiled.machine import Argument, Emitter, sums_text, text
from sanchuang.engines.rules.compiled.program import Output, Program
from sanchuang.engines.rules.compiled.ranges import Span, spans

Array = np.ndarray[Any, Any]
_KEPT = 16


@dataclass(frozen=True)
class Computed:
    """One output: tops over bottoms (None: all 1), `known` where some are unknown."""

    top: Array
    bottom: Array | None
    known: Array | None

    @classmethod
    def joined(cls, parts: Sequence[Computed]) -> Computed:
        """The output of companies that were computed in parts, in their order."""
        if len(parts) == 1:
            return parts[0]
        bottoms = [np.ones(len(p.top), np.int64) if p.bottom is None else p.bottom for p in parts]
        known = [np.ones(len(p.top), np.bool_) if p.known is None else p.known for p in parts]
        return cls(
            np.concatenate([p.top for p in parts]),
            np.concatenate(bottoms) if any(p.bottom is not None for p in parts) else None,
            np.concatenate(known) if any(p.known is not None for p in parts) else None,
        )


def compute(program: Program, population: Population) -> dict[str, Computed]:
    """Every output for every company. Raises `TooWide` where 64 bits may not suffice."""
    columns = {c: values(population, c, program.words.numbers()) for c, _node in program.columns()}
    between = spans(program.nodes, lambda column: columns[column].span, results=program.roots)
    given: list[Argument] = []
    arrays: list[Array] = []
    for column, node in program.columns():
        found = columns[column]
        given.append(Argument(8 * found.data.itemsize, node, is_bool=node.is_bool))
        arrays.append(found.data)
        if found.known is not None:
            given.append(Argument(8, node, is_mask=True))
            arrays.append(found.known)
    results: list[tuple[Argument, Callable[[Emitter], Any]]] = []
    out: dict[str, Computed] = {}
    for output in program.outputs:
        computed = _empty(output, population.rows, between)
        out[output.name] = computed
        for array, made in zip(
            (computed.top, computed.bottom, computed.known),
            (_value(output.top), _value(output.bottom), _both_known(output)),
            strict=True,
        ):
            if array is not None:
                results.append((Argument(8 * array.itemsize, is_bool=array.dtype == np.bool_), made))
                arrays.append(array)
    loop = _compiled(text(program.nodes, given, results, between))
    loop(population.rows, [np.ascontiguousarray(a) for a in arrays])
    return out


def _empty(output: Output, rows: int, between: Mapping[int, Span]) -> Computed:
    kind = np.bool_ if output.top.is_bool else _narrowest(between[output.top.number])
    top: Array = np.empty(rows, kind)
    bottom = None if output.bottom.constant == 1 else np.empty(rows, np.int64)
    known = np.empty(rows, np.bool_) if output.top.nullable or output.bottom.nullable else None
    return Computed(top, bottom, known)


def _narrowest(span: Span) -> type[np.signedinteger[Any]]:
    """The smallest type that holds all numbers of a span: results are written once and read again several times."""
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= span[0] and span[1] <= np.iinfo(kind).max:
            return kind
    return np.int64


def _value(node: Expr) -> Callable[[Emitter], Any]:
    return lambda emitter: (emitter.true if node.is_bool else emitter.values)[node.number]


def _both_known(output: Output) -> Callable[[Emitter], Any]:
    return lambda e: e.build.and_(e.is_known(output.top), e.is_known(output.bottom))


class Loop:
    """A compiled module; calls into it may run side by side, since ctypes lets go of Python's lock."""

    def __init__(self, written: str) -> None:
        import llvmlite.binding as llvm

        module = llvm.parse_assembly(written)
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        options.loop_vectorization = True
        machine = _target().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
        )
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
        self._engine = llvm.create_mcjit_compiler(module, machine)
        self._engine.finalize_object()
        self._address = self._engine.get_function_address("loop")

    def __call__(self, rows: int, arrays: list[Array]) -> None:
        """Compute all rows; the arrays are as the text declares them."""
        kind = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, *([ctypes.c_void_p] * len(arrays)))
        kind(self._address)(0, rows, *(array.ctypes.data for array in arrays))


@lru_cache
def _target() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


_loops: dict[str, Loop] = {}


def _compiled(written: str) -> Loop:
    key = hashlib.sha256(written.encode()).hexdigest()
    found = _loops.pop(key, None) or Loop(written)
    while len(_loops) >= _KEPT:  # the one not used for longest
        _loops.pop(next(iter(_loops)))
    _loops[key] = found
    return found


def sums(keys: Array, groups: int, columns: Sequence[Array]) -> list[list[int]]:
    """For each column its exact sum by group; `keys` are 0 to `groups` - 1, columns whole numbers or booleans."""
    most = max((_size(c) for c in columns), default=0)
    block = max(1, (2**63 - 1) // max(most, 1))  # rows whose sum surely fits
    loop = _compiled(sums_text(groups, 8 * keys.itemsize, [8 * c.itemsize for c in columns]))
    totals = [[0] * groups for _column in columns]
    for begin in range(0, len(keys), block):
        found = np.zeros((len(columns), groups), np.int64)
        parts = [np.ascontiguousarray(a[begin : begin + block]) for a in (keys, *columns)]
        loop(len(parts[0]), [*parts, found])
        for total, new in zip(totals, found.tolist(), strict=True):
            for group, value in enumerate(new):
                total[group] += value
    return totals


def _size(column: Array) -> int:
    if column.dtype == np.bool_ or not column.size:
        return 1
    return max(abs(int(column.min())), abs(int(column.max())))
