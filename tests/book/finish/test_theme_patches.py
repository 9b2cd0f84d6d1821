"""The theme's scripts are mended, or the theme is refused."""

from pathlib import Path

import pytest

from book.finish import theme_patches
from book.finish.theme_patches import MENDS, Mend
from book.layout import LANGUAGES


@pytest.fixture
def scripts(tmp_path: Path) -> list[Path]:
    """Scripts that hold what is to be mended."""
    paths = []
    folder = tmp_path / "assets" / "javascripts"
    (folder / "workers").mkdir(parents=True)
    for name in {mend.script for mend in MENDS}:
        path = folder / name.replace("*", "0.min")
        old = (mend.old for mend in MENDS if mend.script == name)
        path.write_text(";".join(old), encoding="utf-8")
        paths.append(path)
    return paths


def test_all_is_mended(scripts: list[Path], tmp_path: Path) -> None:
    theme_patches.mend(tmp_path)
    mended = {path.read_text(encoding="utf-8") for path in scripts}
    for mend in MENDS:
        assert any(mend.new in text for text in mended)
        assert not any(mend.old in text for text in mended)


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: mend.old)
@pytest.mark.parametrize("times", [0, 2])
def test_another_script_is_refused(
    scripts: list[Path], tmp_path: Path, mend: Mend, times: int
) -> None:
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        text = text.replace(mend.old, times * mend.old)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(theme_patches.ThemeError) as raised:
        theme_patches.mend(tmp_path)
    assert f"has not one {mend.old}, which" in str(raised.value)


def test_the_site_has_mended_scripts(site: Path) -> None:
    for mend in MENDS:
        found = [*site.glob(f"*/assets/javascripts/{mend.script}")]
        assert len(found) == len(LANGUAGES)
        for path in found:
            code = path.read_text(encoding="utf-8")
            assert mend.new in code
            assert mend.old not in code
