#include "deploy/policy.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

#define HEX_DIGITS 40

/* The blob in "COMMIT:BLOB", or NULL when the text is not of that form. */
static const char *blob_in(const char *name)
{
	if (strlen(name) != 2 * HEX_DIGITS + 1 || name[HEX_DIGITS] != ':' ||
	    !text_is_hex(name + HEX_DIGITS + 1, HEX_DIGITS))
		return NULL;
	return name + HEX_DIGITS + 1;
}

static Environment *parse(DeployContext *context, const char *name, const char *blob,
			  GError **error)
{
	const char *environment = context->environment->name;
	g_autofree char *file = g_strdup_printf("%.12s:%s/%s.yaml", name,
						context->project->environments, environment);
	g_autoptr(GBytes) bytes = git_repo_blob(context->repo, blob, error);
	const char *text;
	size_t length;

	if (!bytes) {
		g_prefix_error(error, "the policy in force is not in this clone: ");
		error_hint(error, "fetch commit %.12s, or the state that has it: git migrate sync",
			   name);
		return NULL;
	}
	text = g_bytes_get_data(bytes, &length);
	return config_parse_environment(text ? text : "", length, file, environment, false, error);
}

static Environment *read_policy(DeployContext *context, const char *name, GError **error)
{
	const char *blob = name ? blob_in(name) : NULL;
	Environment *built_in = name ? NULL : config_built_in(context->environment->name);

	if (built_in)
		return built_in;
	if (blob)
		return parse(context, name, blob, error);
	error_set(error, ERR_LEDGER, "a record of environment '%s' names no policy that exists: %s",
		  context->environment->name, name ? name : "none");
	return NULL;
}

const Environment *deploy_policy_find(DeployContext *context, const char *name, GError **error)
{
	const char *blob = name && blob_in(name) ? blob_in(name) : "";
	Environment *policy = g_hash_table_lookup(context->policies, blob);

	if (policy)
		return policy;
	policy = read_policy(context, name, error);
	if (policy)
		g_hash_table_insert(context->policies, g_strdup(blob), policy);
	return policy;
}

char *deploy_policy_of_target(const DeployContext *context)
{
	if (!context->environment->file_blob)
		return NULL;
	return g_strdup_printf("%s:%s", context->target->oid, context->environment->file_blob);
}

static bool same_as_target(const DeployContext *context)
{
	g_autofree char *own = deploy_policy_of_target(context);

	return g_strcmp0(own, context->policy_name) == 0 ||
	       environment_same_policy(context->policy, context->environment);
}

bool deploy_policy_read(DeployContext *context, GError **error)
{
	g_free(context->policy_name);
	context->policy_name =
		context->last ? g_strdup(context->last->policy) : deploy_policy_of_target(context);
	context->policy = context->last ? deploy_policy_find(context, context->policy_name, error)
					: context->environment;
	if (!context->policy)
		return false;
	/* What was signed once stays signed. */
	context->is_signed = context->policy->sign || context->environment->sign ||
			     (context->last && context->last->is_signed);
	context->brings_policy = context->last && !same_as_target(context);
	return true;
}

static const Environment *find_for_audit(const char *policy, void *data, GError **error)
{
	return deploy_policy_find(data, policy, error);
}

LedgerPolicies deploy_policies(DeployContext *context)
{
	return (LedgerPolicies){find_for_audit, context, context->is_signed};
}
