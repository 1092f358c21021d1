/* template-tree: what a template is made of. */
#include "libcommon/cli/template-internal.h"

void operand_clear(Operand *o)
{
	free(o->name);
	json_decref(o->constant);
	pipe_free(o->pipe);
	strv_free(o->fields);
}

void pipe_free(Pipe *pipe)
{
	if (!pipe)
		return;
	for (size_t i = 0; i < pipe->n; i++) {
		for (size_t j = 0; j < pipe->commands[i].n; j++)
			operand_clear(&pipe->commands[i].operands[j]);
		free(pipe->commands[i].operands);
	}
	free(pipe->commands);
	free(pipe->variables[0]);
	free(pipe->variables[1]);
	free(pipe);
}

void node_list_free(Node *node)
{
	while (node) {
		Node *next = node->next;

		free(node->text);
		pipe_free(node->pipe);
		node_list_free(node->body);
		node_list_free(node->otherwise);
		free(node);
		node = next;
	}
}

Template *template_free(Template *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < t->n_definitions; i++) {
		free(t->definitions[i].name);
		node_list_free(t->definitions[i].nodes);
	}
	free(t->definitions);
	strv_free(t->keys);
	free(t->name);
	free(t->text);
	free(t);
	return NULL;
}

const Definition *template_definition(const Template *t, const char *name)
{
	for (size_t i = 0; i < t->n_definitions; i++)
		if (streq(t->definitions[i].name, name))
			return &t->definitions[i];
	return NULL;
}

bool template_names(const Template *t, const char *key)
{
	return strv_contains(t->keys, key);
}

bool template_uses(const Template *t, const char *key)
{
	return t->whole || strv_contains(t->keys, key);
}
