#!/bin/sh
# make demo: the main job, shown on a repository made for it. Leaves the repository for the reader to play with.
set -eu

where=${DEMO:-${TMPDIR:-/tmp}/git-migrate-demo}
PATH=$BUILD:$PATH
export PATH
for name in $(env | sed -n 's/^\(GIT_[A-Z_]*\|PG[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done

bold=''
plain=''
if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
show() {
	printf '$ %s\n' "$*"
	"$@"
}
# A command that must be refused: shown with its exit status.
refuse() {
	printf '$ %s\n' "$*"
	if "$@"; then
		echo "error: this should have been refused" >&2
		exit 1
	else
		echo "(exit status $?)"
	fi
}
commit() { git add -A && git commit -qm "$1"; }

rm -rf "$where"
git init -q -b main "$where"
cd "$where"
git config user.name 'Demo Developer'
git config user.email demo@example.com
ssh-keygen -q -t ed25519 -N '' -C demo -f .git/demo-key
echo "demo@example.com $(cat .git/demo-key.pub)" >.git/allowed-signers
git config gpg.format ssh
git config user.signingKey "$where/.git/demo-key"
git config gpg.ssh.allowedSignersFile "$where/.git/allowed-signers"

mkdir -p db/migrations db/environments
cat >db/environments/staging.yaml <<'EOF'
# Deployed from main. An embedded database stands in for the staging server.
embedded: true
source: {branch: main}
EOF
cat >db/environments/production.yaml <<'EOF'
# Deployed from the newest release tag.
embedded: true
source: {tags: "v*"}
promote_from: staging
signers: [demo@example.com]
EOF
cat >db/migrations/001_users.up.sql <<'EOF'
CREATE TABLE users (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	email text NOT NULL UNIQUE,
	created_at timestamptz NOT NULL DEFAULT now()
);
EOF
echo 'DROP TABLE users;' >db/migrations/001_users.down.sql
commit 'users'

say 'Two branches, each with a migration; merged in the order in which they were finished.'
git checkout -q -b projects
cat >db/migrations/002_projects.up.sql <<'EOF'
CREATE TABLE projects (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	owner_id bigint NOT NULL REFERENCES users,
	name text NOT NULL
);
EOF
echo 'DROP TABLE projects;' >db/migrations/002_projects.down.sql
commit 'projects'
cat >db/migrations/003_tasks.up.sql <<'EOF'
-- migrate: requires 002_projects
CREATE TABLE tasks (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	project_id bigint NOT NULL REFERENCES projects,
	title text NOT NULL,
	done boolean NOT NULL DEFAULT false
);
CREATE INDEX tasks_project ON tasks (project_id);
EOF
echo 'DROP TABLE tasks;' >db/migrations/003_tasks.down.sql
commit 'tasks'
git checkout -q main
git merge -q --no-ff -m 'merge projects' projects
git log --oneline --graph | cat

show git migrate status --env staging
show git migrate plan --env staging
say 'Staging is fed by main.'
show git migrate up --env staging

say 'A release tag feeds production, once staging has proven it. Records are signed as git signs your tags.'
show git migrate promote staging production --tag v1.0 --dry-run
show git migrate promote staging production --tag v1.0 -m 'first release'
show git migrate log --env production -v
say 'What was applied stands in a note of the deployed commit, too: this is stock git.'
printf '$ git log -1 --notes=migrate/production\n'
git log -1 --notes=migrate/production | sed -n '1,24p'
echo '    ...'

say 'A migration that was applied is edited: found, explained, refused.'
sed -i 's/title text NOT NULL/title varchar(80) NOT NULL/' db/migrations/003_tasks.up.sql
commit 'shorter titles'
refuse git migrate up --env staging
git revert --no-edit -q HEAD 2>/dev/null || git revert --no-edit HEAD >/dev/null

say 'A migration that fails is rolled back, and the error says where.'
cat >db/migrations/004_priority.up.sql <<'EOF'
ALTER TABLE tasks ADD COLUMN priority integer NOT NULL DEFAULT 0;
CREATE INDEX tasks_priority ON tasks (priorty);
EOF
echo 'ALTER TABLE tasks DROP COLUMN priority;' >db/migrations/004_priority.down.sql
commit 'priorities'
refuse git migrate up --env staging
sed -i 's/priorty/priority/' db/migrations/004_priority.up.sql
commit 'priorities: the right column'
show git migrate up --env staging

say 'And down again, with the script as it was applied.'
show git migrate down --env staging
say 'Both ledgers, all signatures.'
show git migrate verify --env staging
show git migrate status --all

cat <<EOF

The repository is yours to play with:

    cd $where
    PATH=$BUILD:\$PATH
    git migrate status --all
    git migrate psql --env staging

Its databases run in an embedded PostgreSQL, which stops when the repository is removed (rm -rf $where)
and the next one is started.
EOF
