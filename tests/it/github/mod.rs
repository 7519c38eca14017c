//! Requests to GitHub against its published description.
