# git-migrate: build, test, install. `make help` lists the targets.
VERSION = 0.1.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
DESTDIR ?=

BUILD ?= build
CC ?= gcc
AWK ?= awk
OPT ?= -O2 -g
PACKAGES = libgit2 libpq yaml-0.1 glib-2.0 jansson

# Debian packages, by names that every release has: what building and testing needs (a test that wants an optional one is
# skipped without it), and what only `make lint`, `fuzz` and `coverage`, or only `make fresh`, need.
DEPS = pkg-config libgit2-dev libpq-dev libglib2.0-dev libjansson-dev libyaml-dev libpg-query-dev \
	'postgresql|postgresql-17|postgresql-15' 'postgresql-client|postgresql-client-17|postgresql-client-15' \
	openssh-client gnupg gpg-agent perl man-db optional:pgbouncer optional:git-lfs
LINT_DEPS = clang-format cppcheck shellcheck mandoc universal-ctags pmccabe valgrind gcovr clang 'libclang-rt-dev|libclang-rt-14-dev'
FRESH_DEPS = 'mmdebstrap|debootstrap' util-linux

WARN = -Wall -Wextra
ifdef DEVELOPER
WARN += -Werror -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wswitch-enum -Wvla -Wundef -Wformat=2 -Wpointer-arith \
	-Wold-style-definition -Wno-missing-field-initializers
endif
ifdef SANITIZE
OPT += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifdef COVERAGE
OPT += --coverage -O0
endif

# As system headers: their macros are not ours to keep free of warnings.
PKG_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
ALL_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -DGIT_MIGRATE_VERSION='"$(VERSION)"' \
	-Iinclude -I$(BUILD)/gen $(WARN) $(OPT) $(PKG_CFLAGS) $(CFLAGS)
ALL_LIBS = $(PKG_LIBS) -lpg_query -lpthread $(LDFLAGS)

# V=1 shows the commands.
ifdef V
Q =
say = @:
else
Q = @
say = @printf '  %-5s %s\n'
endif

