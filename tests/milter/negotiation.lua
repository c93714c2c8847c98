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
check(mt.test_option(conn, SMFIP_NOHELO), "HELO is not left away")
check(not mt.test_option(conn, SMFIP_NORCPT), "recipients are left away")
check(not mt.test_option(conn, SMFIP_NOEOH), "the headers' end is left away")
mt.disconnect(conn)
