"""Tests of asking once."""
