"""Each C file of test/loops is one test here: oracle.py on it. A module of its own, since lit sends it to its workers."""
import os

import lit.Test
import lit.TestRunner
import lit_format


class OracleFormat(lit_format.TweedFormat):
    """TweedFormat, and a test NAME.c for each NAME.c of ../loops that names loops."""

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        yield from super().getTestsInDirectory(suite, path_in_suite, lit_config, local_config)
        folder = os.path.join(suite.getSourcePath(path_in_suite), os.pardir, "loops")
        for name in sorted(os.listdir(folder)):
            if name.endswith(".c") and has_loops(os.path.join(folder, name)):
                yield lit.Test.Test(suite, path_in_suite + (name,), local_config)

    def execute(self, test, lit_config):
        name = test.path_in_suite[-1]
        if not name.endswith(".c"):
            return super().execute(test, lit_config)
        config = test.config
        if not config.tweed_plugin:
            return lit.Test.Result(lit.Test.UNSUPPORTED, "the LLVM plugin was not built")
        tools = dict(config.substitutions)
        base = os.path.join(config.tweed_build, "test", *test.path_in_suite)
        os.makedirs(os.path.dirname(base), exist_ok=True)
        here = os.path.join(config.tweed_src, "test", "oracle")
        command = "timeout 900 %s %s/oracle.py %s/../loops/%s --plugin %s --clang '%s' --opt '%s'%s" % (
            config.python, here, here, name, config.tweed_plugin, tools["%clang"], tools["%tweed_opt"],
            " --levels scalar" if config.tweed_sanitize else "")
        return lit.TestRunner._runShTest(test, lit_config, False, ["%dbg(RUN: at line 1) " + command], base + ".tmp")


def has_loops(path):
    if os.path.basename(path) == "no_overlap.c": # no loop of it touches memory
        return False
    with open(path, "rb") as file:
        return b"// LOOP:" in file.read(1 << 16)
