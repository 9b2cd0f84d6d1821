r"""The pages' own LaTeX, computed.

    formula("eq:gru-state").check({"h_t": new, "h_{t-1}": old, ...})
    formula("eq:early-rule").fixed(r"\text{stop after } ...")

source and lexer: text, its places and tokens, the one tokenizer of TeX;
tree: syntax; vocabulary: the words of both languages; values, names:
what a test binds; parser, symbols, commands, conditions, display: the
grammar, from a name to the statements of a display; arithmetic, compare,
scope, evaluate, checking: from a tree to what holds; pages: where the
formulas stand; record: what was proved; labelled: a formula held against
values or a text; mutations: wrong formulas, which tests must notice.
"""

from book.formula.labelled import Formula, formula, replaced
from book.formula.mutations import mutations
from book.formula.record import RECORD, Proved
from book.formula.source import FormulaError
from book.formula.values import Random, columns, each, entries, rows

__all__ = [
    "RECORD",
    "Formula",
    "FormulaError",
    "Proved",
    "Random",
    "columns",
    "each",
    "entries",
    "formula",
    "mutations",
    "replaced",
    "rows",
]
