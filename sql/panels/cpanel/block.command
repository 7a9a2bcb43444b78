/usr/local/cpanel/bin/uapi --user={owner} Email suspend_outgoing email={account}
