"""Figures in words and tables, for pages."""
