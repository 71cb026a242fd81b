#!/bin/sh
# Every command of a test decides: in the bodies of tests/t*.sh no status is lost, no wait is without an end, no chain is longer than a
# line of 120 letters.
cd "$(dirname "$0")/../.." || exit 1
exec perl - "${@:-tests}" <<'PERL'
use strict;
use warnings;

my ($folder) = @ARGV;
my (@faults, $file);

sub fault { push @faults, "$file:$_[0]: $_[1]" }

# A body with its strings, substitutions, comments and here-documents blanked, a command line in each element; element 0 is not used.
sub blank {
	my ($text) = @_;
	my ($out, @open, @here) = ('');
	while ($text =~ /\G(.)/gcs) {
		my ($c, $top) = ($1, @open ? $open[-1] : '');
		if ($c eq '\\') { $text =~ /\G'*./gcs if $text !~ /\G\n/; $text =~ /\G\n/gc and $out .= "\x01" or $out .= '_'; next }
		if ($c eq "'") { $out .= '_'; next }
		if ($c eq '"') { $top eq '"' ? pop @open : push @open, '"'; $out .= '_'; next }
		if ($c eq '$' && $text =~ /\G(\(\(?)/gc) { push @open, length $1 == 2 ? '))' : ')'; $out .= '_'; next }
		if ($top eq '))' && $c eq ')' && $text =~ /\G\)/gc) { pop @open; $out .= '_'; next }
		if ($top eq ')' && $c eq ')') { pop @open; $out .= '_'; next }
		if ($top eq ')' && $c eq '(') { push @open, ')'; $out .= '_'; next }
		if (@open) { $out .= $c eq "\n" ? "\x01" : '_'; next }
		if ($c eq '#' && $out =~ /(^|\s)$/) { $text =~ /\G[^\n]*/gc; next }
		if ($c eq '<' && $text =~ /\G<-?\s*(?:\\|_)?(\w+)/gc) { push @here, $1; $out .= '_'; next }
		$out .= $c;
		next if $c ne "\n";
		for my $end (splice @here) {
			while ($text =~ /\G([^\n]*)(\n|\z)/gc) { $out .= "\n"; last if $1 =~ /^\t*\Q$end\E$/ || $2 eq '' }
		}
	}
	return $out;
}

my $start = qr/(?:^|[|;{(]|&&|\|\||\bdo\b|\bthen\b|\belse\b)\s*/;
my $safe = qr/(?:^|\s|&&|;)(?:[a-z_0-9]+=[^`\s]*|pids=\S*|return \S+|exit \S+|:)\s*$/;

sub judge {
	my ($first, $text) = @_;
	my @line = split /\n/, blank($text), -1;
	my @raw = split /\n/, $text, -1;
	my ($number, @loop) = ($first);
	my @at;
	for (@line) { push @at, $number; $number += 1 + tr/\x01//; s/\x01/ /g }
	for my $i (0 .. $#line) {
		my $l = $line[$i];
		next if $l !~ /\S/;
		my ($next) = grep { /\S/ } @line[$i + 1 .. $#line];
		fault($at[$i], 'a ! in the midst of a chain never fails: test_expect_code, test_grep -v') if $l =~ /$start!\s/;
		$l =~ s/\s+$//;
		fault($at[$i], 'a chain of over 120 letters: break it after &&')
			if $l =~ /&&\s*[^\s\\]/ && grep { length > 120 } @raw[$at[$i] - $first .. ($i < $#line ? $at[$i + 1] : $first + @raw) - $first - 1];
		my $last = !defined $next || $next =~ /^\s*(?:\}|\)|done\b|fi\b|esac\b|;;|else\b|elif\b)/;
		my $goes_on = $l =~ /(?:&&|\||\{|\(|\bdo|\bthen|\belse|\bin|;;)$/;
		my $decides = $l =~ /\|\| (?:return|exit)(?: [0-9]+)?$/ || $l =~ /(?:return|exit) [0-9]+; \}$/ || $l =~ $safe;
		fault($at[$i], 'the status of this line is lost: end it in &&') if !$last && !$goes_on && !$decides;
		while ($l =~ /(?<!;);(?!;)\s*(\S*)/g) {
			my ($before, $word) = (substr($l, 0, $-[0]), $1);
			next if $word =~ /^(?:do|then|else|done|fi|esac|\}|\))/ || $word eq '' && $last;
			next if $before =~ $safe || $before =~ /\|\| (?:return|exit) \S+\s*$/ || $before =~ /\b(?:tail|cat) [^;]*$/ && $l =~ /return 1; \}/;
			next if $before =~ /\bdone$/ && $before =~ /\|\| (?:return|exit) 1; done$/;
			fault($at[$i], "a ; loses the status of what stands before it");
		}
		push @loop, $at[$i] for $l =~ /(?:^|\s|;)do(?:\s|$)/g;
		for ($l =~ /(?:^|\s|;)done(?=\W|$)/g) {
			my $begun = pop @loop;
			my ($inner) = $l =~ /^(.*?)\s*;?\s*\bdone\b/;
			my ($before) = grep { /\S/ } reverse @line[0 .. $i - 1];
			my $final = $inner =~ /\S/ ? $inner : $before // '';
			$final =~ s/\s+$//;
			fault($begun // $at[$i], 'a failure in this loop is lost: || return 1')
				if $final !~ /\|\| (?:return|exit)(?: 1)?$/ && $final !~ /(?:return|exit) 1; \}$/ && $final !~ $safe;
		}
	}
}

# A function that asserts is no question: where its failure is what a test expects, an assertion that cannot hold passes it.
sub judge_questions {
	my ($text) = @_;
	my %asserts;
	while ($text =~ /^(\w+)\(\) \{\n(.*?)^\}/msg) {
		my ($name, $body) = ($1, $2);
		$asserts{$name} = 1 if $body =~ /\btest_(?:is|grep|cmp|expect_code)\b/;
	}
	my $number = 0;
	for my $line (split /\n/, $text) {
		$number++;
		fault($number, "'$1' asserts: what is expected to fail must be a question") if $line =~ /\btest_expect_code \S+ (\w+)/ && $asserts{$1};
	}
}

for (sort glob "$folder/t*.sh") {
	$file = $_;
	open my $whole, '<:encoding(UTF-8)', $file or die "$file: $!";
	judge_questions(do { local $/; <$whole> });
	open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
	my ($begin, $body, $end);
	while (my $line = <$in>) {
		chomp $line;
		fault($., 'a wait without an end: wait_for') if $line =~ /\bdo :; *done/;
		if (defined $begin && $line =~ /^\t*$end$/) { judge($begin, $body); undef $begin }
		elsif (defined $begin) { $body .= "$line\n" }
		elsif ($line =~ /test_expect_success .*\s(['"])$/) { ($begin, $body, $end) = ($. + 1, '', $1) }
		elsif ($line =~ /test_expect_success .*\s(['"])((?:(?!\1).)+)\1$/ && $2 !~ /\$script/) { judge($., $2) }
	}
	fault($., 'a body without an end') if defined $begin;
}
print @faults ? "not ok" : "ok", " 1 - every command of a test decides\n";
print "# $_\n" for @faults;
print "1..1\n";
exit(@faults > 0);
PERL
