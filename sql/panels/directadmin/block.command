/usr/local/sbin/comporta-directadmin block {account}
