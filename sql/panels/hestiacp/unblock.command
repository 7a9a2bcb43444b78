/usr/local/hestia/bin/v-change-mail-account-rate-limit {owner} {domain} {local} system
