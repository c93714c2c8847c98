# SPDX-License-Identifier: MIT
"""The demo: the main job of the system, step by step, on a fresh instance."""

import imaplib
import os
import shutil
import signal
import smtplib
import tempfile
import threading
from pathlib import Path

from . import up
from .clients import RunningInstance
from .errors import InstanceError
from .layout import Layout

LARGE_MESSAGE_BYTES = 3 * 1024 * 1024


def step(number, title):
    print(f"\n---- {number}. {title} ----", flush=True)


def show(*lines):
    for line in lines:
        print(f"     {line}", flush=True)


def message(recipient, subject, body="Greetings from outside.\n"):
    return (f"From: Sender <sender@outside.example>\nTo: <{recipient}>\n"
            f"Subject: {subject}\n\n{body}")


def header(content, name):
    """First value of a header of a message."""
    for line in content.split(b"\n\n", 1)[0].splitlines():
        field, _, value = line.partition(b":")
        if field.lower() == name.lower().encode():
            return value.strip().decode()
    raise InstanceError(f"the message has no {name} header")


def directory_login(instance):
    step(1, "A member of the university logs in for the first time")
    show("The university's directory knows `employee`; no mail account of "
         "that name exists.")
    before = instance.alumnictl("account", "show", "employee", check=False)
    if before.returncode == 0:
        raise InstanceError("the account employee exists already")
    connection = instance.imap("employee", "employee-university")
    show("IMAP login as employee with the university password: OK")
    _, answer = connection.getquotaroot("INBOX")
    connection.logout()
    show(f"Quota of the class: {answer[1][0].decode()} (in KB)")
    show("The account that the login has created (alumnictl account show "
         "employee):")
    shown = instance.alumnictl("account", "show", "employee").stdout
    show(*(f"  {line}" for line in shown.splitlines()))


def alumni_login(instance):
    step(2, "Former members log in with the alumni password")
    instance.imap("alumna").logout()
    show("`alumna`, who is in no directory: OK")
    instance.imap("leaver").logout()
    show("`leaver`, who has left the university, with the alumni password: "
         "OK")
    try:
        instance.imap("leaver", "leaver-university")
    except imaplib.IMAP4.error as error:
        show(f"`leaver` with the university password: refused ({error})")
    else:
        raise InstanceError("the university password of a leaver let in")


def forwarding(instance):
    step(3, "Mail is forwarded, and a copy is kept")
    address = instance.address("copy")
    show(f"sender@outside.example writes to {address}, which forwards to "
         "copy@outside.example.")
    instance.send(address, message(address, "Demo of forwarding"))
    outside = instance.wait_outside("copy@outside.example")
    kept = instance.wait_message("copy", "Demo of forwarding")
    show("What left for the internet:",
         f"  MAIL FROM:<{outside.sender}> {outside.sender_options}",
         f"  RCPT TO:<{outside.recipients[0]}> "
         f"{outside.recipient_options[0]}",
         "The copy in the mailbox:",
         f"  Return-Path: {header(kept, 'Return-Path')}")
    show("The internet sees a rewritten sender (SRS), so SPF holds and "
         "bounces come back here;", "the mailbox keeps the true one.")


def over_quota(instance):
    step(4, "A full mailbox is answered in the SMTP dialogue")
    address = instance.address("small")
    show(f"{address} may keep 2 MB; a message of 3 MB arrives.")
    try:
        instance.send(address, message(address, "Demo of the quota",
                                       ("x" * 70 + "\n") *
                                       (LARGE_MESSAGE_BYTES // 71)))
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[address]
        show(f"RCPT TO:<{address}>: {code} {text.decode()}")
    except smtplib.SMTPResponseException as error:
        show(f"{error.smtp_code} {error.smtp_error.decode()}")
    else:
        raise InstanceError("the message was accepted")


def subjects(instance, user, mailbox):
    return [header(content, "Subject")
            for content in instance.messages(user, mailbox)]


def trash(instance):
    step(5, "The trash folder empties itself")
    for subject, days_ago in (("thrown away today", 0),
                              ("thrown away 8 days ago", 8)):
        instance.save("alumna", message("alumna", subject), "Trash", days_ago)
    show("Trash of alumna: " + ", ".join(
        subjects(instance, "alumna", "Trash")))
    done = instance.doveadm("alumni", "expire")
    show("doveadm alumni expire", *(f"  {line}" for line in
                                    done.stdout.splitlines()))
    left = subjects(instance, "alumna", "Trash")
    show("Trash of alumna: " + ", ".join(left))
    if left != ["thrown away today"]:
        raise InstanceError("Trash did not expire as it should")


def how_to_log_in(instance):
    endpoints = instance.endpoints

    def place(name):
        return "{0} port {1}".format(*endpoints[name])

    print("\n==> It is all running."
          " To log in with a browser or a mail program:")
    show(f"webmail     {endpoints['webmail']}",
         f"IMAP        {place('imaps')}, TLS",
         f"POP3        {place('pop3s')}, TLS",
         f"submission  {place('submission')}, STARTTLS, with user name and "
         "password",
         f"authority   {endpoints['ca_file']} (to be trusted by the mail "
         "program)",
         "users       alumna, small, copy, away, leaver: password "
         "NAME-alumni",
         "            employee, student: password NAME-university",
         "addresses   NAME@" + endpoints["domain"],
         f"what left   {endpoints['outside_dir']}",
         f"logs        {endpoints['log_dir']}",
         f"all places  {instance.state}/endpoints.json")


def walk_through(instance):
    directory_login(instance)
    alumni_login(instance)
    forwarding(instance)
    over_quota(instance)
    trash(instance)
    how_to_log_in(instance)


def run(wait):
    """Starts an instance, shows it, and stops it, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="alumnimail-demo-", dir="/tmp"))
    layout = Layout(folder)
    print(f"==> Instance in {folder}", flush=True)
    shown = False
    try:
        up.up(layout, "plain", owner=os.getpid())
        walk_through(RunningInstance(folder))
        shown = True
        if wait:
            print("\n==> Ctrl-C stops everything.", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        if not shown:
            raise
    finally:
        # A second Ctrl-C would leave servers behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("\n==> Stopping everything", flush=True)
        up.down(layout)
        if shown:
            shutil.rmtree(folder)
        else:
            print(f"==> The logs are in {layout.log}", flush=True)
