//! pytest.
