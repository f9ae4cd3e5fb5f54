"""Stands in for Colab's own package: its presence in a kernel is all that a lesson looks at."""
