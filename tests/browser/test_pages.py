# SPDX-License-Identifier: MIT
"""App passwords, the keyboard, and what must stay text."""

import secrets

import pytest
from selenium.webdriver.common.keys import Keys

from test_story import check, code_in

HTML = "<b>bold</b><img src=x onerror=\"document.title='owned'\">&amp;'"
CONTROLS = ("#alumnimail a[href], #alumnimail button,"
            " #alumnimail input:not([type=hidden])")


def make_app_password(browser, label, current):
    browser.settings("alumnimail-account")
    browser.type("[name=_label]", label)
    browser.type("[name=_current]", current)
    browser.press(".alumnimail-make button")


def test_app_password_made_used_and_revoked(browser, instance):
    name = instance.add_account("apps")
    browser.log_in(name, f"{name}-alumni")
    browser.settings("alumnimail-account")
    browser.wait_text(browser.say("apppasswordsnone"))
    make_app_password(browser, "phone", "wrong")
    browser.wait_text(browser.say("refused_current"),
                      "#alumnimail .boxerror")
    browser.wait_text(browser.say("apppasswordsnone"))
    check(browser, "app-password-refused")

    make_app_password(browser, "phone", f"{name}-alumni")
    browser.wait_text(browser.say("made", label="phone"))
    made = browser.text("#alumnimail-made")
    browser.wait_text(browser.say("never"), ".alumnimail-apps")
    check(browser, "app-password-made")
    instance.imap(name, made).logout()
    instance.submission(name, made).quit()

    browser.settings("alumnimail-account")
    assert made not in browser.driver.page_source
    browser.wait_text("phone", ".alumnimail-apps")
    assert browser.say("never") not in browser.text(".alumnimail-apps")
    check(browser, "app-password-used")

    browser.see(".alumnimail-revoke button").click()
    browser.see(".ui-dialog")
    browser.wait_text(browser.say("revokeconfirm"), ".ui-dialog")
    browser.screenshot("app-password-revoke")
    browser.press(".ui-dialog button.delete, .ui-dialog a.delete")
    browser.wait_text(browser.say("revoked", label="phone"))
    browser.wait_text(browser.say("apppasswordsnone"))
    check(browser, "app-password-revoked")
    with pytest.raises(Exception, match="AUTHENTICATIONFAILED"):
        instance.imap(name, made)
    instance.imap(name).logout()


def test_html_stays_text(new_browser, instance):
    browser = new_browser()
    name = instance.add_account("escape")
    browser.log_in(name, f"{name}-alumni")
    label = HTML[:60]
    make_app_password(browser, label, f"{name}-alumni")
    browser.wait_text(browser.say("made", label=label))
    browser.wait_text(label, ".alumnimail-apps")
    browser.screenshot("app-password")
    browser.settings("alumnimail-account")
    browser.wait_text(label, ".alumnimail-apps")
    assert not browser.find("#alumnimail b, #alumnimail img")

    browser.settings("alumnimail-forwarding")
    address = f"{HTML}@outside.example"
    browser.type("[name=_address]", address)
    browser.press(".alumnimail-save button")
    browser.see("#alumnimail .boxerror")
    assert browser.see("[name=_address]").get_attribute("value") == address
    assert not browser.find("#alumnimail b, #alumnimail img")
    browser.screenshot("address")

    # What it was made by revokes it too.
    browser.settings("alumnimail-account")
    browser.see(".alumnimail-revoke button").click()
    browser.press(".ui-dialog button.delete")
    browser.wait_text(browser.say("revoked", label=label))
    assert not browser.find("#alumnimail b, #alumnimail img")
    assert "owned" not in browser.driver.title


@pytest.mark.parametrize("width", [1280, 390])
def test_keyboard_alone(new_browser, instance, width):
    browser = new_browser("en_US", width)
    name = instance.add_account("keys")
    address = f"friend-{secrets.token_hex(4)}@outside.example"
    browser.log_in(name, f"{name}-alumni")
    for page in ("alumnimail-account", "alumnimail-forwarding"):
        browser.settings(page)
        wanted = set(browser.find(CONTROLS))
        assert wanted
        reached = []
        browser.see("body").send_keys(Keys.TAB)
        for _ in range(60):
            reached.append(browser.tab())
        assert wanted <= set(reached), page
        order = [element for element in browser.find(CONTROLS)]
        seen = [element for element in reached if element in wanted]
        assert seen[:len(order)] == order, "in the order of the page"

    field = browser.see("[name=_address]")
    field.send_keys(address)
    keep = browser.tab()
    assert keep.get_attribute("name") == "_keep"
    keep.send_keys(Keys.SPACE)
    assert not keep.is_selected()
    outline = browser.driver.execute_script(
        "return getComputedStyle(arguments[0]).outlineStyle", keep)
    assert outline != "none", "the focus can be seen"
    browser.tab().send_keys(Keys.ENTER)
    browser.wait_text(browser.say("forwardingpendingabout", address=address))
    # What happened has the focus, so that it is read out.
    assert browser.driver.switch_to.active_element.get_attribute("role") \
        == "status"
    browser.type("[name=_code]", code_in(instance.wait_outside(address))
                 + Keys.ENTER)
    browser.wait_text(browser.say("forwardingwithoutcopy", address=address))
    browser.screenshot("forwarding")


def test_given_up_forwarding_is_forgotten(new_browser, instance):
    browser = new_browser()
    name = instance.add_account("giveup")
    address = f"friend-{secrets.token_hex(4)}@outside.example"
    browser.log_in(name, f"{name}-alumni")
    browser.settings("alumnimail-forwarding")
    browser.type("[name=_address]", address)
    browser.press(".alumnimail-save button")
    browser.wait_text(browser.say("forwardingpendingabout", address=address))
    browser.press(".alumnimail-giveup button")
    browser.wait_text(browser.say("forwardinggivenup"))
    assert address not in browser.driver.page_source
    assert not browser.find("[name=_code]")


def test_dark_mode_can_be_read(new_browser, instance, directory):
    browser = new_browser()
    name = directory.add_person("dark")
    browser.open()
    browser.driver.add_cookie({"name": "colorMode", "value": "dark"})
    browser.log_in(name, f"{name}-university")
    browser.settings("alumnimail-account")
    browser.wait_text(browser.say("passwordadvice"))
    check(browser, "account")
    browser.settings("alumnimail-forwarding")
    browser.type("[name=_address]", instance.address("somebody"))
    browser.press(".alumnimail-save button")
    browser.see("#alumnimail .boxerror")
    check(browser, "refused")
    browser.type("[name=_address]", "somebody@outside.example")
    browser.press(".alumnimail-save button")
    browser.see("#alumnimail .boxconfirmation")
    check(browser, "pending")
    assert browser.find("html.dark-mode")
