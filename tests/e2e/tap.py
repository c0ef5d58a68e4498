# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs unittest cases and tells the result in TAP, one line a case, as the C tests do."""
import sys
import unittest


class _Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0

    def _line(self, ok, test, detail=""):
        self.number += 1
        for line in detail.splitlines():
            print("# " + line)
        print(f"{'ok' if ok else 'not ok'} {self.number} {test.id().removeprefix('__main__.')}", flush=True)

    def addSuccess(self, test):
        self._line(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line(False, test, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self._line(False, test, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.number += 1
        print(f"ok {self.number} {test.id().removeprefix('__main__.')} # SKIP {reason}", flush=True)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._line(False, subtest, self._exc_info_to_string(err, test))


def main():
    """To be called at the end of a test program; arguments name single cases, as in WindowTest.test_a_thing."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if len(sys.argv) > 1:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], sys.modules["__main__"])
    print("TAP version 14")
    result = _Result()
    suite.run(result)
    print(f"1..{result.number}")
    sys.exit(0 if result.number > 0 and result.wasSuccessful() else 1)
