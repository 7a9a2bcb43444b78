#!/usr/bin/perl
# prefixes.pl NETWORKS.def AS4.csv COUNTRY4.csv AS6.csv COUNTRY6.csv
#
# The address blocks that the traffic simulator draws from, to standard output:
#   country <tab> AS <tab> kind <tab> first address <tab> bits <tab> AS name
# Each block lies in one country and one AS by these files ("first,last,..."
# lines, sorted; IPv4 as numbers, IPv6 as text). The largest networks of each
# kind and country are taken, of each its largest blocks. The kind comes from
# networks.def, else from the tables here, else from words in the AS name: what
# a network is called tells what it is in most cases, and for made-up traffic
# that is enough.
use strict;
use warnings;
use Socket qw(inet_pton inet_ntop AF_INET6);

my ($networks, $as4, $country4, $as6, $country6) = @ARGV;

# kind => [networks per country, blocks per network, smallest block in bits of
# IPv4, smallest network in addresses]
my %limits = (
	access    => [10, 5, 21, 8192],
	mobile    => [4, 5, 22, 2048],
	hosting   => [9, 4, 24, 512],
	vpn       => [6, 4, 24, 256],
	relay     => [4, 4, 24, 256],
	business  => [5, 2, 24, 256],
	school    => [3, 2, 23, 512],
	satellite => [2, 2, 24, 256],
);
my $countries_wanted = 110;
my %blocks6 = (access => 2, mobile => 2, hosting => 1);

# Carriers whose name does not tell that phones are behind it.
my %by_number = map { $_ => 'mobile' } qw(8374 12912 9141 39603 43447 42863
	12353 21928 22394 6167 20057 26615 26599 22085 51207 21502 206067 25135
	12874 29447 55836 45609 38266 45271 55410 64073 7552 131429 28403 16960
	29465 36873 37148 37282 24863 36992 37069 36925 36884 6713 16232 30722
	24608 31133 8359 25159 16345 12958 12389 34984 15897 16135 20978 25255
	13188 15895 21497 4775 10139 17639 23693 24203 4761 4818 9534 38466
	16637 29975 37168 36994 44034 1257 2119 13036 5588 29208 6855 15962
	12430 16299 24940 38901);
delete @by_number{qw(24940 29447 12389 6713 12430 2119)};
$by_number{$_} = 'satellite' for qw(14593 7155 22351 29286 12684 6621 5377
	31515 21107 18570 45274);
$by_number{$_} = 'access' for qw(7018 7922 209 20115 22773 5650 7029 701 5617
	12741 3243 2860 3320 3209 6805 3215 15557 12322 5410 3352 12479 12430
	2856 5089 5607 13285 7303 22927 28573 18881 8167 4766 9318 3786 4134
	4837 9808 4713 17676 2516 2518 6713 12389 3269 1136 33915 5432 6848
	8881 1267 4788 9498 24560 9829 33363 11427 10796 5778 6128 29314 21021
	13110 16342 20804 7738);
$by_number{$_} = 'school' for qw(680 786 2200 1930 766 1916 8501 8508 8308 1103
	137 2852 1955 2611 559 7377 25 3 553 12816 4538 4713);
delete $by_number{4713};

my @words = (
	# Networks without people in front of them.
	[none => qr/\b(dod|defen[cs]e|military|army|air force|navy|nato|
		ministry|root server|nic|ripe|apnic|arin|lacnic|afrinic|
		exchange|ix|transit)\b/xi],
	[vpn => qr/vpn|proxy|privacy/i],
	[hosting => qr/host|cloud|server|data ?cent|datacamp|vps\b|\bcolo|
		dedicated|virtual|equinix|digital ?realty|\bovh|linode|
		leaseweb|cdn|zenlayer|internap|home\.pl|nazwa\.pl|dominios|
		\bidc\b|locaweb|acens|claranet|rackspace|softlayer|datapacket/xi],
	[school => qr/univers|school|research|academ|educa|college|institut|
		renater|ensino|scien|ciencia|escola|scholar|uczelni/xi],
	[satellite => qr/satel|starlink|viasat|hughes|intelsat/i],
	[mobile => qr/mobil|movil|cellular|celular|wireless|\bgsm|\blte\b|
		hutchison|vodacom|\bmtn\b|airtel|digicel|orange|
		polkomtel|turkcell|kyivstar|globe telecom|telcel|
		safaricom|zain|etisalat|glo(bacom)?\b/xi],
	[business => qr/\bbank|insur|consult|industri|motor|pharma|energ|
		hospital|\bretail|logist|group|holding|construc|electric/xi],
	[access => qr/telec|telek|telef|tele\b|\btel\b|telia|broadband|cable|
		internet|communicat|comunica|kommunikat|\bnet|net(ia|works?)?\b|
		fib(er|re|ra)|\bisp\b|vodafone|\bnos\b|meo\b|claro|\btim\b|
		comcast|charter|verizon|vnpt|viettel|online|kabel|swisscom|
		\bbt\b|proximus|rostel|beeline|tata|posts?\b|telmex|sonatel/xi],
	[business => qr/./],
);

