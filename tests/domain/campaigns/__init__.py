"""Tests of campaign definitions."""
