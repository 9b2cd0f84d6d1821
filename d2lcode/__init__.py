"""What the book teaches: one tested module per chapter, shared helpers."""

__version__ = "0.1.0"
