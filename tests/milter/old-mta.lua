-- SPDX-License-Identifier: MIT
-- A mail server that cannot change a sender is not served: mail would be
-- forwarded in the name of its author.
conn = mt.connect("unix:" .. socket)
check(conn ~= nil, "cannot connect")
-- Protocol version 2, which knows no more than adding and deleting.
refused = mt.negotiate(conn, 2, SMFIF_ADDHDRS + SMFIF_ADDRCPT + SMFIF_DELRCPT,
	0) ~= nil
if not refused then
	refused = mt.conninfo(conn, "outside.example", "192.0.2.1") ~= nil or
		mt.getreply(conn) == SMFIR_REJECT or
		mt.getreply(conn) == SMFIR_TEMPFAIL
end
check(refused, "it was taken")
mt.disconnect(conn, false)
