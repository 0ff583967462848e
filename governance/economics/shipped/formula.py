"""A quantity or a price as a formula over named answers: sums, differences, products and quotients. Pure."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext

EXACT = Context(prec=60)
PLACES = Decimal("1e-6")  # of a quantity and of a price, as they are stored


class NotAFormula(ValueError):
    """The text is not a formula over names and whole numbers."""


def names_of(formula: str) -> frozenset[str]:
    """The names that a formula asks for. Raises NotAFormula."""
    return frozenset(node.id for node in ast.walk(_tree(formula)) if isinstance(node, ast.Name))


def evaluate(formula: str, values: Mapping[str, Decimal]) -> Decimal:
    """What the formula comes to, to six places. Raises NotAFormula, KeyError for a name without a value, ZeroDivisionError."""
    with localcontext(EXACT):
        return _value(_tree(formula).body, values).quantize(PLACES)


def _tree(formula: str) -> ast.Expression:
    try:
        return ast.parse(formula, mode="eval")
    except SyntaxError as error:
        raise NotAFormula(formula) from error


def _value(node: ast.expr, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Decimal(node.value)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, values), _value(node.right, values)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    raise NotAFormula(ast.unparse(node))
