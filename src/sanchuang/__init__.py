"""sanchuang (三创): the open operating system of an innovation district."""

__version__ = "0.1.0"
