"""A formula that is changed on its page makes its tests fail.

For one chapter: pytest tests/book/formula/test_proofs.py -k mlp/dropout
For all: pytest tests/book/formula/test_proofs.py --whole
"""

import pytest

from book.formula.pages import labels
from book.layout import ROOT
from tests.book.formula.mutants import equivalents
from tests.book.formula.proofs import proofs

FILES = {
    f"{path.parent.name}/{path.stem.removeprefix('test_')}": path
    for path in sorted((ROOT / "tests").glob("*/test_*.py"))
    if (ROOT / "d2lcode" / path.parent.name).is_dir()
    and "mark.equation" in path.read_text(encoding="utf-8")
}


@pytest.mark.sample(6)
@pytest.mark.parametrize("chapter", FILES)
def test_changed_formulas_fail(chapter):
    found = proofs(FILES[chapter])
    print(f"{chapter}: {found.summary()}")
    assert not found.faults, "\n" + "\n".join(found.faults)


def test_what_is_argued_for_stands_on_a_page():
    assert equivalents().keys() <= {*labels()}, "take it out"
