-- SPDX-License-Identifier: MIT
-- Only who keeps no copy is taken out of the envelope, by the address that was
-- given, so that the MTA finds it.
conn = connect()
mail(conn)
check(rcpt(conn, kept .. DOMAIN) == SMFIR_CONTINUE, "a plain account")
check(rcpt(conn, copied .. DOMAIN) == SMFIR_CONTINUE, "one that keeps a copy")
check(rcpt(conn, "Forwarded" .. string.sub(forwarded, 10) .. "+Detail" ..
	DOMAIN) == SMFIR_CONTINUE, "one that keeps none")
check(text(conn) == SMFIR_CONTINUE, "the message")
check(was_forwarded(conn), "it was not forwarded")
check(mt.eom_check(conn, MT_RCPTDELETE, "<Forwarded" ..
	string.sub(forwarded, 10) .. "+Detail" .. DOMAIN .. ">"),
	"the recipient stays")
check(not mt.eom_check(conn, MT_RCPTDELETE, "<" .. kept .. DOMAIN .. ">"),
	"the plain account is gone")
check(not mt.eom_check(conn, MT_RCPTDELETE, "<" .. copied .. DOMAIN .. ">"),
	"the copy is gone")
check(not mt.eom_check(conn, MT_BODYCHANGE), "the body is another")
check(not mt.eom_check(conn, MT_HDRCHANGE), "a header is another")
check(not mt.eom_check(conn, MT_HDRDELETE), "a header is gone")
mt.disconnect(conn)
