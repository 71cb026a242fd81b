# A throw-away PostgreSQL for the tests: sourced, POSIX sh.
#
# pg_test_start FOLDER starts one in FOLDER and exports PGHOST, PGPORT, PGUSER, PGDATABASE, PG_TEST_BIN, PG_TEST_DATA.
# pg_test_stop MODE stops it. PostgreSQL refuses to run as root: then it runs as user postgres, or nobody.
# shellcheck shell=sh

pg_test_bin() {
	for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t / -k 5 -n -r) \
		"$(pg_config --bindir 2>/dev/null)"; do
		if [ -x "$folder/initdb" ]; then
			echo "$folder"
			return 0
		fi
	done
	echo "error: no PostgreSQL server programs here: run make deps" >&2
	return 1
}

pg_test_as_server() {
	if [ "$(id -u)" = 0 ]; then
		user=nobody
		id postgres >/dev/null 2>&1 && user=postgres
		(cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@")
	else
		"$@"
	fi
}

pg_test_start() {
	PG_TEST_BIN=$(pg_test_bin) || return 1
	PG_TEST_DATA=$1/data
	PG_TEST_LOG=$1/log
	PGHOST=$(mktemp -d /tmp/gm-pg-XXXXXX)
	PGPORT=5433
	PGUSER=postgres
	PGDATABASE=postgres
	export PG_TEST_BIN PG_TEST_DATA PG_TEST_LOG PGHOST PGPORT PGUSER PGDATABASE
	mkdir -p "$1"
	if [ "$(id -u)" = 0 ]; then
		chmod 755 "$1"
		user=nobody
		id postgres >/dev/null 2>&1 && user=postgres
		chown "$user" "$1" "$PGHOST"
	fi
	pg_test_as_server "$PG_TEST_BIN/initdb" --pgdata "$PG_TEST_DATA" --auth trust --username postgres \
		--encoding UTF8 --locale C --no-sync --no-instructions >/dev/null || return 1
	cat >>"$PG_TEST_DATA/postgresql.conf" <<-EOF
		listen_addresses = ''
		unix_socket_directories = '$PGHOST'
		port = $PGPORT
		max_connections = 200
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_prepared_transactions = 4
	EOF
	pg_test_restart
}

pg_test_restart() {
	pg_test_as_server "$PG_TEST_BIN/pg_ctl" start --wait --silent --pgdata "$PG_TEST_DATA" \
		--log "$PG_TEST_LOG" >/dev/null
}

pg_test_stop() {
	pg_test_as_server "$PG_TEST_BIN/pg_ctl" stop --wait --silent --mode "${1:-immediate}" \
		--pgdata "$PG_TEST_DATA" >/dev/null 2>&1
}
