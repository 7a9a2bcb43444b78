# GNU make.
#   make demo        install what is missing, build, show the main job
#   make check       install what the tests need, build, run every test
#   make             build/comporta
#   make install     DESTDIR= PREFIX=/usr/local; make uninstall
#   make deb         a Debian package, build/deb/*.deb
#   make check-deb   the package on a clean Debian 12, by debootstrap
#   make lint        the architecture's rules
#   make check-all   check, sanitizers, static checks, fuzzers: long;
#                    PARTS="tidy valgrind" for some of it
#   make coverage    how much of the program the tests run: build/coverage
#   make crash       kills every part 500 times, fills disks: ten minutes
#   make bench       timings beside ripgrep, pflogsumm and eximstats
#   make bench-enforce   from a decision to a refused recipient, on Postfix
#   make bench-watch     from a written line to the decision and its row
#   make soak            a day of a large host in minutes, everything real
#   make bench-http      owner pages a second, beside libmicrohttpd alone
#   make eval        comporta beside published rules, simulated; bench/eval.sh
# V=1 shows the commands, SAN=address,undefined builds with sanitizers,
# COVERAGE=1 counts what runs, WERROR=1 stops at warnings, BUILD=folder builds
# elsewhere.

PREFIX     ?= /usr/local
DESTDIR    ?=
SYSCONFDIR ?= /etc
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
SAN        ?=
COVERAGE   ?=
BUILD      ?= build$(if $(SAN),/$(subst $(comma),-,$(SAN)))$(if \
	$(COVERAGE),/coverage)
comma      := ,
VERSION    := 0.1.0
DATADIR    ?= $(PREFIX)/share/comporta
DOCDIR     ?= $(PREFIX)/share/doc/comporta
UNITDIR    ?= $(PREFIX)/lib/systemd/system

# Debian's MariaDB connector answers to libmariadb, Oracle's to mysqlclient.
mysql_pkg := $(shell $(PKG_CONFIG) --exists mysqlclient 2>/dev/null && \
	echo mysqlclient || echo libmariadb)
packages  := $(mysql_pkg) libcurl libmicrohttpd json-c libmaxminddb lmdb \
	libconfig sqlite3 libarchive gnutls libargon2 libseccomp
# journald's adapter is built when libsystemd is there; SYSTEMD= for without.
SYSTEMD   ?= $(shell $(PKG_CONFIG) --exists libsystemd 2>/dev/null && echo yes)
ifneq ($(SYSTEMD),)
packages  += libsystemd
endif
lib_flags := $(shell $(PKG_CONFIG) --cflags $(packages) 2>/dev/null)
lib_libs  := $(shell $(PKG_CONFIG) --libs $(packages) 2>/dev/null) -lcrypt \
	-lm

