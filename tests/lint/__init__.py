# SPDX-License-Identifier: MIT
"""The judge of form: ./dev lint, and what ./dev test --changed chooses.

A check is one row in `checks.py`: an object of lint.check.Check. Most of them
run a program of Debian's; the house rules (`*_rules.py`) are programs of our
own, for mistakes that were made twice.
"""
