-- SPDX-License-Identifier: MIT
--
-- What the scripts share. miltertest gives them `socket` and an account of
-- each kind: kept, copied, forwarded, full, small, disabled.

DOMAIN = "@alumni.example"
TAG = "X-Alumnimail-Forwarded"

function check(condition, what)
	if not condition then
		-- miltertest does not show what an error says.
		mt.echo("not as it should be: " .. what)
		error(what, 2)
	end
end

-- A connection as Postfix makes it; daemon is the value of {daemon_name}.
function connect(daemon)
	local conn = mt.connect("unix:" .. socket)
	check(conn ~= nil, "cannot connect")
	check(mt.negotiate(conn, nil, nil, nil) == nil, "negotiation failed")
	mt.macro(conn, SMFIC_CONNECT, "{daemon_name}", daemon or "smtpd")
	check(mt.conninfo(conn, "outside.example", "192.0.2.1") == nil,
		"no connection")
	return conn
end

function mail(conn, ...)
	local arguments = {...}
	if #arguments == 0 then
		arguments = {"<sender@outside.example>"}
	end
	check(mt.mailfrom(conn, table.unpack(arguments)) == nil, "MAIL failed")
end

-- The answer to RCPT.
function rcpt(conn, address)
	check(mt.rcptto(conn, "<" .. address .. ">") == nil, "RCPT failed")
	return mt.getreply(conn)
end

function text(conn, body)
	check(mt.header(conn, "Subject", "a message") == nil, "header failed")
	check(mt.bodystring(conn, body or "text\r\n") == nil, "body failed")
	check(mt.eom(conn) == nil, "end of message failed")
	return mt.getreply(conn)
end

-- True if the last message was forwarded: only then it gets our header.
function was_forwarded(conn)
	return mt.eom_check(conn, MT_HDRINSERT, TAG)
end
