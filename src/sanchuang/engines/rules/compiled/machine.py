"""The graph as one function of LLVM: a loop over the companies in which nothing overlaps, so that several go at once.

A number is a 64-bit word, or one of 128 bits where its span asks for it; one that may be unknown has a bit beside it. A condition is a bit, or two: that it holds, and
that it does not. Choices are selections, never branches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llvmlite import ir

from sanchuang.engines.rules.compiled.ir import Expr, Op
from sanchuang.engines.rules.compiled.ranges import Span, is_wide

WORD, WIDE, BIT, BYTE = ir.IntType(64), ir.IntType(128), ir.IntType(1), ir.IntType(8)
POINTER = ir.PointerType()
REAL = ir.DoubleType()
YES, NO = BIT(1), BIT(0)
EXACT_REAL = 2**53


@dataclass(frozen=True)
class Argument:
    """An array of the loop: a fact's values or mask (`node` with `is_mask`), or a place for results."""

    bits: int  # of an element; booleans are bytes
    node: Expr | None = None
    is_mask: bool = False
    is_bool: bool = False


@dataclass
class Emitter:
    """Emits nodes in order, parts first, at the builder's place."""

    build: ir.IRBuilder
    module: ir.Module
    spans: Mapping[int, Span]
    values: dict[int, ir.Value] = field(default_factory=dict)
    known: dict[int, ir.Value] = field(default_factory=dict)
    true: dict[int, ir.Value] = field(default_factory=dict)
    false: dict[int, ir.Value] = field(default_factory=dict)

    def emit(self, nodes: Sequence[Expr]) -> None:
        """All nodes; those of columns must be in `values` or `true` already."""
        for node in nodes:
            if node.op is Op.COLUMN:
                continue
            if node.is_bool:
                self.true[node.number], false = self._truth(node)
                if node.nullable:
                    self.false[node.number] = false
            else:
                self.values[node.number], known = self._number(node)
                if node.nullable:
                    self.known[node.number] = known

    def is_known(self, node: Expr) -> ir.Value:
        """The bit that says whether a node is known."""
        if not node.nullable:
            return YES
        if node.is_bool:
            return self.build.or_(self.true[node.number], self.false[node.number])
        return self.known[node.number]

    def fails(self, node: Expr) -> ir.Value:
        """The bit that says that a condition is known not to hold."""
        return self.false[node.number] if node.nullable else self.build.not_(self.true[node.number])

    def _all_known(self, args: Sequence[Expr]) -> ir.Value:
        return self._series(self.build.and_, [self.is_known(a) for a in args if a.nullable], YES)

    def _series(self, join: Callable[..., Any], bits: Sequence[ir.Value], none: ir.Value) -> ir.Value:
        if not bits:
            return none
        out = bits[0]
        for bit in bits[1:]:
            out = join(out, bit)
        return out

    # numbers ----------------------------------------------------------------------------------------------
    def _kind(self, *nodes: Expr) -> ir.IntType:
        """The width in which all of some numbers have room."""
        return WIDE if any(is_wide(self.spans[n.number]) for n in nodes) else WORD

    def _as(self, node: Expr, kind: ir.IntType) -> ir.Value:
        value = self.values[node.number]
        return value if value.type == kind else self.build.sext(value, kind)

    def _fitted(self, value: ir.Value, node: Expr) -> ir.Value:
        """A result in the width of its node."""
        kind = self._kind(node)
        return value if value.type == kind else self.build.trunc(value, kind)

    def _number(self, node: Expr) -> tuple[ir.Value, ir.Value]:
        b, v = self.build, self.values
        args = node.args
        match node.op:
            case Op.INT:
                return self._kind(node)(node.data), YES
            case Op.UNKNOWN:
                return WORD(0), NO
            case Op.ADD | Op.SUB | Op.MUL:
                do = {Op.ADD: b.add, Op.SUB: b.sub, Op.MUL: b.mul}[node.op]
                kind = self._kind(node, *args)
                found = do(self._as(args[0], kind), self._as(args[1], kind))
                return self._fitted(found, node), self._all_known(args)
            case Op.FLOORDIV:
                return self._fitted(self._divided(node), node), self._all_known(args)
            case Op.GUARD:
                return v[args[0].number], self._all_known(args)
            case Op.LOOKUP:
                return self._looked_up(node)
        return self._chosen(node)

    def _divided(self, node: Expr) -> ir.Value:
        b = self.build
        kind = self._kind(*node.args)
        above, below = (self._as(a, kind) for a in node.args)
        if node.args[1].constant is None:  # where it is not above zero, the result is not used
            below = b.select(b.icmp_signed(">", below, kind(0)), below, kind(1))
        low, high = self.spans[node.args[0].number]
        if low >= 0 and high < EXACT_REAL and self.spans[node.args[1].number][1] < EXACT_REAL:
            # Exact: the quotient of two such numbers never rounds up to a whole one.
            return b.fptosi(b.fdiv(b.sitofp(above, REAL), b.sitofp(below, REAL)), WORD)
        if low >= 0:
            return b.udiv(above, below)
        short = b.icmp_signed("<", b.srem(above, below), kind(0))
        return b.sub(b.sdiv(above, below), b.zext(short, kind))

    def _looked_up(self, node: Expr) -> tuple[ir.Value, ir.Value]:
        b = self.build
        cells = (*node.data.values, None)
        size = len(cells) - 1
        key = self.values[node.args[0].number]
        known = self._all_known(node.args)
        if node.nullable:  # other words have the last cell
            key = b.select(b.icmp_unsigned("<", key, WORD(size)), key, WORD(size))
            there = self._table(f"{node.data.name}.known", [int(c is not None) for c in cells], BYTE)
            known = b.and_(known, b.icmp_signed("!=", self._cell(there, key, BYTE), BYTE(0)))
        table = self._table(node.data.name, [c or 0 for c in cells], WORD)
        return self._cell(table, key, WORD), known

    def _cell(self, table: ir.Value, key: ir.Value, kind: ir.IntType) -> ir.Value:
        return self.build.load(self.build.gep(table, [key], inbounds=True, source_etype=kind), typ=kind)

    def _table(self, name: str, cells: Sequence[int], kind: ir.IntType) -> ir.GlobalVariable:
        if name in self.module.globals:
            return self.module.globals[name]
        array = ir.ArrayType(kind, len(cells))
        table = ir.GlobalVariable(self.module, array, name)
        table.global_constant, table.linkage = True, "private"
        table.initializer = ir.Constant(array, [kind(c) for c in cells])
        return table

    def _chosen(self, node: Expr) -> tuple[ir.Value, ir.Value]:
        b = self.build
        when, then, otherwise = node.args
        kind = self._kind(node)
        a, c = self._as(then, kind), self._as(otherwise, kind)
        ka, kc = self.is_known(then), self.is_known(otherwise)
        if not when.nullable:
            t = self.true[when.number]
            return b.select(t, a, c), b.select(t, ka, kc)
        t, f = self.true[when.number], self.false[when.number]
        known = b.or_(b.and_(t, ka), b.and_(f, kc))
        if node.op is Op.CASES:
            same = b.and_(b.and_(ka, kc), b.icmp_signed("==", a, c))
            known = b.or_(known, b.and_(b.not_(b.or_(t, f)), same))
        return b.select(f, c, a), known

    # conditions -------------------------------------------------------------------------------------------
    def _truth(self, node: Expr) -> tuple[ir.Value, ir.Value]:
        b, args = self.build, node.args
        match node.op:
            case Op.BOOL:
                return BIT(int(node.data)), NO
            case Op.UNKNOWN:
                return NO, NO
            case Op.AND | Op.OR:
                true, false = [self.true[a.number] for a in args], [self.fails(a) for a in args]
                one, other = (b.and_, b.or_) if node.op is Op.AND else (b.or_, b.and_)
                return self._series(one, true, YES), self._series(other, false, YES) if node.nullable else NO
            case Op.NOT:
                return self.fails(args[0]), self.true[args[0].number]
            case Op.KNOWN:
                return self.is_known(args[0]), NO
            case Op.GUARD:
                known = self._all_known(args[1:])
                return b.and_(self.true[args[0].number], known), b.and_(self.fails(args[0]), known)
            case Op.GE | Op.GT | Op.EQ:
                kind = self._kind(*args)
                found = b.icmp_signed(str(node.op), self._as(args[0], kind), self._as(args[1], kind))
                if not node.nullable:
                    return found, NO
                known = self._all_known(args)
                return b.and_(known, found), b.and_(known, b.not_(found))
        return self._case(node)

    def _case(self, node: Expr) -> tuple[ir.Value, ir.Value]:
        b = self.build
        when, then, otherwise = node.args
        t, f = self.true[when.number], self.fails(when)
        out = []
        for x, y in (
            (self.true[then.number], self.true[otherwise.number]),
            (self.fails(then), self.fails(otherwise)),
        ):
            side = b.or_(b.and_(t, x), b.and_(f, y))
            out.append(b.or_(side, b.and_(x, y)) if node.op is Op.CASES and when.nullable else side)
        return out[0], out[1]


