-- SPDX-License-Identifier: MIT
-- Who logged in writes From an address of their own, and is refused no
-- recipient for lack of room.
function submit(conn, from)
	mt.macro(conn, SMFIC_MAIL, "{auth_authen}", kept)
	mail(conn, "<" .. kept .. DOMAIN .. ">")
	check(rcpt(conn, full .. DOMAIN) == SMFIR_CONTINUE, "a full account")
	check(rcpt(conn, forwarded .. DOMAIN) == SMFIR_CONTINUE, "another")
	check(mt.header(conn, "From", from) == nil, "header failed")
	check(mt.bodystring(conn, "text\r\n") == nil, "body failed")
	check(mt.eom(conn) == nil, "end of message failed")
	return mt.getreply(conn)
end

conn = connect()
check(submit(conn, "Me <" .. kept .. DOMAIN .. ">") == SMFIR_CONTINUE,
	"one's own address")
check(was_forwarded(conn), "it was not forwarded")
check(submit(conn, kept .. "+news" .. DOMAIN) == SMFIR_CONTINUE, "a detail")
check(submit(conn, "Rector <" .. copied .. DOMAIN .. ">") == SMFIR_REPLYCODE,
	"somebody else's")
check(mt.eom_check(conn, MT_SMTPREPLY, "550", "5.7.1",
	"The From header must hold an address of the account that you logged " ..
	"in with, and no other"), "the reply is another")
check(submit(conn, kept .. DOMAIN .. ", " .. copied .. DOMAIN) ==
	SMFIR_REPLYCODE, "two authors")
mt.disconnect(conn)

-- A login that has no account any more.
conn = connect()
mt.macro(conn, SMFIC_MAIL, "{auth_authen}", "gone-" .. kept)
mail(conn, "<gone-" .. kept .. DOMAIN .. ">")
check(rcpt(conn, "somebody@elsewhere.example") == SMFIR_REPLYCODE, "gone")
mt.disconnect(conn)