my %kind_of;
open my $in, '<', $networks or die "$networks: $!\n";
while (<$in>) {
	$kind_of{$1} = lc $2 if /^NETWORK\((\d+),\s*(\w+)/;
}
close $in;

sub kind {
	my ($number, $name) = @_;
	$kind_of{$number} //= $by_number{$number};
	return $kind_of{$number} //=
		(grep { $name =~ $_->[1] } @words)[0][0] // 'none';
}

# "first,last,rest" to numbers: of IPv6 the upper 64 bits, whole /64s only.
sub upper {
	my ($text, $is_last) = @_;
	my ($high, $low) = unpack 'Q>Q>', inet_pton(AF_INET6, $text);
	return $is_last ? $high - ($low != ~0) : $high + ($low != 0);
}

sub next_row {
	my ($file, $wide) = @_;
	my $line = <$file> // return;
	chomp $line;
	my ($first, $last, $rest) = split /,/, $line, 3;
	($first, $last) = (upper($first, 0), upper($last, 1)) if $wide;
	return [$first, $last, $rest];
}

# The lists hold ranges inside of ranges, and the inner one counts, as in the
# MMDB files. Returns a function that gives one piece after another, none of
# which overlaps another.
sub pieces {
	my ($name, $wide) = @_;
	open my $file, '<', $name or die "$name: $!\n";
	my ($at, @open, @ready) = (0);
	my $close = sub {	# all that ends before this address
		my ($until) = @_;
		while (@open && $open[-1][1] < $until) {
			my $inner = pop @open;
			push @ready, [$at, $inner->[1], $inner->[2]]
				if $at <= $inner->[1];
			$at = $inner->[1] + 1 if $at <= $inner->[1];
		}
	};
	return sub {
		until (@ready) {
			my $row = next_row($file, $wide);
			$close->($row ? $row->[0] : ~0);
			return shift @ready if !$row;
			push @ready, [$at, $row->[0] - 1, $open[-1][2]]
				if @open && $at < $row->[0];
			$at = $row->[0];
			push @open, $row;
		}
		return shift @ready;
	};
}

# The largest aligned block between two addresses: first, bits.
sub largest {
	my ($first, $last, $width) = @_;
	for my $bits (8 .. $width) {
		my $size = 1 << ($width - $bits);
		my $start = $first + $size - 1 & ~($size - 1);
		return ($start, $bits)
			if $start >= $first && $start + $size - 1 <= $last;
	}
	return;
}

my (%size, %blocks, %name);

sub take {
	my ($as, $country, $first, $last, $width) = @_;
	my ($number, $name) = split /,/, $as, 2;
	$name =~ tr/"\t//d;
	my $kind = kind($number, $name);
	return if !$limits{$kind} || $country !~ /^[A-Z]{2}$/ ||
		$country =~ /^(EU|AP|ZZ)$/;
	my ($start, $bits) = largest($first, $last, $width) or return;
	my $key = "$country\t$number\t$kind";
	$name{$key} = $name;
	$size{$key} += $last - $first + 1 if $width == 32;
	return if $bits > ($width == 32 ? $limits{$kind}[2] : 40);
	push @{$blocks{$width}{$key}}, [$bits, $start];
}

# Two lists of ranges, side by side.
sub overlay {
	my ($as_name, $country_name, $width) = @_;
	my $next_as = pieces($as_name, $width == 64);
	my $next_country = pieces($country_name, $width == 64);
	my ($as, $country) = ($next_as->(), $next_country->());
	while ($as && $country) {
		my $first = $as->[0] > $country->[0] ? $as->[0] : $country->[0];
		my $last = $as->[1] < $country->[1] ? $as->[1] : $country->[1];
		take($as->[2], $country->[2], $first, $last, $width)
			if $first <= $last;
		if ($as->[1] < $country->[1]) {
			$as = $next_as->();
		} else {
			$country = $next_country->();
		}
	}
}

sub address {
	my ($number, $width) = @_;
	return inet_ntop(AF_INET6, pack 'Q>Q>', $number, 0) if $width == 64;
	return join '.', unpack 'C4', pack 'N', $number;
}

sub print_blocks {
	my ($key, $width, $count) = @_;
	my @found = sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] }
		@{$blocks{$width}{$key} // []};
	splice @found, $count if @found > $count;
	print join("\t", $key, address($_->[1], $width), $_->[0], $name{$key}),
		"\n" for @found;
}

overlay($as4, $country4, 32);
overlay($as6, $country6, 64);

my (%people, %of);	# access addresses by country; networks by it and kind
for my $key (keys %size) {
	my ($country, $number, $kind) = split /\t/, $key;
	next if $size{$key} < $limits{$kind}[3] || !$blocks{32}{$key};
	$people{$country} += $size{$key} if $kind =~ /access|mobile/;
	push @{$of{$country}{$kind}}, $key;
}
my @countries = sort { $people{$b} <=> $people{$a} || $a cmp $b }
	grep { @{$of{$_}{access} // []} > 1 } keys %people;
splice @countries, $countries_wanted if @countries > $countries_wanted;
for my $country (sort @countries) {
	for my $kind (sort keys %{$of{$country}}) {
		my @keys = sort { $size{$b} <=> $size{$a} || $a cmp $b }
			@{$of{$country}{$kind}};
		splice @keys, $limits{$kind}[0] if @keys > $limits{$kind}[0];
		for my $key (@keys) {
			print_blocks($key, 32, $limits{$kind}[1]);
			print_blocks($key, 64, $blocks6{$kind} // 0);
		}
	}
}