class _Loop:
    """The function `void loop(begin, end, arrays…)` while it is written: the builder stands in the body, at one row.

    The arrays are declared apart from each other, so that several rows may be computed at once.
    """

    def __init__(self, name: str, arrays: int) -> None:
        self.module = ir.Module(name)
        kind = ir.FunctionType(ir.VoidType(), [WORD, WORD, *([POINTER] * arrays)])
        function = ir.Function(self.module, kind, "loop")
        self._begin, self._end, *self.arrays = function.args
        for array in self.arrays:
            array.add_attribute("noalias")
        self.before, self.body, self._after = map(function.append_basic_block, ("before", "body", "after"))
        self.build = ir.IRBuilder(self.before)
        self._branch(self._begin)
        self.build.position_at_end(self.body)
        self.at = self.build.phi(WORD, "at")
        self.at.add_incoming(self._begin, self.before)

    def _branch(self, row: ir.Value) -> None:
        self.build.cbranch(self.build.icmp_signed("<", row, self._end), self.body, self._after)

    def read(self, array: ir.Value, kind: ir.IntType) -> ir.Value:
        """An array's element of the row."""
        return self.build.load(self.build.gep(array, [self.at], inbounds=True, source_etype=kind), typ=kind)

    def write(self, value: ir.Value, array: ir.Value, at: ir.Value | None = None) -> None:
        """Put a value into an array, at the row or elsewhere."""
        place = self.build.gep(array, [at or self.at], inbounds=True, source_etype=value.type)
        self.build.store(value, place)

    def carried(self) -> ir.PhiInstr:
        """A word that a row hands on to the next; 0 at first. To be made before anything else of the body."""
        word = self.build.phi(WORD)
        word.add_incoming(WORD(0), self.before)
        return word

    def close(self) -> None:
        """End the body; the builder stands after the loop."""
        following = self.build.add(self.at, WORD(1), flags=["nsw", "nuw"])
        self.at.add_incoming(following, self.body)
        self._branch(following)
        self.build.position_at_end(self._after)

    def text(self) -> str:
        """The module as LLVM's text."""
        self.build.ret_void()
        return str(self.module)


