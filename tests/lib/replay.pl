#!/usr/bin/env perl
# Replays a snapshot (git migrate schema --format=json on standard input) into an empty database: every statement once, in
# whatever order works. usage: replay.pl PSQL DATABASE. Prints the statements that never worked and fails.
use strict;
use warnings;
use JSON::PP;

my ($psql, $database) = @ARGV;
local $/;
my $snapshot = JSON::PP->new->utf8->decode(<STDIN>);
my @open = map { @{ $_->{statements} } } @{ $snapshot->{objects} };
my %error;
binmode STDOUT, ':utf8';
while (@open) {
	my $script = '';
	$script .= "SET client_min_messages = error;\nSET check_function_bodies = off;\nSET search_path = pg_catalog;\n";
	for my $i (0 .. $#open) {
		$script .= "$open[$i]\n\\if :ERROR\n\\echo failed $i :LAST_ERROR_MESSAGE\n\\endif\n";
	}
	open my $file, '>:utf8', "replay.$$.sql" or die;
	print $file $script;
	close $file;
	open my $run, '-|:utf8', "'$psql' -Xq -o /dev/null -f replay.$$.sql '$database' 2>/dev/null" or die;
	my %failed = map { /^failed (\d+) (.*)/ ? ($1 => $2) : () } split /\n/, <$run>;
	close $run;
	unlink "replay.$$.sql";
	my @left = map { $open[$_] } sort { $a <=> $b } keys %failed;
	%error = map { $open[$_] => $failed{$_} } keys %failed;
	last if @left == @open;
	@open = @left;
}
print "never worked: $_\n  $error{$_}\n" for grep { exists $error{$_} } @open;
exit(@open && %error ? 1 : 0);
