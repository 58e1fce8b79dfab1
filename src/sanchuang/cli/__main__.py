"""`python -m sanchuang.cli`: the command line without its script."""

from sanchuang.cli import main

main()
