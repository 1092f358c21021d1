# Tests, lint, format, benchmarks.
#
#   make check          everything; needs root for tests/run; STRICT=1 makes each skip a failure
#   make check-unit     unit tests
#   make check-fuzz     inputs that once failed, and seeds, through every fuzz target
#   make check-cli      command lines (no root, no network)
#   make check-run      real containers
#   make check-compose  racker compose with real containers
#   make check-oracle   the same command lines by a real Docker Engine (DOCKER_HOST); not part of check
#   make check-hosts    the same inside test hosts, whose PID 1 is systemd
#   make check-vm       a virtual host with a kernel of its own, in an emulator
#   make lint           layers, banned functions, formatting, shell scripts

TESTS_unit := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*.c))
TESTS_fuzz := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz-*.c))

# Unit tests link everything we have, so that one rule does.
$(B)/tests/unit/%: tests/unit/%.c tests/tap.h $(ARCHIVES) $(SRC_init)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(ARCHIVES) $(LIBS_BASE) $(LIBS_image) $(LIBS_monitor)

# Data files are looked for beside the program.
$(B)/tests/unit/images.yaml: libimage/images.yaml
	@mkdir -p $(@D)
	cp $< $@

# A fuzz target exports LLVMFuzzerTestOneInput; replay-main.c feeds it files of a corpus folder.
$(B)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/replay-main.c $(ARCHIVES) $(SRC_init)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< tests/fuzz/replay-main.c $(ARCHIVES) $(LIBS_BASE) $(LIBS_image) $(LIBS_monitor)

# The tests build what they need themselves, in release and sanitize mode.
check:
	@packaging/deps build run test
	@tests/check all

check-build: $(TESTS_unit) $(B)/tests/unit/images.yaml $(TESTS_fuzz)

check-unit check-cli check-run check-compose check-hosts check-fuzz:
	@tests/check $(@:check-%=%)

lint:
	@tests/check lint

# Ten minutes and more on a busy machine.
check-vm:
	@packaging/deps build run test
	@VERBOSE=1 tests/check vm

FORMAT_FILES = $(shell git ls-files '*.c' '*.h')
format:
	clang-format-14 -i $(FORMAT_FILES)

bench-deps:
	@packaging/deps build bench

bench: all
	@tests/bench/run

.PHONY: check-vm check-oracle check-build check-unit check-cli check-run check-compose check-hosts check-fuzz
.SECONDARY:

# Against a real Docker Engine that nobody else uses, named by DOCKER_HOST.
check-oracle: all
	@tests/oracle/run
	@tests/compose/config/oracle
	@tests/compose/load/oracle
