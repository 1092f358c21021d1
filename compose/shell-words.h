/*
 * shell-words: `command: a "b c"` into words, by the rules of mattn/go-shellwords, which Compose
 * uses: quotes and backslashes, no variables; a text ends at an unquoted `;`, `&`, `|`, `<` or `>`;
 * what stands in backticks or $() is one word as it is.
 */
#pragma once

/* NULL for quotes that do not end; the caller frees the vector, which is never NULL otherwise. */
char **shell_words(const char *text);
