r"""The words of both languages that a formula's grammar knows.

Every other `\text` is a name that the test binds, part of one, or part
of an aside that the test declares.
"""

IF = frozenset(
    {
        *("if", "for", "for all", "for every", "when"),
        *("若", "如果", "当", "对", "对于", "对所有", "对一切", "对任意"),
    }
)
OTHERWISE = frozenset({"otherwise", "else", "其他", "其它", "其余", "否则"})
OR = frozenset({"or", "或", "或者"})
AND = frozenset({"and", "且", "并且"})
LINK = frozenset(
    {
        *("with", "where", "then", "and", "so"),
        *("其中", "这里", "再令", "则", "于是", "且", "并且", "以及"),
    }
)


def bare(words: str | None) -> str | None:
    """Words without the punctuation around them."""
    return None if words is None else words.strip(" ,:;，：；、（）()")


def known(words: str) -> bool:
    """Whether the grammar gives words a meaning of their own."""
    return bare(words) in IF | OTHERWISE | OR | AND | LINK
