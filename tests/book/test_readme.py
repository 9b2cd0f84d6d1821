"""README and CONTRIBUTING: twins whose commands and links exist."""

import re
import shlex

import pytest

from book import __main__ as command_line
from book.layout import ROOT

TWINS = [
    ("README.md", "README.zh.md"),
    ("CONTRIBUTING.md", "CONTRIBUTING.zh.md"),
]
FILES = [name for twins in TWINS for name in twins]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def skeleton(name: str) -> list[str]:
    """The kinds of a file's blocks, in order; code and commands whole."""
    found, fence = [], ""
    for line in text(name).splitlines():
        if line.startswith("```") or fence:
            fence += line + "\n"
            if line == "```":
                found.append(fence)
                fence = ""
        elif line.startswith("| `"):
            found.append(line.split("|")[1])
        elif line:
            kind = re.match(r"#+ |- |\d+\. |\||!", line)
            found.append(kind[0] if kind else "paragraph")
    return found


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_the_twins_have_one_skeleton(english: str, chinese: str) -> None:
    assert skeleton(english) == skeleton(chinese)
    assert f"]({chinese})" in text(english)
    assert f"]({english})" in text(chinese)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_two_commands_come_first_and_then_the_picture(name: str) -> None:
    fences = [b for b in skeleton(name) if b.startswith("```")]
    assert fences[0] == "```sh\nmake serve\nmake test\n```\n"
    readme = text(name)
    assert readme.index("```sh") < readme.index("![") < readme.index("\n## ")


@pytest.mark.parametrize("name", FILES)
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text(name))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def commands(name: str) -> list[str]:
    """What stands in `sh` fences and between backticks."""
    code = re.findall(r"```sh\n(.*?)```", text(name), re.DOTALL)
    words = re.sub(r"```.*?```", "", text(name), flags=re.DOTALL)
    return [*"".join(code).splitlines(), *re.findall("`([^`]+)`", words)]


@pytest.mark.parametrize("name", FILES)
def test_the_targets_of_make_exist(name: str) -> None:
    makefile = text("Makefile")
    used = [
        shlex.split(command)[shlex.split(command).index("make") :]
        for command in commands(name)
        if re.match(r"(\w+=\S+ )*make ", command)
    ]
    assert len(used) >= 4
    for _, target, *variables in used:
        assert re.search(rf"^\.PHONY:.*\b{target}\b", makefile, re.MULTILINE)
        for variable in variables:
            assert f"\n{variable.partition('=')[0]} ?=" in makefile


@pytest.mark.parametrize("name", FILES)
def test_the_commands_of_the_book_exist(name: str) -> None:
    used = [
        shlex.split(command.partition("-m book ")[2])
        for command in commands(name)
        if "-m book " in command
    ]
    assert used
    for arguments in used:
        command_line._parser().parse_args(arguments)


def test_a_command_that_does_not_exist_is_seen() -> None:
    with pytest.raises(SystemExit):
        command_line._parser().parse_args(["build"])


@pytest.mark.parametrize("name", FILES)
def test_the_files_that_are_named_exist(name: str) -> None:
    paths = re.findall(r"`((?:docs|d2lcode|tests|book)/[\w/.]+)`", text(name))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_no_number_of_what_changes_with_every_chapter(name: str) -> None:
    counted = r"\d+(?: to \d+)?\s*(?:pages|chapters|tests|MB|页|章|个测试)"
    assert re.findall(counted, text(name)) == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "CONTRIBUTING.zh.md"])
def test_every_verb_has_its_line_for_windows(name: str) -> None:
    rows = [r.split("|") for r in text(name).splitlines() if "| `make" in r]
    verbs = {row[1].split("`")[1].split()[1]: row[3].strip() for row in rows}
    makefile = text("Makefile")
    authors = makefile.split("\n# For authors")[1].split("\n#\n")[0]
    assert {*re.findall(r"^# make (\w+)", authors, re.MULTILINE)} <= {*verbs}
    assert all(re.match("`(python -m|bash) ", v) for v in verbs.values())
