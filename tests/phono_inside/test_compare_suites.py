"""Two runs of a peer's suite are compared test by test."""

from compare_suites import compared


def report(served=9, passed_on=1, **outcomes):
    calls = {"served": served, "passed on": {"sparse grid": passed_on}}
    return {"outcomes": outcomes, "functions": {"collision_at_grid_point": calls}}


def test_a_test_that_fails_or_is_missing_inside_alone_is_named():
    without = report(a="passed", b="failed", c="skipped", d="passed")
    assert compared(without, report(a="passed", b="failed", c="skipped", d="passed")) == []
    assert compared(without, report(a="failed", b="passed", c="skipped")) == [
        "a fails inside alone",
        "d fails inside alone",
    ]


def test_too_few_calls_that_were_served_are_wrong():
    assert compared(report(), report(served=89, passed_on=11)) == [
        "collision_at_grid_point: 89 of 100 calls served"
    ]
