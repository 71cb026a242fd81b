#include "config/keys.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "model/ignore.h"
#include "model/policy.h"

/* A key, and where it belongs. */
typedef struct {
	const Key *key;
	const KeyTable *table;
} Slot;

static void *at(const Slot *slot)
{
	return (char *)slot->table->target + slot->key->offset;
}

static bool refuse(const KeyReader *reader, const YamlNode *node, GError **error)
{
	return error_place(error, reader->file, node->line, node->column);
}

static bool wrong(const KeyReader *reader, const YamlNode *node, const char *path,
		  const char *expected, GError **error)
{
	error_set(error, ERR_CONFIG, "'%s' must be %s", path, expected);
	return refuse(reader, node, error);
}

/* ---- unknown keys ---- */

/* The part of a known path that is as deep as another one: "source" of "source.branch". */
static char *cut_as_deep(const char *known, const char *path)
{
	const char *end = known;

	for (const char *dot = strchr(path, '.'); dot && *end; dot = strchr(dot + 1, '.'))
		end += strcspn(end, ".") + (strchr(end, '.') != NULL);
	return g_strndup(known, (gsize)(end - known) + strcspn(end, "."));
}

/* The key or group whose path is nearest, when it is near enough to be meant; or NULL. */
static char *nearest_path(const KeyReader *reader, const char *path)
{
	const guint near_enough = 3;
	g_autofree char *nearest = NULL;
	guint best = near_enough + 1;

	for (guint i = 0; i < reader->count; i++)
		for (guint j = 0; j < reader->tables[i].count; j++) {
			g_autofree char *known = cut_as_deep(reader->tables[i].keys[j].path, path);
			const guint distance = text_edit_distance(path, known);

			if (distance < best) {
				best = distance;
				g_free(nearest);
				nearest = g_steal_pointer(&known);
			}
		}
	return g_steal_pointer(&nearest);
}

static bool unknown(const KeyReader *reader, const YamlNode *node, const char *path, GError **error)
{
	g_autofree char *nearest = nearest_path(reader, path);

	error_set(error, ERR_CONFIG, "unknown key '%s'", path);
	refuse(reader, node, error);
	return nearest ? error_hint(error, "did you mean '%s'?", nearest)
		       : error_hint(error, "git-migrate-config(5) lists all keys");
}

static bool find_key(const KeyReader *reader, const char *path, Slot *slot)
{
	for (guint i = 0; i < reader->count; i++)
		for (guint j = 0; j < reader->tables[i].count; j++)
			if (strcmp(reader->tables[i].keys[j].path, path) == 0) {
				*slot = (Slot){&reader->tables[i].keys[j], &reader->tables[i]};
				return true;
			}
	return false;
}

static bool is_group(const KeyReader *reader, const char *path)
{
	g_autofree char *prefix = g_strconcat(path, ".", NULL);

	for (guint i = 0; i < reader->count; i++)
		for (guint j = 0; j < reader->tables[i].count; j++)
			if (g_str_has_prefix(reader->tables[i].keys[j].path, prefix))
				return true;
	return false;
}

/* ---- values ---- */

/* The text with variables replaced, where the table wants it; NULL with an error. */
static char *text_of(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		     GError **error)
{
	char *text;

	if (!slot->table->expand)
		return g_strdup(node->text);
	text = config_expand(node->text, error);
	if (!text)
		refuse(reader, node, error);
	return text;
}

static bool take_bool(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		      const char *text, GError **error)
{
	bool *value = at(slot);

	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return wrong(reader, node, slot->key->path, "true or false", error);
	*value = strcmp(text, "true") == 0;
	return true;
}

static bool take_enum(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		      const char *text, GError **error)
{
	int *value = at(slot);
	g_autofree char *expected =
		g_strdup_printf("'%s' or '%s'", slot->key->words[0], slot->key->words[1]);

	if (strcmp(text, slot->key->words[0]) != 0 && strcmp(text, slot->key->words[1]) != 0)
		return wrong(reader, node, slot->key->path, expected, error);
	*value = strcmp(text, slot->key->words[1]) == 0;
	return true;
}

