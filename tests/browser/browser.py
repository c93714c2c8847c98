# SPDX-License-Identifier: MIT
"""A person with a browser at the webmail."""

import json
import os
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import (JavascriptException,
                                        NoSuchElementException,
                                        StaleElementReferenceException,
                                        WebDriverException)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from instance.waiting import wait_until

WAIT_SECONDS = 60
PAGE_SECONDS = 120

# Nothing but the instance is asked for anything.
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-default-apps", "--disable-extensions", "--hide-scrollbars")

# The rest of a page is Roundcube's, which we cannot change.
OUR_PART = "#alumnimail"
SERIOUS = ("serious", "critical")


class Browser:
    """One browser with an empty profile, in a language, on a screen."""

    def __init__(self, instance, profile, language, width, prefix, texts):
        self.instance = instance
        self.language = language
        self.width = width
        self.is_phone = width < 600
        self.prefix = prefix
        self.texts = texts
        self.count = 0
        tag = language.replace("_", "-")
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={profile}")
        options.add_argument(f"--lang={tag}")
        options.add_argument(f"--window-size={width},900")
        options.add_experimental_option(
            "prefs", {"intl.accept_languages": tag})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(
            service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PAGE_SECONDS)
        if self.is_phone:
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 844, "deviceScaleFactor": 1,
                 "mobile": True})

    def quit(self):
        self.driver.quit()

    # ---- looking and waiting ----

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, condition, what):
        """Waits for something true; a page that is being replaced is none."""
        def holds():
            try:
                return condition()
            except (StaleElementReferenceException, NoSuchElementException,
                    JavascriptException):
                return None
            except WebDriverException as error:
                # What chromedriver says of one that goes at that moment.
                if "does not belong to the document" not in str(error):
                    raise
                return None

        return wait_until(holds, WAIT_SECONDS, what)

    def see(self, selector):
        """Waits for an element that can be seen."""
        return self.wait(lambda: next(
            (element for element in self.find(selector)
             if element.is_displayed()), None),
            f"{selector} at {self.driver.current_url}")

    def text(self, selector="#alumnimail"):
        return self.see(selector).text

    def wait_text(self, text, selector="#alumnimail"):
        return self.wait(lambda: text in self.see(selector).text,
                         f"{text!r} in {selector}")

    def say(self, label, /, **values):
        """A text of the plugin's in this browser's language."""
        text = self.texts[label]
        for name, value in values.items():
            text = text.replace(f"${name}", str(value))
        return text

    def wait_no_toast(self):
        """Waits until what Roundcube tells for a moment has gone."""
        self.wait(lambda: not any(element.is_displayed() for element in
                                  self.find("#messagestack > div")),
                  "Roundcube's messages to go")

    def screenshot(self, name):
        self.count += 1
        path = Path(f"{self.prefix}-{self.count:02}-{name}.png")
        self.driver.save_screenshot(str(path))
        return path

    def is_wider_than_the_screen(self):
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth > window.innerWidth"
            " || (function (part) { return part && part.scrollWidth >"
            " part.clientWidth + 1; })(document.querySelector('#alumnimail'))")

    def complaints(self):
        """What axe-core finds in our part of the page, if it is serious."""
        axe = Path(os.environ["AXE"]).read_text()
        self.driver.execute_script(axe)
        found = self.driver.execute_async_script(
            "var done = arguments[arguments.length - 1];"
            "axe.run(arguments[0]).then(done,"
            " function (error) { done({error: String(error)}); });", OUR_PART)
        assert "error" not in found, found["error"]
        assert found["passes"], "axe-core has looked at nothing"
        return [f"{rule['id']}: {rule['help']}: "
                + json.dumps([node["html"] for node in rule["nodes"]])
                for rule in found["violations"]
                if rule["impact"] in SERIOUS]

    # ---- acting ----

    def open(self, **parameters):
        query = "&".join(f"_{name}={value}"
                         for name, value in parameters.items())
        self.driver.get(self.instance.endpoints["webmail"] + "?" + query)

    def type(self, selector, text):
        field = self.see(selector)
        field.clear()
        field.send_keys(text)
        return field

    def press(self, selector):
        """Clicks what sends a form, and waits for the page that answers."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.see(selector).click()

        def is_new():
            try:
                page.is_enabled()
            except StaleElementReferenceException:
                return self.driver.execute_script(
                    "return document.readyState") == "complete"
            return False

        self.wait(is_new, f"a new page after {selector}")

    def log_in(self, user, password):
        self.open()
        self.type("#rcmloginuser", user)
        self.type("#rcmloginpwd", password)
        self.press("#rcmloginsubmit")

    def is_logged_in(self):
        return bool(self.find("#layout-menu"))

    def log_out(self):
        self.open(task="settings")
        self.driver.execute_script("rcmail.command('switch-task', 'logout')")
        self.see("#rcmloginuser")

    def settings(self, page):
        """Opens Settings > page of ours."""
        self.open(task="settings", action=f"plugin.{page}")
        self.see("#layout-content")

    def quota(self):
        """Percent that Roundcube's own display shows."""
        return int(self.driver.execute_script(
            "return document.querySelector('#quotadisplay .count')"
            ".textContent").strip().rstrip("%"))

    def tab(self):
        """Moves on by the keyboard; returns what has the focus."""
        self.driver.switch_to.active_element.send_keys(Keys.TAB)
        return self.driver.switch_to.active_element
