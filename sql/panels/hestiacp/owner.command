/usr/local/hestia/bin/v-search-domain-owner {domain} mail
