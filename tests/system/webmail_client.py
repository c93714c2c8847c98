# SPDX-License-Identifier: MIT
"""The webmail as a program that sends forms sees it: no browser, no scripts."""

import functools
import html
import http.client
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

CLIENT_SECONDS = 60

TOKEN = re.compile(r'"request_token":"(\w+)"')


class _From(urllib.request.HTTPHandler):
    """HTTP from one of the addresses of this machine."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    def http_open(self, request):
        return self.do_open(functools.partial(
            http.client.HTTPConnection, source_address=(self.address, 0)),
            request)


class WebmailClient:
    """One session, with its cookies."""

    def __init__(self, instance, language="en-US", source="127.0.0.1"):
        self.base = instance.endpoints["webmail"]
        self.language = language
        self.opener = urllib.request.build_opener(
            _From(source), urllib.request.HTTPCookieProcessor(
                http.cookiejar.CookieJar()))
        self.token = ""

    def request(self, parameters, form=None):
        """Returns (status, text of the page); redirects are followed."""
        query = urllib.parse.urlencode(parameters)
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(
            f"{self.base}?{query}", data,
            {"Accept-Language": self.language})
        try:
            with self.opener.open(request, timeout=CLIENT_SECONDS) as answer:
                status, page = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, page = error.code, error.read().decode()
        found = TOKEN.search(page)
        if found:
            self.token = found.group(1)
        return status, page

    def log_in(self, user, password):
        """True if the person is let in."""
        self.request({"_task": "login"})
        _, page = self.request(
            {"_task": "login"},
            {"_token": self.token, "_task": "login", "_action": "login",
             "_timezone": "UTC", "_url": "", "_user": user,
             "_pass": password})
        return 'id="rcmloginuser"' not in page

    def settings(self, page):
        """HTML of Settings > page."""
        status, text = self.request(
            {"_task": "settings", "_action": f"plugin.{page}"})
        assert status == 200, text
        return text

    def post(self, page, do, token=None, **fields):
        """Sends a form of a page of ours; (status, the page after it)."""
        form = {"_token": self.token if token is None else token, "_do": do}
        form.update({f"_{name}": value for name, value in fields.items()})
        return self.request({"_task": "settings",
                             "_action": f"plugin.{page}"}, form)


def message(page):
    """What a page of ours tells above everything, or None."""
    found = re.search(r'class="box\w+ alumnimail-message"[^>]*>(.*?)</div>',
                      page, re.DOTALL)
    return html.unescape(found.group(1)) if found else None
