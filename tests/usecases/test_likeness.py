from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from governance.usecases.likeness import Titles, described, found_by, likeness, rarity, words

CHURN = described("Customer churn prediction", problems=["Customers leave and we learn of it too late."], data=["CRM"])


def test_the_same_said_again_is_the_same():
    assert likeness(CHURN, CHURN).score == 1.0


def test_the_same_wish_in_other_words_is_near_and_says_why():
    other = described(
        "Predicting churn of customers", problems=["We learn too late that a customer leaves."], data=["CRM extract"]
    )
    found = likeness(CHURN, other)

    assert found.is_near
    assert {"churn", "customer"} <= set(found.shared["title"])
    assert found.shared["data"] == ("crm",)


def test_another_wish_is_not_near():
    other = described("Reading of invoices", problems=["Typing invoices by hand takes days."], data=["Scans"])

    assert not likeness(CHURN, other).is_near


def test_chinese_is_compared_without_spaces():
    one = described("客户流失预测", problems=["客户离开，我们太晚才知道。"])
    near = described("流失客户的预测模型", problems=["我们很晚才知道客户已经离开。"])
    far = described("发票自动识别", problems=["人工录入发票很慢。"])

    assert likeness(one, near).is_near
    assert not likeness(one, far).is_near
    assert "流失" in likeness(one, near).shared["title"]


def test_what_nobody_said_counts_neither_way():
    bare = described("Customer churn prediction")

    assert likeness(CHURN, bare).score == 1.0


def test_rare_words_count_for_more_than_common_ones():
    worth = rarity({"customer": 900, "churn": 3, "satisfaction": 3}, 1000)
    churn = likeness(described("customer churn"), described("client churn"), worth)
    customer = likeness(described("customer churn"), described("customer satisfaction"), worth)

    assert churn.score > customer.score


def test_words_say_something_each_once_whatever_their_form():
    assert words("The forecasts of Forecasting, and a forecast!") == ["forecast"]
    assert words("Ｃａｆé déjà") == ["cafe", "deja"]


def test_a_use_case_is_found_by_a_bounded_number_of_words_those_of_the_title_first():
    found = found_by("Customer churn", "word " * 5 + " ".join(f"number{at}" for at in range(100)))

    assert len(found) == 48
    assert found[1:4] == ["customer", "churn", "customer+churn"]
    assert found_by("churn customer")[0] == found[0]
    assert all(len(word) <= 32 for word in found_by("x" * 500, "y" * 500))


def test_among_many_titles_the_nearest_is_found():
    titles = Titles(
        {str(at): f"Sorting parcel number {at} by weight" for at in range(300)}
        | {"a": "Customer churn", "b": "Churn of customers"}
    )

    found = titles.near("Customers churn", but="a")
    assert found is not None
    assert found[0] == "b"
    assert titles.near("Invoices") is None
    assert titles.near("") is None


SAID = st.text("abc 客户流失预测的", max_size=30)


@given(SAID, SAID, SAID, SAID)
def test_likeness_is_between_none_and_all_and_the_same_both_ways(a, b, c, d):
    one, other = described(a, problems=[b]), described(c, problems=[d])
    there, back = likeness(one, other), likeness(other, one)

    assert 0 <= there.score <= 1
    assert abs(there.score - back.score) < 1e-9
    assert there.shared == back.shared
