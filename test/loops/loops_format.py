"""Each C file with LOOP: lines is one test: run.py on it. A module of its own, since lit sends it to its workers."""
import os

import lit.Test
import lit.TestRunner
import lit_format


class LoopFormat(lit_format.TweedFormat):
    """TweedFormat, and C files whose script is run.py with the tools of the suite; under sanitizers the quick set."""

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        yield from super().getTestsInDirectory(suite, path_in_suite, lit_config, local_config)
        folder = suite.getSourcePath(path_in_suite)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".c") and has_loops(os.path.join(folder, name)):
                yield lit.Test.Test(suite, path_in_suite + (name,), local_config)

    def execute(self, test, lit_config):
        if not test.path_in_suite[-1].endswith(".c"):
            return super().execute(test, lit_config)
        config = test.config
        if not config.tweed_plugin:
            return lit.Test.Result(lit.Test.UNSUPPORTED, "the LLVM plugin was not built")
        tools = dict(config.substitutions)
        base = os.path.join(config.tweed_build, "test", *test.path_in_suite)
        os.makedirs(os.path.dirname(base), exist_ok=True)
        command = "timeout 1500 %s %s/run.py %s --plugin %s --clang '%s' --opt '%s'%s" % (
            config.python, os.path.dirname(test.getSourcePath()), test.getSourcePath(), config.tweed_plugin,
            tools["%clang"], tools["%tweed_opt"], " --quick" if config.tweed_sanitize else "")
        return lit.TestRunner._runShTest(test, lit_config, False, ["%dbg(RUN: at line 1) " + command], base + ".tmp")


def has_loops(path):
    with open(path, "rb") as file:
        return b"// LOOP:" in file.read(1 << 16)
