/usr/sbin/plesk bin mail --update {account} -outgoing-messages-mbox-limit 0
