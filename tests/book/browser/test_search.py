"""What a reader types, and the page that is found first."""

import pytest
from playwright.sync_api import Page, expect

QUERIES = {
    "en": {
        "weight decay": "mlp/weight_decay",
        '"weight decay"': "mlp/weight_decay",
        "GRU": "recurrent/gru",
        "gated recurrent": "recurrent/gru",
        "masked_softmax": "attention/attention",
        "nn.MSELoss": "linear/linear_regression",
        "backpropagation": "mlp/backpropagation",
        "condition number": "mlp/input_normalization",
        "dropout": "mlp/dropout",
        "early stopping": "mlp/early_stopping",
        "overfitting": "mlp/model_selection",
        "Xavier": "mlp/initialization",
        "notation": "notation",
        "注意力": "glossary",
    },
    "zh": {
        "注意力": "attention/attention",
        "自注意力": "attention/attention",
        "门控循环": "recurrent/gru",
        "门控循环单元": "recurrent/gru",
        "梯度裁剪": "recurrent/gru",
        "权重衰减": "mlp/weight_decay",
        "过拟合": "mlp/model_selection",
        "反向传播": "mlp/backpropagation",
        "条件数": "mlp/input_normalization",
        "暂退法": "mlp/dropout",
        "早停": "mlp/early_stopping",
        "梯度消失": "mlp/initialization",
        "符号约定": "notation",
        "weight decay": "mlp/weight_decay",
        "GRU": "recurrent/gru",
        "masked_softmax": "attention/attention",
    },
}


@pytest.mark.parametrize("language", QUERIES)
def test_the_right_page_is_found_first(
    page: Page, address: str, language: str
) -> None:
    page.goto(f"{address}{language}/index.html")
    page.click(".md-search__input")
    results = page.locator(".md-search-result__link")
    wrong = {}
    for words, name in QUERIES[language].items():
        page.fill(".md-search__input", "")
        page.keyboard.press("End")
        expect(results).to_have_count(0)
        page.keyboard.insert_text(words)
        page.keyboard.press("End")  # text alone is no key: nobody would look
        first = str(results.first.get_attribute("href"))
        if f"/{name}.html" not in first:
            wrong[words] = first
    assert wrong == {}
