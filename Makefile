# Entry points of Pellucid; `make help` lists them. CMakePresets.json says how things are built.

PRESET ?= release
PREFIX ?= /usr/local
# Compilers and tests at a time.
JOBS ?= $(shell nproc)
# SETUP=no leaves the system's packages alone.
SETUP ?= yes

BUILD := build/$(PRESET)
setup := $(if $(filter yes,$(SETUP)),scripts/setup.sh,:)

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := build
.PHONY: help build demo test lint page format bench docs install clean

help: ## this list
	@echo 'make TARGET [PRESET=release|debug|asan|tsan] [PREFIX=DIR] [JOBS=N] [SETUP=no]'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

# $(call compile,PACKAGE GROUPS,TARGET): installs what is missing, configures, builds.
define compile
	@$(setup) build $(1)
	@cmake --preset $(PRESET)
	@cmake --build --preset $(PRESET) --parallel $(JOBS) --target $(2)
endef

build: ## the program and the library
	$(call compile,,pellucid_program)

demo: ## Fashion-MNIST from fit to report, about 5 minutes
	$(call compile,demo,pellucid_program)
	@PELLUCID=$(BUILD)/bin/pellucid scripts/demo.sh

test: ## all tests
	$(call compile,test,all)
	@ctest --preset $(PRESET) --parallel $(JOBS)

lint: ## form of the sources: clang-format, clang-tidy, shellcheck, generated pages
	$(call compile,lint,pellucid_program)
	@scripts/lint.sh $(BUILD)

page: ## report pages checked in headless Chromium
	$(call compile,,report_examples pellucid_program)
	@$(setup) page || test -n "$(PELLUCID_PAGE_OPTIONAL)"
	@command -v npm > /dev/null || $(setup) npm || test -n "$(PELLUCID_PAGE_OPTIONAL)"
	@mkdir -p build/pages && $$(find $(BUILD) -name report_examples -type f) build/pages
	@$(BUILD)/bin/pellucid reproduce when-it-fails --quick -o build/pages/reproduced
	@scripts/check-page.sh build/pages/*.html build/pages/reproduced/index.html \
	  build/pages/reproduced/when-it-fails/index.html

format: ## clang-format on all sources
	@$(setup) lint
	@find apps bench examples include src tests -name '*.[ch]pp' | xargs clang-format -i

bench: ## benchmarks and comparisons with other libraries
	$(call compile,bench,pellucid_program benchmarks)
	@scripts/bench.sh $(BUILD)

docs: ## docs/reference.md from the program's help
	$(call compile,,pellucid_program)
	@scripts/reference.sh $(BUILD)/bin/pellucid > build/reference.md
	@mv build/reference.md docs/reference.md

install: build ## into PREFIX (default /usr/local)
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean: ## removes build/
	@rm -rf build