static bool take_count(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		       const char *text, GError **error)
{
	const size_t most_digits = 9;
	gint64 *value = at(slot);

	if (!*text || strlen(text) > most_digits || text[strspn(text, "0123456789")])
		return wrong(reader, node, slot->key->path, "a whole number from 0", error);
	*value = g_ascii_strtoll(text, NULL, 10);
	return true;
}

static bool take_duration(const KeyReader *reader, const Slot *slot, const YamlNode *node,
			  const char *text, GError **error)
{
	gint64 *value = at(slot);
	const gint64 ms = text_parse_duration(text, slot->key->unit_ms);

	if (ms < 0)
		return wrong(reader, node, slot->key->path,
			     "a duration such as 250ms, 30s, 10min, 24h or 7d", error);
	*value = ms;
	return true;
}

static bool is_safe_path(const char *text)
{
	g_auto(GStrv) part = NULL;

	if (*text == '/' || strchr(text, '\\') || strchr(text, '\n'))
		return false;
	part = g_strsplit(text, "/", -1);
	for (char **each = part; *each; each++)
		if (strcmp(*each, "..") == 0 || strcmp(*each, ".") == 0 || (!**each && each[1]))
			return false;
	return true;
}

static bool take_path(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		      const char *text, GError **error)
{
	char **value = at(slot);
	char *copy;

	if (!is_safe_path(text))
		return wrong(reader, node, slot->key->path,
			     "a path inside the repository, without '..'", error);
	copy = g_strdup(text);
	if (g_str_has_suffix(copy, "/"))
		copy[strlen(copy) - 1] = '\0';
	g_free(*value);
	*value = copy;
	return true;
}

const char *config_connection_fault(const char *keyword, const char *value)
{
	static const char *const modes[] = {"disable",   "allow",       "prefer", "require",
					    "verify-ca", "verify-full", NULL};
	const guint64 port = g_ascii_strtoull(value, NULL, 10);
	const bool digits = !value[strspn(value, "0123456789")];
	const guint64 highest_port = 65535;
	const size_t most_digits = 6;

	if (strcmp(keyword, "port") == 0 && (!digits || port < 1 || port > highest_port))
		return "a port from 1 to 65535";
	if (strcmp(keyword, "connect_timeout") == 0 && (!digits || strlen(value) > most_digits))
		return "a number of seconds";
	if (strcmp(keyword, "sslmode") == 0 && !g_strv_contains(modes, value))
		return "disable, allow, prefer, require, verify-ca or verify-full";
	return NULL;
}

/* A value that waits for its variables cannot be judged yet. */
static bool take_connection(const KeyReader *reader, const Slot *slot, const YamlNode *node,
			    const char *text, GError **error)
{
	const char *keyword = slot->key->words[0];
	const char *fault = strstr(text, "${") ? NULL : config_connection_fault(keyword, text);

	if (fault)
		return wrong(reader, node, slot->key->path, fault, error);
	policy_add_connection(slot->table->target, keyword, text, node->line, node->column);
	return true;
}

static bool take_text(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		      const char *text, GError **error)
{
	char **value = at(slot);

	(void)reader, (void)node, (void)error;
	g_free(*value);
	*value = g_strdup(text);
	return true;
}

/* How the text of a single value is taken. */
static bool (*const takers[])(const KeyReader *reader, const Slot *slot, const YamlNode *node,
			      const char *text, GError **error) = {
	[KEY_TEXT] = take_text,
	[KEY_PATH] = take_path,
	[KEY_BOOL] = take_bool,
	[KEY_FLAG_IN_ENUM] = take_enum,
	[KEY_COUNT] = take_count,
	[KEY_DURATION] = take_duration,
	[KEY_CONNECTION] = take_connection,
};

static bool take_scalar(const KeyReader *reader, const Slot *slot, const YamlNode *node,
			GError **error)
{
	g_autofree char *text = text_of(reader, slot, node, error);

	if (!text)
		return false;
	if (!*text)
		return wrong(reader, node, slot->key->path, "not empty", error);
	return takers[slot->key->type](reader, slot, node, text, error);
}

