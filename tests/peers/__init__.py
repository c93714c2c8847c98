# SPDX-License-Identifier: MIT
"""Programs by others that ours are compared with, in tests and benchmarks."""
