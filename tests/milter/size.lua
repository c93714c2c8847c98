-- SPDX-License-Identifier: MIT
-- A declared size counts at RCPT, the true one at the end of the message.
-- `small` has room for a few kilobytes.
NO_ROOM = "No recipient's mailbox has room for this message, within its quota"
LARGE = string.rep("a line of text\r\n", 4000)

conn = connect()
mail(conn, "<sender@outside.example>", "SIZE=1000000")
check(rcpt(conn, small .. DOMAIN) == SMFIR_REPLYCODE, "declared too large")
mt.abort(conn)

mail(conn, "<sender@outside.example>", "SIZE=100")
check(rcpt(conn, small .. DOMAIN) == SMFIR_CONTINUE, "declared small")
check(rcpt(conn, small .. "+detail" .. DOMAIN) == SMFIR_CONTINUE, "a detail")
check(text(conn, LARGE) == SMFIR_REPLYCODE, "large after all")
check(mt.eom_check(conn, MT_SMTPREPLY, "552", "5.2.2", NO_ROOM),
	"the reply is another")

-- Taken as soon as one of them has room.
mail(conn, "<sender@outside.example>", "SIZE=100")
check(rcpt(conn, small .. DOMAIN) == SMFIR_CONTINUE, "one without room")
check(rcpt(conn, kept .. DOMAIN) == SMFIR_CONTINUE, "one with room")
check(text(conn, LARGE) == SMFIR_CONTINUE, "for both")

mail(conn, "<sender@outside.example>", "SIZE=100")
check(rcpt(conn, small .. DOMAIN) == SMFIR_CONTINUE, "declared small again")
check(text(conn) == SMFIR_CONTINUE, "small indeed")
mt.disconnect(conn)
