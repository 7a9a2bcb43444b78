#!/usr/bin/perl
# asn-mmdb.pl MMDB CSV... - "first,last,number,name" lines to an MMDB file with
# the field names of GeoLite2 ASN.
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my $mmdb = shift @ARGV;
my $tree = MaxMind::DB::Writer::Tree->new(
	ip_version            => 6,
	record_size           => 28,
	database_type         => 'comporta-test-asn-both',
	languages             => ['en'],
	description           => { en => 'AS numbers, from @ip-location-db/asn' },
	alias_ipv6_to_ipv4    => 0,
	remove_reserved_networks => 0,
	map_key_type_callback => sub {
		$_[0] eq 'autonomous_system_number' ? 'uint32' : 'utf8_string';
	},
);
while (<>) {
	chomp;
	my ($first, $last, $number, $name) = split /,/, $_, 4;
	$name =~ s/^"|"$//g;
	$tree->insert_range($first, $last, {
		autonomous_system_number       => $number + 0,
		autonomous_system_organization => $name,
	});
}
open my $out, '>:raw', $mmdb or die "$mmdb: $!\n";
$tree->write_tree($out);
close $out or die "$mmdb: $!\n";
