-- SPDX-License-Identifier: MIT
-- The MTA goes away at every stage, without a word.
for stage = 1, 5 do
	conn = connect()
	if stage >= 2 then mail(conn) end
	if stage >= 3 then rcpt(conn, forwarded .. DOMAIN) end
	if stage >= 4 then mt.header(conn, "Subject", "half") end
	if stage >= 5 then mt.bodystring(conn, "half a li") end
	mt.disconnect(conn, false)
end
conn = connect()
mail(conn)
check(rcpt(conn, forwarded .. DOMAIN) == SMFIR_CONTINUE, "afterwards")
check(text(conn) == SMFIR_CONTINUE, "the message afterwards")
check(was_forwarded(conn), "it was not forwarded afterwards")
mt.disconnect(conn)
