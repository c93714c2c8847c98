-- SPDX-License-Identifier: MIT
-- Messages of one connection keep apart, whatever each of them came to.
conn = connect()
for round = 1, 50 do
	mail(conn)
	check(rcpt(conn, forwarded .. DOMAIN) == SMFIR_CONTINUE, "round " .. round)
	check(text(conn) == SMFIR_CONTINUE, "forwarded in round " .. round)
	check(was_forwarded(conn), "not forwarded in round " .. round)

	-- Given up in the middle.
	mail(conn)
	check(rcpt(conn, forwarded .. DOMAIN) == SMFIR_CONTINUE, "given up")
	mt.abort(conn)

	-- Nobody is left to get it; then somebody who does not forward.
	mail(conn)
	check(rcpt(conn, full .. DOMAIN) == SMFIR_REPLYCODE, "full")
	check(rcpt(conn, kept .. DOMAIN) == SMFIR_CONTINUE, "kept")
	check(text(conn) == SMFIR_CONTINUE, "kept in round " .. round)
	check(not was_forwarded(conn), "forwarded for another message")
end
mt.disconnect(conn)
