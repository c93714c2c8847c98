# SPDX-License-Identifier: MIT
"""Sender rewriting beside that of others: Mail::SRS and Debian's postsrsd make
and take back the same addresses as we do, with the same secret.

ALUMNIMAIL_SRS_ADDRESSES sets how many are compared.
"""

import os
import random
import string
import subprocess
from collections import Counter

import pytest

from instance.layout import BUILD
from peers import postsrsd

ADDRESSES = int(os.environ.get("ALUMNIMAIL_SRS_ADDRESSES", "10000"))
DOMAIN = "alumni.example"
SECRET = "the same secret for all three"
# RFC 5322 atoms; SRS itself uses = + - as separators.
LOCAL = string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~"
MAIL_SRS = r"""
use Mail::SRS;
my $srs = Mail::SRS->new(Secret => $ARGV[0], MaxAge => 21);
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($way, $address) = split(/ /, $line, 2);
    my $made = eval { $way eq "forward" ? $srs->forward($address, $ARGV[1])
                                        : $srs->reverse($address) };
    print defined $made ? "$made\n" : "- $@" =~ s/\n.*//sr . "\n";
}
"""


def generated(count):
    """The same addresses in each run: every length of local part, domains of
    several labels, case and separators mixed."""
    chance = random.Random(5)
    found = []
    while len(found) < count:
        length = 1 + len(found) % 40
        local = "".join(chance.choices(LOCAL, k=length))
        if length > 4 and chance.random() < 0.3:
            at = chance.randrange(1, length - 1)
            local = f"{local[:at]}.{local[at + 1:]}"
        labels = ["".join(chance.choices(string.ascii_letters, k=size))
                  for size in chance.choices(range(1, 12),
                                             k=chance.randint(1, 3))]
        found.append(f"{local}@{'.'.join(labels)}.example")
    return found


def filtered(argv, lines):
    done = subprocess.run([str(word) for word in argv],
                          input="".join(line + "\n" for line in lines),
                          text=True, capture_output=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(lines), done.stderr
    return answers


@pytest.fixture(name="ours", scope="module")
def _ours(tmp_path_factory):
    """A function that puts lines through our rewriting."""
    secret = tmp_path_factory.mktemp("srs") / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    program = BUILD / "sanitize/tests/peers/srs-lines"
    return lambda way, addresses: filtered(
        [program, DOMAIN, secret],
        [f"{way} {address}" for address in addresses])


def mail_srs(way, addresses, secret=SECRET, domain=DOMAIN):
    return filtered(["perl", "-e", MAIL_SRS, secret, domain],
                    [f"{way} {address}" for address in addresses])


@pytest.fixture(name="peer", scope="module")
def _peer():
    """A function that puts addresses through postsrsd."""
    with postsrsd.running(DOMAIN, SECRET) as running:
        def ask(way, addresses):
            function = getattr(running, way)
            return [function(address) or "-" for address in addresses]

        yield ask


def same_address(made, true):
    """The domain's case is not part of an address."""
    return (made.rpartition("@")[0] == true.rpartition("@")[0]
            and made.rpartition("@")[2].lower()
            == true.rpartition("@")[2].lower())


def check_back(made, true, made_by, taken_by):
    wrong = [(address, back) for address, back in zip(true, made)
             if not same_address(back, address)]
    assert not wrong, (f"{len(wrong)} of {len(true)} made by {made_by} and "
                       f"taken back by {taken_by}", wrong[:5])


def test_mail_srs_makes_the_same_and_takes_ours_back(ours):
    addresses = generated(ADDRESSES)
    made = ours("forward", addresses)
    theirs = mail_srs("forward", addresses)
    different = [pair for pair in zip(made, theirs) if pair[0] != pair[1]]
    assert not different, (len(different), different[:5])
    check_back(mail_srs("reverse", made), addresses, "us", "Mail::SRS")
    check_back(ours("reverse", theirs), addresses, "Mail::SRS", "us")


def test_postsrsd_takes_ours_back_and_we_take_its(ours, peer):
    addresses = generated(ADDRESSES)
    check_back(peer("reverse", ours("forward", addresses)), addresses, "us",
               "postsrsd")
    check_back(ours("reverse", peer("forward", addresses)), addresses,
               "postsrsd", "us")


def test_a_second_forwarder_agrees(ours, peer):
    """SRS1: what another forwarder made is shortened, not nested."""
    addresses = generated(ADDRESSES)
    first = mail_srs("forward", addresses, "a secret of its own",
                     "first.example")
    made = ours("forward", first)
    assert all(address.startswith("SRS1") for address in made)
    assert made == mail_srs("forward", first)
    check_back(mail_srs("reverse", made), first, "us", "Mail::SRS")
    check_back(peer("reverse", made), first, "us", "postsrsd")
    theirs = peer("forward", first)
    # Version 1 makes none whose local part is longer than 64 octets.
    short = [number for number, address in enumerate(made)
             if len(address.rpartition("@")[0]) <= 64]
    assert len(short) > ADDRESSES / 5
    check_back(ours("reverse", [theirs[number] for number in short]),
               [first[number] for number in short], "postsrsd", "us")


def test_all_refuse_what_one_octet_was_changed_in(ours, peer):
    """Not one forged address in ten thousand is taken back by anybody."""
    chance = random.Random(6)
    forged = []
    for address in ours("forward", generated(ADDRESSES)):
        # The hash: four characters behind SRS0 and a separator.
        at = 5 + chance.randrange(4)
        other = chance.choice([c for c in string.ascii_letters + "+/"
                               if c.lower() != address[at].lower()])
        forged.append(address[:at] + other + address[at + 1:])
    counts = Counter(answer.partition(" ")[0] for answer in
                     ours("reverse", forged))
    assert set(counts) == {"-"}
    assert {answer.partition(" ")[0]
            for answer in mail_srs("reverse", forged)} == {"-"}
    assert set(peer("reverse", forged)) == {"-"}
