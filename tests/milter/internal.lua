-- SPDX-License-Identifier: MIT
-- Mail that does not come through smtpd: no recipient is refused, since that
-- would defer the whole message; addresses come without <>.
conn = connect("internal")
mail(conn, "")
check(mt.rcptto(conn, full .. DOMAIN) == nil, "RCPT failed")
check(mt.getreply(conn) == SMFIR_CONTINUE, "a full account")
check(mt.rcptto(conn, forwarded .. DOMAIN) == nil, "RCPT failed")
check(mt.getreply(conn) == SMFIR_CONTINUE, "one that forwards")
check(text(conn) == SMFIR_CONTINUE, "the message")
check(was_forwarded(conn), "it was not forwarded")
mt.disconnect(conn)
