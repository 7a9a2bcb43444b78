# A blind spot: a bot behind the same VPN exit tries passwords of real mailboxes
# of this host, and an owner who is there for the first time writes to a few new
# people. Whoever shares an address with an owner and knows eight names can do
# it on purpose. Made-up names count nothing.
home PL
