-- SPDX-License-Identifier: MIT
-- Mail that a filter before us has marked stays, and goes to Junk; the mark of
-- one message says nothing about the next.
function marked(conn, name, value)
	mail(conn)
	check(rcpt(conn, forwarded .. DOMAIN) == SMFIR_CONTINUE, "the recipient")
	check(mt.header(conn, name, value) == nil, "header failed")
	check(mt.bodystring(conn, "text\r\n") == nil, "body failed")
	check(mt.eom(conn) == nil, "end of message failed")
	check(mt.getreply(conn) == SMFIR_CONTINUE, "the message")
end

conn = connect()
for _, mark in ipairs({{"X-Spam", "Yes"}, {"x-spam-flag", "YES"}}) do
	marked(conn, mark[1], mark[2])
	check(not was_forwarded(conn), "spam was forwarded")
	check(not mt.eom_check(conn, MT_RCPTDELETE, "<" .. forwarded .. DOMAIN ..
		">"), "the recipient is gone")
	check(mt.eom_check(conn, MT_HDRINSERT), "nothing sends it to Junk")

	marked(conn, mark[1], "No")
	check(was_forwarded(conn), "other mail was not")
end
mt.disconnect(conn)
