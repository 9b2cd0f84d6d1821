# make serve     build both sites and read them in a browser
# make test      run every check; of what is alike, a sample
# make site      build both sites into site/
# make clean     remove what was built (clean-all: .venv as well)
#
# For authors; FILES are pages such as docs/en/recurrent/gru.md:
# make preview   see in a browser what you save, while you write
# make new CHAPTER=recurrent/lstm TITLE=... TITLE_ZH=...   start a chapter
# make move CHAPTER=recurrent/lstm TO=recurrent/long   give it another name
# make remove CHAPTER=recurrent/lstm   remove it, with all that is its own
# make check     check FILES, or all, and run their tests
# make update    run FILES; write outputs and figures in both languages
# make draw      draw the drawings of FILES again, without running their blocks
# make count     print how many drawings, words and lines of code FILES have
# make sync      fill code and formulas of Chinese FILES from English
# make accept    record that both languages of FILES say the same
# make portable  run FILES, or all, as other machines would
# make whole     run every check, and nothing as a sample
# make bench     time the code of FILES, or all, beside the library's
# make labs      run the labs again, minutes each, and keep what they show
# make format    format all code
# make lint      look at its style and types
# make ci        what a change has to pass, from a clean clone
#
# The first of them makes .venv and installs into it. Each does only what has
# not been done yet.

PYTHON ?= python3
PORT ?= 8000
REQUIREMENTS ?= requirements.txt
FILES ?=
CHAPTER ?=
TO ?=
TITLE ?=
TITLE_ZH ?=
PART ?=
PART_ZH ?=
export TITLE TITLE_ZH PART PART_ZH

VENV := .venv
python := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python
installed := $(VENV)/installed
code := d2lcode book drawings tests

# What the sites are made of; a folder is newer after a file in it was removed.
# The report, if there is one, is what the last run of the tests has left.
sources := mkdocs.yml mkdocs.zh.yml $(wildcard build/report.json) \
	$(shell find docs) \
	$(shell find overrides $(code) -type f -not -name '*.pyc')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test whole site clean clean-all
.PHONY: preview new move remove check update draw count sync accept portable
.PHONY: bench labs
.PHONY: format lint ci

help:
	@sed -n '/^# \(make\|For\)/s/^# //p' Makefile

serve: site
	@$(python) -m book.serve --port $(PORT)

preview: $(installed)
	@$(python) -m book preview --port $(PORT)

site: site/index.html

test: lint
	$(python) -m pytest -n 2 --dist loadfile

whole: lint
	$(python) -m pytest -n 2 --dist loadfile --whole

new: $(installed)
	@$(python) -m book new $(CHAPTER) \
		$(if $(TITLE),--title "$$TITLE") \
		$(if $(TITLE_ZH),--title-zh "$$TITLE_ZH") \
		$(if $(PART),--part "$$PART") \
		$(if $(PART_ZH),--part-zh "$$PART_ZH")

move: $(installed)
	@$(python) -m book move $(CHAPTER) $(TO)

remove: $(installed)
	@$(python) -m book remove $(CHAPTER)

check update draw count sync portable bench labs: $(installed)
	@$(python) -m book $@ $(FILES)

accept: $(installed)
	@$(python) -m book sync --accept $(FILES)

format: $(installed)
	$(python) -m ruff check --fix --exit-zero --quiet $(code)
	$(python) -m ruff format $(code)

ci:
	.ci/run

lint: $(installed)
	$(python) -m ruff check $(code)
	$(python) -m ruff format --check $(code)
	$(python) -m mypy

# The time of the start is kept: what changes during a build is built again.
site/index.html: $(installed) $(sources)
	@mkdir -p build
	@touch build/start
	$(python) -m book site
	@touch -r build/start $@
	@rm build/start

$(installed): $(python) $(REQUIREMENTS) pyproject.toml
	$(python) -m pip install --disable-pip-version-check -r $(REQUIREMENTS)
	$(python) -m pip install --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

$(python):
	@command -v $(PYTHON) >/dev/null || { \
		echo "$(PYTHON): not found. Install Python 3.10 or newer, or name" \
			"it: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and \
		"$(PYTHON) is Python %d.%d, the book needs 3.10 or newer. " \
		"Name one: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	$(PYTHON) -m venv --clear $(VENV)

clean:
	rm -rf site build dist *.egg-info .hypothesis .mypy_cache .pytest_cache \
		.ruff_cache
	find $(code) -name __pycache__ -exec rm -rf {} +

clean-all: clean
	rm -rf $(VENV)
