"""How the book is made and checked: its rooms, from top to bottom.

errors.py    what is wrong with the book: place, what, what to do
files.py     files: read with their place, written whole or not at all
layout.py    where a chapter's files are; reading order; languages
cache.py     results kept on disk, each by all that it is made of
words/       all that is said in two languages
page/        text of a page -> blocks, code, formulas; labs
formula/     TeX of a formula -> its value
check/       blocks -> refusals, one file a family
run/         blocks -> outputs, figures, drawings, report
edit/        what writes into docs/ and its lock
stage/       docs/ -> what the builder reads
markdown/    Markdown -> HTML, as the builder's extensions
finish/      a built page -> the final page
build/       stage, build, finish: one process a language
pack/        a built site -> one PDF
serve.py     the site at an address
preview/     the site while one writes: a saved file in the open page
__main__.py  the commands

A module lies in the room named after what it returns, and imports only
from its own room and those above it. The book knows nothing of deep
learning: no chapter's module is imported; a chapter's drawings are run
as its blocks are.
"""
