"""Tests of the REST dialect, asked as values: no socket, no wait, a clock that a test sets."""
