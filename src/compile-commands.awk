# Writes compile_commands.json (clang's JSON compilation database) for the source files given as arguments behind /dev/null.
BEGIN {
	gsub(/\\/, "\\\\", flags)
	gsub(/"/, "\\\"", flags)
	print "["
	for (i = 2; i < ARGC; i++) {
		printf "  {\"directory\": \"%s\", \"file\": \"%s\",\n   \"command\": \"%s %s -c %s\"}%s\n",
			dir, ARGV[i], cc, flags, ARGV[i], i + 1 < ARGC ? "," : ""
	}
	print "]"
	exit
}
