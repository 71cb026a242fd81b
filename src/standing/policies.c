#include "standing/policies.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

#define HEX_DIGITS 40

struct PolicyStore {
	GitRepo *repo; /* borrowed */
	char *environment;
	char *folder;
	GHashTable *by_blob; /* blob to Policy*; "" is the built-in one */
};

PolicyStore *policy_store_new(GitRepo *repo, const char *environment, const char *folder)
{
	PolicyStore *store = g_new0(PolicyStore, 1);

	store->repo = repo;
	store->environment = g_strdup(environment);
	store->folder = g_strdup(folder);
	store->by_blob =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)policy_free);
	return store;
}

void policy_store_free(PolicyStore *store)
{
	if (!store)
		return;
	g_hash_table_unref(store->by_blob);
	g_free(store->environment);
	g_free(store->folder);
	g_free(store);
}

/* The blob in "COMMIT:BLOB", or NULL when the text is not of that form. */
static const char *blob_in(const char *name)
{
	if (strlen(name) != 2 * HEX_DIGITS + 1 || name[HEX_DIGITS] != ':' ||
	    !text_is_hex(name + HEX_DIGITS + 1, HEX_DIGITS))
		return NULL;
	return name + HEX_DIGITS + 1;
}

static Policy *parse(const PolicyStore *store, const char *name, const char *blob, GError **error)
{
	g_autofree char *file =
		g_strdup_printf("%.12s:%s/%s.yaml", name, store->folder, store->environment);
	g_autoptr(GBytes) bytes = git_repo_blob(store->repo, blob, error);
	const char *text;
	size_t length;

	if (!bytes) {
		g_prefix_error(error, "the policy in force is not in this clone: ");
		error_hint(error, "fetch commit %.12s, or the state that has it: git migrate sync",
			   name);
		return NULL;
	}
	text = g_bytes_get_data(bytes, &length);
	return config_parse_policy(text ? text : "", length, file, store->environment, error);
}

static Policy *read_policy(const PolicyStore *store, const char *name, GError **error)
{
	const char *blob = name ? blob_in(name) : NULL;
	Policy *built_in = name ? NULL : config_built_in_policy(store->environment);

	if (built_in)
		return built_in;
	if (blob)
		return parse(store, name, blob, error);
	error_set(error, ERR_LEDGER, "a record of environment '%s' names no policy that exists: %s",
		  store->environment, name ? name : "none");
	return NULL;
}

const Policy *policy_store_find(PolicyStore *store, const char *name, GError **error)
{
	const char *blob = name ? blob_in(name) : "";
	Policy *policy = blob ? g_hash_table_lookup(store->by_blob, blob) : NULL;

	if (policy)
		return policy;
	policy = read_policy(store, name, error);
	if (policy)
		g_hash_table_insert(store->by_blob, g_strdup(blob), policy);
	return policy;
}

static const Policy *find_for_audit(const char *policy, void *data, GError **error)
{
	return policy_store_find(data, policy, error);
}

LedgerPolicies policy_store_for_audit(PolicyStore *store, bool is_signed)
{
	return (LedgerPolicies){find_for_audit, store, is_signed};
}
