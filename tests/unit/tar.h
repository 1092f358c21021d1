/*
 * tar: builds tar archives in memory for tests, byte by byte, so that they can be as wrong as
 * wanted.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "libcommon/str.h"

typedef struct TarEntry {
	const char *name;
	char type; /* '0' file, '5' directory, '2' link, '1' hard link, '3' character device… */
	unsigned mode, uid, gid;
	const char *data, *link;
	unsigned major, minor;
	long mtime;
} TarEntry;

static inline void tar_block(Strbuf *b, const TarEntry *e, size_t size)
{
	char h[512] = { 0 };
	unsigned sum = 0;

	(void)snprintf(h, 100, "%s", e->name);
	(void)snprintf(h + 100, 8, "%07o", e->mode);
	(void)snprintf(h + 108, 8, "%07o", e->uid);
	(void)snprintf(h + 116, 8, "%07o", e->gid);
	(void)snprintf(h + 124, 12, "%011zo", size);
	(void)snprintf(h + 136, 12, "%011lo", e->mtime);
	memset(h + 148, ' ', 8);
	h[156] = e->type;
	(void)snprintf(h + 157, 100, "%s", e->link ? e->link : "");
	memcpy(h + 257, "ustar\00000", 8);
	(void)snprintf(h + 329, 8, "%07o", e->major);
	(void)snprintf(h + 337, 8, "%07o", e->minor);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	strbuf_add(b, h, sizeof(h));
}

static inline void tar_data(Strbuf *b, const void *data, size_t n)
{
	static const char zeros[512];

	strbuf_add(b, data, n);
	strbuf_add(b, zeros, (512 - n % 512) % 512);
}

static inline void tar_add(Strbuf *b, TarEntry e)
{
	size_t n = e.data ? strlen(e.data) : 0;

	e.mode = e.mode ? e.mode : (e.type == '5' ? 0755 : 0644);
	tar_block(b, &e, n);
	if (n)
		tar_data(b, e.data, n);
}

/* A pax record for the entry that follows. */
static inline void tar_pax(Strbuf *b, const char *key, const void *value, size_t n)
{
	TarEntry e = { .name = "pax", .type = 'x', .mode = 0644 };
	char head[512];
	size_t rest = strlen(key) + n + 3, length = rest;

	/* The record's length counts its own digits. */
	while ((size_t)snprintf(head, sizeof(head), "%zu", length) + rest != length)
		length = (size_t)snprintf(head, sizeof(head), "%zu", length) + rest;
	(void)snprintf(head, sizeof(head), "%zu %s=", length, key);
	cleanup_strbuf Strbuf record = STRBUF_INIT;

	strbuf_adds(&record, head);
	strbuf_add(&record, value, n);
	strbuf_addc(&record, '\n');
	tar_block(b, &e, record.len);
	tar_data(b, record.data, record.len);
}

static inline void tar_end(Strbuf *b)
{
	static const char zeros[1024];

	strbuf_add(b, zeros, sizeof(zeros));
}

#define TAR_FILE(n, d, ...)                                          \
	(TarEntry)                                                   \
	{                                                            \
		.name = (n), .type = '0', .data = (d), ##__VA_ARGS__ \
	}
#define TAR_DIR(n, ...)                                 \
	(TarEntry)                                      \
	{                                               \
		.name = (n), .type = '5', ##__VA_ARGS__ \
	}
#define TAR_LINK(n, to, ...)                                          \
	(TarEntry)                                                    \
	{                                                             \
		.name = (n), .type = '2', .link = (to), ##__VA_ARGS__ \
	}
#define TAR_HARD(n, to, ...)                                          \
	(TarEntry)                                                    \
	{                                                             \
		.name = (n), .type = '1', .link = (to), ##__VA_ARGS__ \
	}
