"""Which files are tests, and how a unit test runs. A module of its own, since lit sends it to its workers."""
import os

import lit.formats
import lit.Test
import lit.TestRunner


class TweedFormat(lit.formats.ShTest):
    """ShTest, but only files with a RUN: line are tests, and a unit test needs none."""

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        folder = suite.getSourcePath(path_in_suite)
        unit = path_in_suite == ("unit",)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.startswith(".") or not os.path.isfile(path) or os.path.splitext(name)[1] not in local_config.suffixes:
                continue
            if unit and name.endswith(".c") or has_run_line(path):
                yield lit.Test.Test(suite, path_in_suite + (name,), local_config)

    def execute(self, test, lit_config):
        if test.path_in_suite[0] == "unit" and test.path_in_suite[-1].endswith(".c"):
            name = os.path.splitext(test.path_in_suite[-1])[0]
            program = os.path.join(test.config.tweed_build, "test", "unit", name)
            script = ["%dbg(RUN: at line 1) timeout 300 " + program]
            return lit.TestRunner._runShTest(
                test, lit_config, False, script, os.path.join(test.config.tweed_build, "test", "unit", name + ".tmp"))
        return super().execute(test, lit_config)


def has_run_line(path):
    with open(path, "rb") as file:
        return b"RUN:" in file.read(1 << 16)
