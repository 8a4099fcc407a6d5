// SPDX-License-Identifier: GPL-2.0
/*
 * Tables on stdout, whose columns are as wide as what is in them.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsmctl.h"

#define COLUMNS_MAX	12

struct table {
	size_t columns;
	size_t cells;
	char **text;
	size_t width[COLUMNS_MAX];
};

/* A program that only prints has no better end than this one */
static void *must(void *memory)
{
	if (!memory)
		errx(TSM_FAILED, "out of memory");
	return memory;
}

void table_add(struct table *table, const char *const *cells)
{
	table->text = must(realloc(table->text, (table->cells + table->columns) * sizeof(char *)));
	for (size_t i = 0; i < table->columns; i++) {
		const char *text = or_dash(cells[i]);
		size_t len = strlen(text);

		if (len > table->width[i])
			table->width[i] = len;
		table->text[table->cells++] = must(strdup(text));
	}
}

struct table *table_new(const char *const *heads)
{
	struct table *table = must(calloc(1, sizeof(*table)));

	while (table->columns < COLUMNS_MAX && heads[table->columns])
		table->columns++;
	table_add(table, heads);
	return table;
}

void table_end(struct table *table)
{
	for (size_t i = 0; i < table->cells; i++) {
		size_t column = i % table->columns;

		if (column + 1 == table->columns)
			printf("%s\n", table->text[i]);
		else
			printf("%-*s  ", (int)table->width[column], table->text[i]);
		free(table->text[i]);
	}
	free(table->text);
	free(table);
}
