"""Tests of the operator's interface, without a socket."""