static bool take_list(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		      GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	char ***value = at(slot);

	for (guint i = 0; i < node->items->len; i++) {
		const YamlNode *item = g_ptr_array_index(node->items, i);
		char *text;

		if (item->kind != YAML_SCALAR || !*item->text)
			return wrong(reader, item, slot->key->path, "a list of plain texts", error);
		text = text_of(reader, slot, item, error);
		if (!text)
			return false;
		g_ptr_array_add(list, text);
	}
	g_ptr_array_add(list, NULL);
	g_strfreev(*value);
	*value = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
	return true;
}

/* One rule: texts by the name of their key, all but `kind` needed. */
static bool take_rule(const KeyReader *reader, const Slot *slot, const YamlNode *item,
		      GError **error)
{
	static const char *const names[] = {"kind", "name", "reason"};
	const char *texts[G_N_ELEMENTS(names)] = {"*"};

	if (item->kind != YAML_MAPPING)
		return wrong(reader, item, slot->key->path, "a list of groups: kind, name, reason",
			     error);
	for (guint i = 0; i < item->keys->len; i++) {
		const YamlNode *name = g_ptr_array_index(item->keys, i);
		const YamlNode *value = g_ptr_array_index(item->items, i);
		g_autofree char *path = g_strdup_printf("%s.%s", slot->key->path, name->text);
		guint which = 0;

		while (which < G_N_ELEMENTS(names) && strcmp(name->text, names[which]) != 0)
			which++;
		if (which == G_N_ELEMENTS(names))
			return unknown(reader, name, path, error);
		if (value->kind != YAML_SCALAR || !*value->text)
			return wrong(reader, value, path, "a text that is not empty", error);
		texts[which] = value->text;
	}
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (!texts[i]) {
			error_set(error, ERR_CONFIG, "'%s' has no '%s'", slot->key->path, names[i]);
			return refuse(reader, item, error);
		}
	ignore_rules_add(*(GPtrArray **)at(slot), texts[0], texts[1], texts[2]);
	return true;
}

static bool take_rules(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		       GError **error)
{
	for (guint i = 0; i < node->items->len; i++)
		if (!take_rule(reader, slot, g_ptr_array_index(node->items, i), error))
			return false;
	return true;
}

static bool take_value(const KeyReader *reader, const Slot *slot, const YamlNode *node,
		       GError **error)
{
	if (slot->key->type == KEY_LIST || slot->key->type == KEY_IGNORE) {
		if (node->kind != YAML_SEQUENCE)
			return wrong(reader, node, slot->key->path, "a list", error);
		return slot->key->type == KEY_LIST ? take_list(reader, slot, node, error)
						   : take_rules(reader, slot, node, error);
	}
	if (node->kind != YAML_SCALAR)
		return wrong(reader, node, slot->key->path, "a single value", error);
	return take_scalar(reader, slot, node, error);
}

/* ---- levels ---- */

static bool read_level(const KeyReader *reader, const YamlNode *mapping, const char *prefix,
		       GError **error)
{
	for (guint i = 0; i < mapping->keys->len; i++) {
		const YamlNode *name = g_ptr_array_index(mapping->keys, i);
		const YamlNode *value = g_ptr_array_index(mapping->items, i);
		g_autofree char *path = g_strconcat(prefix, name->text, NULL);
		g_autofree char *deeper = g_strconcat(path, ".", NULL);
		Slot slot;
		bool ok;

		if (find_key(reader, path, &slot))
			ok = take_value(reader, &slot, value, error);
		else if (!is_group(reader, path))
			ok = unknown(reader, name, path, error);
		else if (value->kind != YAML_MAPPING)
			ok = wrong(reader, value, path, "a group of keys", error);
		else
			ok = read_level(reader, value, deeper, error);
		if (!ok)
			return false;
	}
	return true;
}

bool config_read_keys(const KeyReader *reader, const YamlNode *root, GError **error)
{
	if (root->kind != YAML_MAPPING) {
		error_set(error, ERR_CONFIG, "the file must hold keys and values");
		return refuse(reader, root, error);
	}
	return read_level(reader, root, "", error);
}