def text(
    nodes: Sequence[Expr],
    given: Sequence[Argument],
    results: Sequence[tuple[Argument, Callable[[Emitter], ir.Value]]],
    spans: Mapping[int, Span],
) -> str:
    """A module that computes results: `void loop(begin, end, given…, results…)`."""
    loop = _Loop("policies", len(given) + len(results))
    build = loop.build
    emitter = Emitter(build, loop.module, spans)
    loaded: dict[tuple[int, bool], ir.Value] = {}
    for argument, array in zip(given, loop.arrays, strict=False):
        assert argument.node is not None
        kind = ir.IntType(argument.bits)
        value = loop.read(array, kind)
        if argument.is_mask or argument.is_bool:
            value = build.icmp_signed("!=", value, kind(0))
        elif argument.bits < 64:
            value = build.sext(value, WORD)
        loaded[argument.node.number, argument.is_mask] = value
    for argument in given:
        node = argument.node
        assert node is not None
        if argument.is_mask:
            continue
        value, known = loaded[node.number, False], loaded.get((node.number, True), YES)
        if not node.is_bool:
            emitter.values[node.number] = value
            emitter.known[node.number] = known
        elif node.nullable:
            emitter.true[node.number] = build.and_(known, value)
            emitter.false[node.number] = build.and_(known, build.not_(value))
        else:
            emitter.true[node.number] = value
    emitter.emit(nodes)
    for (argument, made), array in zip(results, loop.arrays[len(given) :], strict=True):
        value, kind = made(emitter), ir.IntType(argument.bits)
        if argument.is_bool:
            value = build.zext(value, kind)
        elif argument.bits < 64:
            value = build.trunc(value, kind)
        loop.write(value, array)
    loop.close()
    return loop.text()


def sums_text(groups: int, key_bits: int, bits: Sequence[int]) -> str:
    """A module that sums columns by group: `void loop(begin, end, keys, columns…, sums)`.

    Keys are 0 to `groups` - 1; `sums` has a word for each column and group.
    """
    loop = _Loop("sums", len(bits) + 2)
    build = loop.build
    keys, *columns, sums = loop.arrays
    totals = [[loop.carried() for _group in range(groups)] for _column in bits]
    kind = ir.IntType(key_bits)
    key = loop.read(keys, kind)
    is_group = [build.icmp_signed("==", key, kind(group)) for group in range(groups)]
    added: list[ir.Value] = []
    for total, column, size in zip(totals, columns, bits, strict=True):
        value = loop.read(column, ir.IntType(size))
        if size < 64:
            value = build.sext(value, WORD)
        for word, is_own in zip(total, is_group, strict=True):
            added.append(build.add(word, build.select(is_own, value, WORD(0))))
            word.add_incoming(added[-1], loop.body)
    loop.close()
    ends = [loop.carried() for _sum in added]
    for place, (last, new) in enumerate(zip(ends, added, strict=True)):
        last.add_incoming(new, loop.body)
        loop.write(last, sums, WORD(place))
    return loop.text()
