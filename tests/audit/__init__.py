"""Tests of the audit of real answers."""
