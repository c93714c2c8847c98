# SPDX-License-Identifier: MIT
"""Parts of a long job, side by side: tests/parts.bash."""

import signal
import subprocess

from instance.layout import ROOT
from instance.waiting import wait_until

SECONDS = 60
HEAD = f"set -euo pipefail\n. {ROOT}/tests/parts.bash\n"


def start(script):
    return subprocess.Popen(["bash", "-c", HEAD + script], text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def run(script):
    process = start(script)
    output, _ = process.communicate(timeout=SECONDS)
    return process.returncode, output


def test_parts_run_at_the_same_time_and_print_apart(tmp_path):
    """Each waits for what the other does."""
    status, output = run(f"""
        cd {tmp_path}
        meet() {{
            echo "$1 begins"
            touch "$1.here"
            until [ -e "$2.here" ]; do sleep 0.05; done
            echo "$1 ends"
        }}
        part_begin one meet one two
        part_begin "number two" meet two one
        parts_end
        echo "failed: ${{#parts_failed[@]}}"
        """)
    assert status == 0
    assert "one begins\none ends\n==> End of \"one\": passed" in output
    assert "two begins\ntwo ends\n==> End of \"number two\": passed" in output
    assert output.endswith("failed: 0\n")


def test_the_others_go_on_when_one_fails():
    status, output = run("""
        part_begin bad false
        part_begin worse sh -c 'exit 3'
        part_end bad || echo "bad: $?"
        part_begin good echo "good is here"
        parts_end
        part_end good && echo "good: $?"
        printf '%s\\n' "${parts_failed[@]}" | sort
        """)
    assert status == 0
    assert "bad: 1\n" in output and "good: 0\n" in output
    assert "FAILED (status 3)" in output and "good is here\n" in output
    assert output.endswith("bad\nworse\n")


def test_a_part_that_fails_ends_a_script_that_does_not_look():
    status, output = run("part_begin bad false\npart_end bad\necho further")
    assert status == 1
    assert "further" not in output


def test_progress_is_told_meanwhile(tmp_path):
    status, output = run(f"""
        PARTS_PROGRESS_SECONDS=0
        part_begin one sh -c 'echo step 1; until [ -e {tmp_path}/on ]; do
            sleep 0.05; done; echo step 2'
        (sleep 0.5; touch {tmp_path}/on) &
        parts_end
        """)
    assert status == 0
    assert "| one: step 1\n" in output
    assert output.index("| one: step 1") < output.index("step 2")


def test_a_signal_interrupts_all_and_shows_them(tmp_path):
    """Also what they have started; each may clean up."""
    process = start(f"""
        stay() {{
            trap 'echo "$1 cleans up"; exit 1' INT
            sh -c 'touch {tmp_path}/'"$1"'; exec sleep infinity'
        }}
        part_begin one stay one
        part_begin two stay two
        parts_end
        """)
    for name in ("one", "two"):
        wait_until((tmp_path / name).exists, SECONDS, "the part")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "one cleans up" in output and "two cleans up" in output
