"""What checked.md says in numbers is so."""

import ast
import inspect
from pathlib import Path

import pytest

from book import files
from book.check import form, proofs
from book.edit.update import SEEDS
from book.formula import Formula
from book.formula.pages import labels
from book.layout import ROOT
from book.run import compare

SAID = {
    "en": [
        "More than nine in ten labelled formulas",
        "as a rule within a relative error of $10^{-9}$",
        "more than 40 lines",
        "may differ by 1 %",
        "below twice the tolerance",
        "of more than 20 %",
        "three more times",
        "Some notebooks are run in Jupyter",
    ],
    "zh": [
        "带标签的公式，九成以上",
        "相对误差一般不超过 $10^{-9}$",
        "超过 40 行",
        "相差自身的 1%",
        "小于容差的两倍",
        "容差超过 20%",
        "再运行三遍",
        "再抽几个放进 Jupyter",
    ],
}


@pytest.mark.parametrize("language", SAID)
def test_the_page_says_what_is_asserted_here(language: str) -> None:
    page = files.text(ROOT / "docs" / language / "checked.md")
    assert [said for said in SAID[language] if said not in page] == []


def computed(path: Path) -> set[str]:
    """The labels whose formulas a file's tests have to compute."""
    return {
        ast.literal_eval(mark.args[0])
        for node in ast.walk(files.tree(path))
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call)
        and ast.unparse(mark.func) == "pytest.mark.equation"
        and not any(word.arg == "fixed" for word in mark.keywords)
    }


def test_more_than_nine_in_ten_formulas_are_computed() -> None:
    found = {proof.path for proof in proofs.proofs(ROOT)}
    marked = set().union(*map(computed, found))
    assert marked <= {*labels()}
    assert len(marked) > 0.9 * len(labels())


def test_the_other_numbers() -> None:
    check = inspect.signature(Formula.check).parameters
    assert check["tolerance"].default == 1e-9
    assert form.LISTING == 40
    assert (compare.DEFAULT, compare.CEILING) == (0.01, 0.2)
    assert compare.agree("0.67", "0.68", 0.01)  # one unit, below 2 %
    assert not compare.agree("0.50", "0.51", 0.01)
    assert len(SEEDS) == 3


@pytest.mark.parametrize("plugin", ["formulas", "report", "shapes"])
def test_every_run_asks_what_the_page_says(
    plugin: str, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.pluginmanager.hasplugin(f"book.run.{plugin}")
