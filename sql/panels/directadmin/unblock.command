/usr/local/sbin/comporta-directadmin unblock {account}
