-- SPDX-License-Identifier: MIT
-- We ask for what we need, and for nothing that would let us change a body or
-- somebody else's header.
conn = connect()
for _, action in ipairs({SMFIF_ADDHDRS, SMFIF_ADDRCPT, SMFIF_DELRCPT}) do
	check(mt.test_action(conn, action), "an action is missing: " .. action)
end
for _, action in ipairs({SMFIF_CHGBODY, SMFIF_CHGHDRS, SMFIF_QUARANTINE}) do
	check(not mt.test_action(conn, action), "too much: " .. action)
end
for _, step in ipairs({SMFIP_NOHELO, SMFIP_NODATA, SMFIP_NOEOH}) do
	check(mt.test_option(conn, step), "a step is not left away: " .. step)
end
for _, step in ipairs({SMFIP_NORCPT, SMFIP_NOHDRS, SMFIP_NOBODY}) do
	check(not mt.test_option(conn, step), "a step is left away: " .. step)
end
mt.disconnect(conn)