# Flags that not every compiler and machine has: all of these, or none.
try = $(shell $(CC) -Werror $(1) -fsyntax-only -x c /dev/null 2>/dev/null && \
	echo '$(1)')
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -I. -include base/banned.h -MMD -MP \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wdate-time \
	-Wimplicit-fallthrough -fno-common -fPIE -ffile-prefix-map=$(CURDIR)=. \
	-fstack-protector-strong $(call try,-fstack-clash-protection) \
	$(call try,-fcf-protection) -DCOMPORTA_VERSION='"$(VERSION)"' \
	$(lib_flags) $(CFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# What the tests need not keep to. The last two lines are gcc's alone, which
# sees ghosts in what sanitizers add.
strict     := -Wcast-qual -Wconversion -Wsign-conversion -Wredundant-decls \
	$(if $(SAN),,$(call try,-Wduplicated-cond -Wduplicated-branches \
	-Wlogical-op -Wnull-dereference -Wtrampolines))
ifneq ($(SAN),)
ALL_CFLAGS  += -fsanitize=$(SAN) -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=$(SAN)
else
ALL_CFLAGS  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif
# Where its processes may write inside their fences, and that those which leave
# by _exit() are counted as well.
ifneq ($(COVERAGE),)
ALL_CFLAGS  += --coverage -include tests/checks/counted.h \
	-DFENCE_ALSO_WRITES='"$(abspath $(BUILD))"'
ALL_LDFLAGS += --coverage
endif
ifdef WERROR
ALL_CFLAGS += -Werror
endif

# A new file in one of these folders is built without touching this Makefile.
sources   := $(filter-out %/main.c,$(wildcard base/*.c detector/*.c \
	detector/*/*.c notifier/*.c))
objects   := $(sources:%.c=$(BUILD)/%.o)
support_o := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
tests     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/test_*.c tests/db/test_*.c))

cmocka_libs = $(shell $(PKG_CONFIG) --libs cmocka)

ifneq ($(V),1)
say = @printf '  %-5s %s\n' $(1) $@;
endif

.DEFAULT_GOAL := all
.PHONY: .FORCE all manual tests libraries objects clean
.PHONY: print-objects print-libs print-flags print-version
.PHONY: demo check check-all coverage crash geoip lint fuzz
.PHONY: bench bench-enforce bench-http bench-watch soak eval
.PHONY: install uninstall deb check-deb
.SECONDARY:

all: $(BUILD)/comporta manual
	@:

libraries:
	@$(PKG_CONFIG) --exists $(packages) || { echo "libraries are missing;" \
		"install them with: sh packaging/deps.sh build" >&2; exit 69; }

$(BUILD)/comporta: $(BUILD)/detector/main.o $(objects)
	$(call say,LD)$(CC) $(LDFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(lib_libs)

# Rewritten only when a path changes, so that nothing else is built anew.
$(BUILD)/paths.def: .FORCE
	@mkdir -p $(@D)
	@printf '#define DATADIR "%s"\n#define SYSCONFDIR "%s"\n' '$(DATADIR)' \
		'$(SYSCONFDIR)' >$@.new
	@cmp -s $@.new $@ && $(RM) $@.new || mv $@.new $@

$(BUILD)/base/paths.o: $(BUILD)/paths.def
$(BUILD)/base/paths.o: ALL_CFLAGS += -I$(BUILD)

# The API's description, as the text of a C literal.
$(BUILD)/openapi.def: detector/http/openapi.json
	@mkdir -p $(@D)
	@sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $< >$@

$(BUILD)/detector/http/openapi.o: $(BUILD)/openapi.def
$(BUILD)/detector/http/openapi.o: ALL_CFLAGS += -I$(BUILD)

# Rewritten only when libsystemd comes or goes.
$(BUILD)/systemd.def: .FORCE
	@mkdir -p $(@D)
	@echo '$(if $(SYSTEMD),-DHAVE_SYSTEMD)' >$@.new
	@cmp -s $@.new $@ && $(RM) $@.new || mv $@.new $@

$(BUILD)/detector/sources/journal.o: $(BUILD)/systemd.def
$(BUILD)/detector/sources/journal.o: ALL_CFLAGS += $(if $(SYSTEMD),-DHAVE_SYSTEMD)

$(objects) $(BUILD)/detector/main.o: ALL_CFLAGS += $(strict)
$(BUILD)/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(support_o) $(objects)
	$(call say,LD)$(CC) $(LDFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(lib_libs) \
		$(cmocka_libs)

# Manual pages, completion and the example configuration are written from the
# program's tables by a program that has them, and is not installed.
manual_o := $(patsubst %.c,$(BUILD)/%.o,$(wildcard packaging/manual/*.c))
$(BUILD)/describe: $(manual_o) $(objects)
	$(call say,LD)$(CC) $(LDFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(lib_libs)

# Pages bear the day of the version, so that two builds are the same.
$(BUILD)/manual/written: $(BUILD)/describe CHANGELOG.md detector/model.conf
	@$(RM) -r $(@D) && mkdir -p $(@D)
	$(call say,DOC)$(BUILD)/describe $(@D) \
		$(lastword $(shell grep -m1 '^## $(VERSION) ' CHANGELOG.md))
	@touch $@

manual: $(BUILD)/manual/written

# The generator of sample logs stands alone: it knows nothing of comporta.
$(BUILD)/generate: $(filter-out bench/measure.c,$(wildcard bench/*.c)) \
		bench/gen.h bench/prefixes.def
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=gnu11 -O2 -Wall -Wextra -o $@ $(filter %.c,$^)

# The labelled traffic simulator shares the generator's parts.
simulate_c := $(filter-out bench/measure.c bench/generate.c,$(wildcard bench/*.c \
	bench/sim/*.c))
$(BUILD)/simulate: $(simulate_c) bench/gen.h bench/prefixes.def \
		$(wildcard bench/sim/*.h bench/sim/*.def)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=gnu11 -O2 -g -Wall -Wextra $(if $(WERROR),-Werror) \
		$(if $(SAN),-fsanitize=$(SAN)) -o $@ $(filter %.c,$^) -lm

tests: $(tests)

# For tests/fuzz/run.sh, which links them with another runtime.
objects: $(objects)
print-objects:
	@echo $(objects)
print-libs:
	@echo $(lib_libs)
# As a shell would read them: for clang-tidy, which wants those of every file.
print-flags:
	$(info $(ALL_CFLAGS) -I$(BUILD) $(if $(SYSTEMD),-DHAVE_SYSTEMD)) @:

geoip:
	@sh tests/support/geoip.sh build/geoip

# The parts below install packages first, and only then is there a pkg-config
# to ask: so they call make again.
demo:
	@sh packaging/deps.sh demo
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/generate
	@$(MAKE) --no-print-directory geoip
	@BUILD=$(BUILD) sh packaging/demo.sh

check:
	@sh packaging/deps.sh check
	@$(MAKE) --no-print-directory -j$$(nproc) WERROR=1 all \
		$(BUILD)/generate $(BUILD)/simulate tests
	@$(MAKE) --no-print-directory geoip
	@BUILD=$(BUILD) sh tests/run.sh

check-all:
	@bash tests/check-all.sh

coverage:
	@sh packaging/deps.sh all
	@bash tests/checks/coverage.sh

crash:
	@sh packaging/deps.sh check
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory geoip
	@COMPORTA=$${COMPORTA:-$(BUILD)/comporta} bash tests/crash/matrix.sh \
		--kills $${KILLS:-520} --seed $${SEED:-1}

bench:
	@sh packaging/deps.sh all
	@$(MAKE) --no-print-directory all $(BUILD)/generate $(BUILD)/simulate
	@$(MAKE) --no-print-directory geoip
	@COMPORTA=$${COMPORTA:-$(BUILD)/comporta} \
		GENERATE=$${GENERATE:-$(BUILD)/generate} \
		SIMULATE=$${SIMULATE:-$(BUILD)/simulate} sh bench/run.sh

bench_python = COMPORTA=$${COMPORTA:-$(CURDIR)/$(BUILD)/comporta} \
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3

# They need root, as Postfix and MariaDB do.
bench-enforce: script := enforce
bench-watch: script := latency
bench-enforce bench-watch:
	@sh packaging/deps.sh check
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory geoip
	@$(bench_python) bench/$(script).py

# Needs root, as it starts a MariaDB.
soak:
	@sh packaging/deps.sh check
	@$(MAKE) --no-print-directory all $(BUILD)/generate
	@$(MAKE) --no-print-directory geoip
	@GENERATE=$${GENERATE:-$(CURDIR)/$(BUILD)/generate} \
		$(bench_python) bench/soak.py

$(BUILD)/http-%: bench/http/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o $@ $< \
		$(if $(filter %plain,$@),-lmicrohttpd)

# Needs root, as it starts a MariaDB.
bench-http:
	@sh packaging/deps.sh all
	@$(MAKE) --no-print-directory all $(BUILD)/http-plain $(BUILD)/http-pace
	@PLAIN=$(CURDIR)/$(BUILD)/http-plain \
		PACE=$(CURDIR)/$(BUILD)/http-pace \
		$(bench_python) bench/endpoint.py

eval:
	@sh packaging/deps.sh check
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/simulate
	@$(MAKE) --no-print-directory geoip
	@COMPORTA=$${COMPORTA:-$(BUILD)/comporta} \
		SIMULATE=$${SIMULATE:-$(BUILD)/simulate} sh bench/eval.sh

lint:
	@status=0; for script in tests/lint/*.sh; do sh $$script || status=1; \
		done; exit $$status

# Every fuzzer for SECONDS (20), from the cases as seeds.
fuzz:
	@bash tests/fuzz/run.sh $(FUZZ_SECONDS)

# The configuration and the state stay.
install_here = PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' DATADIR='$(DATADIR)' \
	SYSCONFDIR='$(SYSCONFDIR)' DOCDIR='$(DOCDIR)' UNITDIR='$(UNITDIR)' \
	BUILD='$(BUILD)' sh packaging/install.sh

install: all
	@$(install_here) install

uninstall:
	@$(install_here) uninstall

# A Debian package, in build/deb.
deb:
	@sh packaging/deps.sh deb
	@VERSION=$(VERSION) sh packaging/deb.sh

# The package on a clean Debian 12 (debootstrap). Needs root and a mirror.
check-deb:
	@sh packaging/deps.sh deb
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/generate
	@$(MAKE) --no-print-directory geoip
	@COMPORTA=$(BUILD)/comporta bash tests/package/test_deb.sh

print-version:
	@echo $(VERSION)

clean:
	$(RM) -r build

-include $(shell find $(BUILD) -type f -name '*.d' -not -path '*/deb/*' 2>/dev/null)
