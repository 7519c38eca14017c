//! The oracle cannot lie: each rule as a test that tries to make it.
