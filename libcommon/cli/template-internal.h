/* template-internal: the tree between parser and evaluation; private to the template files. */
#pragma once

#include <stddef.h>

#include "libcommon/cli/template.h"

/* Parentheses and blocks may be nested this deep. */
#define TEMPLATE_MAX_DEPTH 100

typedef struct TemplateFunction TemplateFunction;
typedef struct Pipe Pipe;

typedef enum {
	OPERAND_DOT,
	OPERAND_VARIABLE, /* $name; `$` is the value that the template is executed on */
	OPERAND_CONSTANT,
	OPERAND_NIL,
	OPERAND_FUNCTION,
	OPERAND_PIPE, /* in parentheses */
} OperandKind;

/* `at` and `length` give the place in the template's text, for messages. */
typedef struct Operand {
	OperandKind kind;
	size_t at, length;
	size_t position; /* where Go says that the operand is: its second field, if there is one */
	char *name; /* of a variable, with its $ */
	json_t *constant;
	const TemplateFunction *function;
	Pipe *pipe;
	char **fields; /* .A.B behind it */
} Operand;

typedef struct TemplateCommand {
	Operand *operands;
	size_t n, cap;
	size_t at, length;
} TemplateCommand;

struct Pipe {
	char *variables[2]; /* $i, $v := */
	size_t n_variables;
	bool assign; /* = rather than := */
	TemplateCommand *commands;
	size_t n, cap;
	size_t at, length;
};

typedef enum {
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_WITH,
	NODE_RANGE,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_TEMPLATE,
} NodeKind;

typedef struct Node Node;
struct Node {
	NodeKind kind;
	Node *next;
	char *text; /* of NODE_TEMPLATE: the name */
	size_t at; /* of the name */
	Pipe *pipe;
	Node *body, *otherwise;
};

/* {{define "name"}} and {{block "name"}}. */
typedef struct Definition {
	char *name;
	Node *nodes;
} Definition;

struct Template {
	char *name; /* for messages, and of the definition that is executed */
	char *text;
	Definition *definitions; /* also the whole text itself */
	size_t n_definitions, cap_definitions;
	bool whole; /* `.` or `$` is used by itself */
	char **keys; /* first fields of all operands */
};

/* Takes `n` arguments, min to max of them (max -1: any number); NULL with *err. */
struct TemplateFunction {
	const char *name;
	int min, max;
	bool changes_text; /* passes its first (split, join, …: only) text through for headers */
	json_t *(*call)(json_t *const *args, size_t n, Error **err);
};

const TemplateFunction *template_function(const char *name, size_t n);

/* Frees what the parser made. */
void operand_clear(Operand *o);
void pipe_free(Pipe *pipe);
void node_list_free(Node *nodes);

/* NULL when nothing of that name was defined. */
const Definition *template_definition(const Template *t, const char *name);

/* ---- values ---- */

/* Go's idea of a value that `if` takes for false. */
bool value_truth(const json_t *v);
/* Whether Docker's JSON leaves a field out where it is empty. */
bool value_is_optional(const char *field);
/* What %v prints for a nil in a field of Docker's API: "[]", "map[]" or "<nil>". */
const char *value_nil_text(const char *field);
/* Prints an object that is a struct of Docker's API as Go does: values alone, in their order. False
 * when it is none. */
bool value_print_struct(Strbuf *out, const json_t *object);
/* fmt.Sprintf. */
char *value_printf(const char *format, json_t *const *args, size_t n);
/* "string", "int", "float64", "bool", "map[string]interface {}", … */
const char *value_type(const json_t *v);
