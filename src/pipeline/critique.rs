//! The critic's scores and the description.
