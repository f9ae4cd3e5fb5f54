"""Tests of the book: its reader, its build, its pages."""
