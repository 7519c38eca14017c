"""What the driver says of ordinary repositories."""

from conftest import outcomes

CART = """
    def total(prices, discount=0):
        if not prices:
            return 0
        sum_ = 0
        for price in prices:
            sum_ += price
        return sum_ - discount
"""
BROKEN_CART = CART.replace("if not prices:\n            return 0", "first = prices[0]")
FLAT = {"shop/__init__.py": "", "shop/cart.py": CART, "tests/test_cart.py": """
    from shop.cart import total

    def test_total():
        assert total([1, 2]) == 3
"""}
TEST = """
    from shop.cart import total


    def test_total_of_nothing_is_zero():
        assert total([]) == 0
"""
MODULES = [{"module": "shop.cart", "file": "shop/cart.py", "base_file": "shop/cart.py"}]


def test_a_regression_passes_five_times_on_base_and_fails_five_times_on_head(matrix):
    matrix.repository(FLAT, {"shop/cart.py": BROKEN_CART})
    result = matrix.run(tests=[matrix.test(TEST)], modules=MODULES, own_tests=["tests/test_cart.py"])
    assert result["distrust"] == [] and result["notes"] == []
    assert outcomes(result, "G001", "base") == ["passed"] * 5
    assert outcomes(result, "G001", "head") == ["failed"] * 5
    message = result["cells"][-1]["message"]
    assert message.startswith("IndexError")
