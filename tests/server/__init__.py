"""Tests of the shell and of the process around it."""
