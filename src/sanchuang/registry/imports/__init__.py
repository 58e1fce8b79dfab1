"""Files in: organisations, people, facts, results and needs from CSV and Excel.

A file is received, its columns are understood (`columns`), a dry run reads every row and says what would change
(`rows`, `kinds`), and the import writes chunk by chunk, each with its place in the file (`running`), so that one that was
killed goes on where it was. Everything that changes records stands in `actions` and `writing`.
"""