EMBEDDED = $(sort $(wildcard src/*/sql/*.sql templates/* hooks/*))
SOURCES = $(sort $(wildcard src/*/*.c))
OBJECTS = $(SOURCES:src/%.c=$(BUILD)/%.o) $(BUILD)/gen/embed.o
LIBRARY = $(BUILD)/libgitmigrate.a
PROGRAM = $(BUILD)/git-migrate
UNIT_SOURCES = $(sort $(wildcard tests/unit/*/*-test.c))
UNIT_TESTS = $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/unit/%)
MANPAGES = $(sort $(wildcard man/*.1 man/*.5 man/*.7))

.PHONY: all help deps deps-lint deps-fresh test fresh compilers check unit sanitize lint mutate format demo bench fuzz coverage coverage-report install uninstall \
	dist clean objects compile_commands.json

all: $(PROGRAM)

help:
	@echo "make            build $(PROGRAM)"
	@echo "make deps       install the packages that building and testing need"
	@echo "make test       deps, build, all tests against a real PostgreSQL that it starts itself"
	@echo "make demo       deps, build, and the main job shown on a repository made for it"
	@echo "make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make lint       formatting, static analysis, layers, manual pages"
	@echo "make mutate     makes each assertion of the end-to-end tests fail: it must fail its test (SAMPLE=20)"
	@echo "make fresh      make test and make demo on fresh machines: Debian 12 and 13 (make deps-fresh installs what it needs)"
	@echo "make compilers  the build without a warning by every compiler that is here"
	@echo "make bench fuzz coverage dist uninstall clean compile_commands.json"
	@echo "Switches: DEVELOPER=1  SANITIZE=address,undefined  COVERAGE=1  BUILD=folder"

$(BUILD)/gen/embed.c: $(EMBEDDED) src/embed.awk
	@mkdir -p $(@D)
	@{ echo '#include "embed.h"'; LC_ALL=C $(AWK) -f src/embed.awk $(EMBEDDED) /dev/null; } >$@

$(BUILD)/gen/embed.h: $(BUILD)/gen/embed.c
	@{ echo '#pragma once'; sed -n 's/^\(const char [a-z0-9A-Z_]*\[\]\) =$$/extern \1;/p' $<; } >$@

$(BUILD)/gen/embed.o: $(BUILD)/gen/embed.c $(BUILD)/gen/embed.h
	$(Q)$(CC) $(filter-out -Wpedantic,$(ALL_CFLAGS)) -Wno-overlength-strings -c -o $@ $<

$(BUILD)/%.o: src/%.c Makefile | $(BUILD)/gen/embed.h
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

objects: $(OBJECTS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $(filter-out $(BUILD)/cmd/main.o,$^)

$(PROGRAM): $(LIBRARY) $(BUILD)/cmd/main.o
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $(BUILD)/cmd/main.o $(LIBRARY) $(ALL_LIBS)

$(BUILD)/unit/%-test: tests/unit/%-test.c $(LIBRARY)
	@mkdir -p $(@D)
	$(say) TEST $<
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/lib -MMD -MP -MF $@.d -o $@ $< $(LIBRARY) $(ALL_LIBS)

deps:
	@sh tests/lib/install-packages.sh $(DEPS)

deps-lint:
	@sh tests/lib/install-packages.sh $(DEPS) $(LINT_DEPS)

deps-fresh:
	@sh tests/lib/install-packages.sh $(FRESH_DEPS)

unit: $(UNIT_TESTS)

test: deps
	@$(MAKE) --no-print-directory check

# The tests on what is installed already. TESTS= names some of them.
check: $(PROGRAM) $(UNIT_TESTS)
	@BUILD=$(abspath $(BUILD)) tests/lib/run-tests.sh $(or $(TESTS),$(UNIT_TESTS) $(sort $(wildcard tests/t*.sh)))

# The same tests under the sanitizers: make sanitize BUILD=build-sanitize SANITIZE=address,undefined
sanitize: $(PROGRAM) $(UNIT_TESTS)
	@LSAN_OPTIONS=suppressions=$(abspath tests/lib/lsan.supp):print_suppressions=0 BUILD=$(abspath $(BUILD)) tests/lib/run-tests.sh \
		$(UNIT_TESTS) $(sort $(wildcard tests/t0[1-3]*.sh))

# README's commands on a machine that has nothing yet. SUITES="bookworm trixie" and USERS="root user" choose;
# FRESH_WHOLE="trixie/user" names those that run all tests, and the others run some.
fresh:
	@BUILD=$(abspath $(BUILD)) tests/fresh/run.sh

# Without a warning by every compiler that is here.
compilers:
	@BUILD=$(abspath $(BUILD)) MAKE=$(MAKE) tests/fresh/compilers.sh

lint: $(PROGRAM)
	@BUILD=$(abspath $(BUILD)) prove $(filter-out tests/lint/mutate.sh,$(sort $(wildcard tests/lint/*.sh)))

# Every assertion of the end-to-end tests made to fail in turn: SAMPLE=N of them, MUTATE_SECONDS=N at most, MUTATE= names scripts.
mutate: $(PROGRAM)
	@BUILD=$(abspath $(BUILD)) JOBS=1 PROVE_FLAGS=-v tests/lib/run-tests.sh tests/lint/mutate.sh

format:
	clang-format -i $(SOURCES) $(wildcard src/*/*.h include/*/*.h tests/unit/*/*.c tests/lib/*.[ch] tests/fuzz/*.c)

demo: deps
	@$(MAKE) --no-print-directory $(PROGRAM)
	@BUILD=$(abspath $(BUILD)) tests/demo/demo.sh

$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(shell pkg-config --libs glib-2.0)

bench: $(PROGRAM) $(BUILD)/bench/delay
	@BUILD=$(abspath $(BUILD)) tests/bench/run.sh

fuzz:
	@BUILD=$(abspath $(BUILD)) tests/fuzz/run.sh

coverage:
	@$(MAKE) --no-print-directory BUILD=build-coverage COVERAGE=1 check
	@$(MAKE) --no-print-directory BUILD=build-coverage coverage-report

coverage-report:
	@gcovr --root . --object-directory $(BUILD) --exclude tests --print-summary --txt $(BUILD)/coverage.txt

install: $(PROGRAM)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(COMPDIR)
	install -m 755 $(PROGRAM) $(DESTDIR)$(BINDIR)/git-migrate
	for page in $(MANPAGES); do \
		install -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/ || exit 1; done
	$(PROGRAM) completion bash >$(DESTDIR)$(COMPDIR)/git-migrate

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/git-migrate $(DESTDIR)$(COMPDIR)/git-migrate
	for page in $(notdir $(MANPAGES)); do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page; done

dist:
	git archive --prefix=git-migrate-$(VERSION)/ -o git-migrate-$(VERSION).tar.gz HEAD

compile_commands.json:
	@$(AWK) -v cc='$(CC)' -v flags='$(subst ',,$(ALL_CFLAGS))' -v dir='$(CURDIR)' -f src/compile-commands.awk \
		/dev/null $(SOURCES) >$@

clean:
	rm -rf build build-* compile_commands.json

-include $(OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
