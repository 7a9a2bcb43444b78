/usr/local/cpanel/bin/uapi --user={owner} Email unsuspend_outgoing email={account}
