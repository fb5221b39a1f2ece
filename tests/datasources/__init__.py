"""Tests of where facts come from."""
