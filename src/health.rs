//! Asks each part whether it answers, and says what to do.
