"""Runs a program at a pseudo terminal and plays a dialogue with it.

usage: dialogue.py <steps as JSON> <program> [arguments...]
A step is {"expect": <regular expression>, "send": <text>, "within": <seconds>}: wait until what came behind the last
match, without escape sequences, matches; then type the text. Prints all that the program wrote; exits with its exit code, or 99 when an expected
text did not come in time.
"""
import codecs
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

# Long enough for a machine with a dozen other jobs; nobody waits for it when all is well.
DEFAULT_SECONDS = 45
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
decoder = codecs.getincrementaldecoder("utf-8")("replace")


def read(seconds):
    """What comes next; None when nothing came in time, '' at the end."""
    if not select.select([terminal], [], [], max(0, seconds))[0]:
        return None
    try:
        data = os.read(terminal, 65536)
    except OSError:
        data = b""
    text = decoder.decode(data)
    sys.stdout.write(text)
    return text if data else ""


def play():
    seen = ""
    for step in steps:
        deadline = time.monotonic() + step.get("within", DEFAULT_SECONDS)
        while True:
            seen = ESCAPES.sub("", seen)
            found = re.search(step["expect"], seen)
            if found:
                seen = seen[found.end():]
                break
            text = read(deadline - time.monotonic())
            if not text:
                sys.stdout.write("\n<<< expected /%s/, saw %r\n" % (step["expect"], seen[-2000:]))
                return False
            seen += text
        os.write(terminal, step["send"].encode())
    return True


ok = play()
deadline = time.monotonic() + DEFAULT_SECONDS
while ok:
    text = read(deadline - time.monotonic())
    if text == "":
        break
    if text is None:
        sys.stdout.write("\n<<< the program did not end\n")
        ok = False
if not ok:
    os.kill(pid, 9)
status = os.waitpid(pid, 0)[1]
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status) if ok else 99)
