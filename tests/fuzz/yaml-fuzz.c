/* Settings are untrusted text: no crash, whatever they hold. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(Environment) environment =
		config_parse_environment((const char *)data, size, "fuzz.yaml", "fuzz", true, NULL);
	g_autoptr(Project) project =
		config_parse_project((const char *)data, size, "fuzz.yaml", NULL);

	(void)environment;
	(void)project;
	return 0;
}
