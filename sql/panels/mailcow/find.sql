-- `sending` is the mailbox's own switch as it stands in the JSON, quotes and
-- all, so that it can be put back as it was. Application passwords have
-- switches of their own: one that may send is enough.
-- Who logs in elsewhere (LDAP, Keycloak, OIDC) changes the password there; the
-- hash in this table proves nothing then, and is left out.
-- `modified` moves with every edit and is not used.
SELECT m.username AS account,
	JSON_EXTRACT(m.attributes, '$.smtp_access') AS sending,
	CASE WHEN JSON_VALUE(m.attributes, '$.smtp_access') IN ('1', 'true')
		OR EXISTS (SELECT 1 FROM {panel}app_passwd a
			WHERE a.mailbox = :account AND a.smtp_access = 1
			AND a.active = 1)
		THEN 1 ELSE 0
	END AS can_send,
	CASE WHEN COALESCE(m.authsource, 'mailcow') = 'mailcow'
		THEN NULLIF(m.password, '')
	END AS password_hash,
	NULLIF(JSON_VALUE(m.attributes, '$.passwd_update'), '0')
		AS password_changed,
	NULL AS language,
	NULLIF(JSON_VALUE(m.attributes, '$.recovery_email'), '') AS contact,
	NULLIF(m.name, '') AS name
FROM {panel}mailbox m
WHERE m.username = :account;
