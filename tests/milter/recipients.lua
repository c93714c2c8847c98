-- SPDX-License-Identifier: MIT
-- Every kind of recipient gets its own answer, in one message.
conn = connect()
mail(conn)
check(rcpt(conn, kept .. DOMAIN) == SMFIR_CONTINUE, "a plain account")
check(rcpt(conn, full .. DOMAIN) == SMFIR_REPLYCODE, "a full account")
check(rcpt(conn, disabled .. DOMAIN) == SMFIR_REPLYCODE, "a disabled account")
check(rcpt(conn, copied .. "+detail" .. DOMAIN) == SMFIR_CONTINUE, "a detail")
check(rcpt(conn, string.upper(forwarded) .. DOMAIN) == SMFIR_CONTINUE,
	"upper case")
check(rcpt(conn, "somebody@elsewhere.example") == SMFIR_CONTINUE,
	"another domain")
check(rcpt(conn, "postmaster" .. DOMAIN) == SMFIR_CONTINUE, "postmaster")
check(text(conn) == SMFIR_CONTINUE, "the message")
check(was_forwarded(conn), "it was not forwarded")
mt.disconnect(conn)
