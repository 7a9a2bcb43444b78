/usr/local/cpanel/scripts/whoowns {domain}
