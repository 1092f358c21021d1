# Racker: non-recursive GNU make.
#
#   MODE=release (default), debug or sanitize chooses build/MODE/{obj,bin}.
#   Every folder's *.c files are found by wildcard: a new file needs no line here.

MODE ?= release
PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/racker
DATADIR ?= $(PREFIX)/share/racker
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSCTLDIR ?= $(PREFIX)/lib/sysctl.d
CC ?= gcc
AR ?= ar
PKG_CONFIG ?= pkg-config
WERROR ?=
STRICT ?=

VERSION := 0.1.0
COMMIT := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

B := build/$(MODE)
OBJ := $(B)/obj
BIN := $(B)/bin

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wwrite-strings -Wundef -Wvla -Wimplicit-fallthrough -Wno-missing-field-initializers
ifneq ($(WERROR),)
WARN += -Werror
endif

OPT_release := -O2 -g -D_FORTIFY_SOURCE=2
OPT_debug := -O0 -g3
OPT_sanitize := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LD_sanitize := -fsanitize=address,undefined

# Found out once, when something is built: `make deps` must work before pkg-config is there.
pkg = $(shell $(PKG_CONFIG) $(1) 2>/dev/null)

CPPFLAGS += -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. -DRACKER_VERSION='"$(VERSION)"'
CFLAGS += -std=gnu11 $(WARN) $(OPT_$(MODE)) -fstack-protector-strong -fPIE
LDFLAGS += $(LD_$(MODE)) -Wl,--as-needed -Wl,-z,relro,-z,now -pie

LIBS_BASE = $(call pkg,--libs libsystemd jansson yaml-0.1)
LIBS_image = $(call pkg,--libs libcurl libarchive libzstd libcrypto libisal) -lpthread
LIBS_monitor = $(call pkg,--libs libseccomp)

# ---- sources ------------------------------------------------------------------------------------

SRC_common := $(wildcard libcommon/*.c libcommon/cli/*.c)
SRC_image := $(wildcard libimage/*.c)
SRC_runner := $(wildcard librunner/*.c librunner/options/*.c)
SRC_compose := $(wildcard compose/*.c)
SRC_init := $(wildcard librunner/init/*.c)
SRC_compose := $(wildcard compose/*.c)

LIBS_ALL := $(foreach l,common image runner compose,$(B)/lib$(l).a)
o = $(patsubst %.c,$(OBJ)/%.o,$(1))

SRC_racker := $(wildcard racker/*.c compose/cli/*.c)
SRC_postroj := $(wildcard postroj/*.c)
SRC_pronto := $(wildcard pronto/*.c)
SRC_racker-image := $(wildcard libimage/helper/*.c)
SRC_racker-monitor := $(wildcard librunner/monitor/*.c)

SRC_racker-init := $(SRC_init)

with_sources = $(foreach p,$(1),$(if $(SRC_$(p)),$(p)))
FRONT_ENDS := $(call with_sources,racker postroj pronto)
HELPERS := $(call with_sources,racker-image racker-monitor racker-init)
PROGRAMS := $(FRONT_ENDS) $(HELPERS)

all: $(addprefix $(BIN)/,$(PROGRAMS) racker-compose) $(addprefix $(BIN)/,$(notdir $(wildcard libimage/images.yaml)))

$(B)/libcommon.a: $(call o,$(SRC_common))
$(B)/libimage.a: $(call o,$(SRC_image))
$(B)/librunner.a: $(call o,$(SRC_runner))
$(B)/libcompose.a: $(call o,$(SRC_compose))
$(B)/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

ARCHIVES := $(B)/libcompose.a $(B)/librunner.a $(B)/libimage.a $(B)/libcommon.a

define program
$(BIN)/$(1): $$(call o,$$(SRC_$(1))) $$(ARCHIVES)
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $(2)
endef
$(eval $(call program,racker,$$(LIBS_BASE)))
$(eval $(call program,postroj,$$(LIBS_BASE)))
$(eval $(call program,pronto,$$(LIBS_BASE)))
$(eval $(call program,racker-image,$$(LIBS_BASE) $$(LIBS_image)))
$(eval $(call program,racker-monitor,$$(LIBS_BASE) $$(LIBS_monitor)))

# racker-init runs inside any image: static, free of every library but libc, never sanitised.
$(BIN)/racker-init: $(SRC_init) $(wildcard librunner/init/*.h)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 $(WARN) -Os -g -static -o $@ $(SRC_init)

# The same program by the name of Compose.
$(BIN)/racker-compose: $(BIN)/racker
	ln -sf racker $@

$(BIN)/images.yaml: libimage/images.yaml
	@mkdir -p $(@D)
	cp $< $@

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(EXTRA_CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The commit and the folders are known to one file each: a commit rebuilds one object, and so does
# `make install` with another PREFIX than was built for.
$(OBJ)/libcommon/version.o: EXTRA_CPPFLAGS = -DRACKER_COMMIT='"$(COMMIT)"'
$(OBJ)/libcommon/version.o: $(B)/commit
$(OBJ)/libcommon/fs.o: EXTRA_CPPFLAGS = -DRACKER_LIBEXECDIR='"$(LIBEXECDIR)"' -DRACKER_DATADIR='"$(DATADIR)"'
$(OBJ)/libcommon/fs.o: $(B)/folders
stamp = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
$(B)/commit: FORCE
	$(call stamp,$(COMMIT))
$(B)/folders: FORCE
	$(call stamp,$(LIBEXECDIR) $(DATADIR))

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

include tests/tests.mk

# ---- installing ---------------------------------------------------------------------------------

install: all
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBEXECDIR) $(DATADIR) $(UNITDIR) $(SYSCTLDIR))
	install -m 755 $(addprefix $(BIN)/,$(FRONT_ENDS)) $(DESTDIR)$(BINDIR)
	ln -sf racker $(DESTDIR)$(BINDIR)/racker-compose
	install -m 755 $(addprefix $(BIN)/,$(HELPERS)) $(DESTDIR)$(LIBEXECDIR)
	install -m 644 libimage/images.yaml $(DESTDIR)$(DATADIR)
	sed 's|@BINDIR@|$(BINDIR)|' packaging/systemd/racker-restart.service.in >$(DESTDIR)$(UNITDIR)/racker-restart.service
	chmod 644 $(DESTDIR)$(UNITDIR)/racker-restart.service
	install -m 644 packaging/sysctl.d/50-racker.conf $(DESTDIR)$(SYSCTLDIR)

uninstall:
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,$(FRONT_ENDS) racker-compose)
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	rm -f $(DESTDIR)$(UNITDIR)/racker-restart.service $(DESTDIR)$(SYSCTLDIR)/50-racker.conf

deps:
	@packaging/deps build

demo:
	@packaging/deps build run
	@$(MAKE) --no-print-directory all
	$(BIN)/racker run --rm debian-bookworm hostnamectl

clean:
	rm -rf build

FORCE:
.PHONY: all install uninstall deps demo clean check lint format bench bench-deps FORCE
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
