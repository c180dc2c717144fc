"""What checks compare with."""


def expect(wanted, got, what):
    if type(wanted) is not type(got) or wanted != got:
        raise AssertionError(f"{what}: wanted {wanted!r}, got {got!r}")


def contains(wanted, values):
    if wanted not in values:
        raise AssertionError(f"{wanted!r} is not among {values!r}")


def failure_in(action, what="the wrong statement"):
    """What `action` raises."""
    try:
        action()
    except Exception as failure:
        return failure
    raise AssertionError(f"{what} did not fail")
