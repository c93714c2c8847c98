# SPDX-License-Identifier: MIT
"""The life of a mail account, as its person sees it in a browser: from the
first login with the university's password to the day after the university."""

import re
import secrets

LARGE_LINES = 5000
PASSWORD = "seven lamps under a quiet bridge"


def check(browser, name):
    """A page of ours: kept as a picture, whole on the screen, and usable."""
    browser.screenshot(name)
    assert not browser.is_wider_than_the_screen()
    assert browser.complaints() == []


def code_in(message):
    """The code that a new address gets."""
    text = message.content.decode()
    found = re.search(r"^\s+([A-Za-z0-9-]{6,})\s*$", text, re.MULTILINE)
    assert found, text
    return found.group(1)


def compose(browser, recipient, subject):
    """Writes and sends a message."""
    browser.open(task="mail", action="compose")
    browser.see("#compose-subject")
    browser.type("#compose_to .recipient-input input", recipient + ",")
    browser.type("#compose-subject", subject)
    browser.type("#composebody", "Written in the webmail.")
    browser.screenshot("compose")
    button = "button.send" if not browser.is_phone else "button.send, a.send"
    browser.press(button)


def confirm_forwarding(browser, instance, address):
    browser.settings("alumnimail-forwarding")
    browser.wait_text(browser.say("forwardingnone"))
    assert browser.see("[name=_keep]").is_selected()
    check(browser, "forwarding")
    browser.type("[name=_address]", address)
    browser.press(".alumnimail-save button")
    browser.wait_text(browser.say("forwardingpendingabout", address=address))
    browser.wait_text(browser.say("forwardingcodesent"))
    check(browser, "forwarding-pending")

    browser.type("[name=_code]", "wrong-code")
    browser.press(".alumnimail-code button")
    browser.wait_text(browser.say("refused_code"), "#alumnimail .boxerror")
    browser.wait_text(browser.say("forwardingnone"))
    check(browser, "forwarding-wrong-code")

    browser.type("[name=_code]", code_in(instance.wait_outside(address)))
    browser.press(".alumnimail-code button")
    browser.wait_text(browser.say("forwardingconfirmed"))
    browser.wait_text(browser.say("forwardingwithcopy", address=address))
    check(browser, "forwarding-in-force")


def stop_forwarding(browser):
    browser.settings("alumnimail-forwarding")
    browser.press(".alumnimail-stop button")
    browser.wait_text(browser.say("forwardingstopped"))
    browser.wait_text(browser.say("forwardingnone"))
    check(browser, "forwarding-stopped")


def watch_quota_move(browser, instance, name):
    """Roundcube's own display, after a message has come."""
    instance.alumnictl("quota", "set", name, "1M")
    browser.open(task="mail")
    browser.see("#messagelist")
    before = browser.quota()
    instance.send(instance.address(name),
                  "From: friend@outside.example\nSubject: large\n\n"
                  + ("x" * 70 + "\n") * LARGE_LINES)
    instance.wait_message(name, "Subject: large",
                          password=f"{name}-university")
    browser.driver.execute_script("rcmail.command('checkmail')")
    browser.wait(lambda: browser.quota() > before + 20, "the quota to move")
    if browser.is_phone:
        browser.see(".back-sidebar-button.folders").click()
        browser.see("#quotadisplay")
    browser.wait_no_toast()
    browser.screenshot("quota")


def set_password(browser, current, new):
    browser.settings("alumnimail-account")
    browser.wait_text(browser.say("passwordunset"))
    browser.wait_text(browser.say("passwordadvice"))
    browser.wait_text(browser.say("class_employee"))
    check(browser, "account-without-password")
    browser.press("#password a.btn")
    browser.wait_text(browser.say("passwordabout"), "#layout-content")
    browser.type("#curpasswd", current)
    browser.type("#newpasswd", new)
    browser.type("#confpasswd", new)
    browser.screenshot("password")
    browser.press(".formbuttons button, .footer a.submit, .footer a.save"
                  if browser.is_phone else ".formbuttons button")
    browser.see("#messagestack .confirmation")
    browser.screenshot("password-set")
    browser.settings("alumnimail-account")
    browser.wait(lambda: browser.say("passwordset", date="").split("()")[0]
                 .strip() in browser.text(), "that the password is set")
    assert browser.say("passwordadvice") not in browser.text()
    check(browser, "account-with-password")


def test_from_the_first_login_to_the_day_after(browser, instance, directory):
    name = directory.add_person("story")
    university = f"{name}-university"
    address = f"friend-{secrets.token_hex(4)}@outside.example"

    browser.open()
    browser.screenshot("login")
    browser.log_in(name, university)
    assert browser.is_logged_in()
    browser.see("#messagelist")
    browser.screenshot("mail")

    watch_quota_move(browser, instance, name)
    confirm_forwarding(browser, instance, address)
    compose(browser, instance.address(name), f"to {name}")
    forwarded = instance.wait_outside(
        address, lambda message: f"Subject: to {name}".encode()
        in message.content)
    assert b"Written in the webmail." in forwarded.content
    stop_forwarding(browser)
    set_password(browser, university, PASSWORD)
    browser.log_out()
    browser.screenshot("logged-out")

    directory.delete(name)
    browser.log_in(name, university)
    assert not browser.is_logged_in()
    browser.screenshot("refused")
    browser.log_in(name, PASSWORD)
    assert browser.is_logged_in()
    browser.see("#messagelist")
    browser.wait(lambda: f"to {name}" in browser.text("#messagelist"),
                 "the copy that was kept")
    browser.screenshot("back-again")
