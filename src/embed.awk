# Turns text files into C string constants, so that SQL and templates are kept in files of their own.
# A file NAME.EXT in folder .../PART/sql/ becomes sql_PART_NAME, one in templates/ becomes
# template_NAME, one in hooks/ hook_NAME.
function symbol(path,   n, piece, base) {
	n = split(path, piece, "/")
	base = piece[n]
	sub(/\.[^.]*$/, "", base)
	gsub(/[^A-Za-z0-9]/, "_", base)
	if (path ~ /(^|\/)templates\//)
		return "template_" base
	if (path ~ /(^|\/)hooks\//)
		return "hook_" base
	return "sql_" piece[n - 2] "_" base
}
FNR == 1 {
	if (NR > 1)
		print "\t;"
	printf "const char %s[] =\n", symbol(FILENAME)
}
{
	gsub(/\\/, "\\\\&")
	gsub(/"/, "\\\"")
	printf "\t\"%s\\n\"\n", $0
}
END {
	if (NR)
		print "\t;"
}
