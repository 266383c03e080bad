#!/usr/bin/env python3
"""The house rules bite: each is shown a small tree that breaks it, and one that does not."""

import os
import tempfile
import unittest

import house_rules

CONTRACT = "// What for: a test.\n// Thread rule: values.\n"


def findings_of(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return house_rules.check_tree(root)


class HouseRules(unittest.TestCase):
    def refused(self, path, text, sentence):
        findings, _ = findings_of({path: text})
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(sentence, findings[0])
        return findings[0]

    def allowed(self, path, text):
        findings, _ = findings_of({path: text})
        self.assertEqual(findings, [])

    def test_an_upward_include_is_refused_with_its_line(self):
        finding = self.refused("libmgr/x.cpp", "\n#include \"drivers/emulated/hardware.hpp\"\n", "may not include drivers/emulated")
        self.assertTrue(finding.startswith("libmgr/x.cpp:2:"))
        self.refused("libmgr/domain/x.cpp", '#include "libmgr/base/loop.hpp"\n', "may not include")
        self.refused("libmgr/x.cpp", '#include "db/database.hpp"\n', "may not include")
        self.refused("db/x.cpp", '#include "libmgr/manager.hpp"\n', "may not include")
        self.refused("api/client/x.cpp", '#include "libmgr/manager.hpp"\n', "may not include")
        self.refused("cli/x.cpp", '#include "api/server/listener.hpp"\n', "may not include")
        self.refused("cli/emu/x.cpp", '#include "api/client/connection.hpp"\n', "may not include")
        self.refused("libmgr/x.cpp", '#include "tests/support/x.hpp"\n', "nothing depends on the tests")
        self.refused("api/new/x.cpp", '#include "libmgr/domain/ids.hpp"\n', "not in the floor plan")

    def test_a_downward_include_is_allowed(self):
        self.allowed("libmgr/x.cpp", '#include "drivers/port/drive.hpp"\n#include "db/changes.hpp"\n')
        self.allowed("cli/emu/x.cpp", '#include "drivers/emulated/hardware.hpp"\n')
        self.allowed("api/daemon/x.cpp", '#include "drivers/handler/launcher.hpp"\n#include "db/database.hpp"\n')
        self.allowed("tests/db/x.cpp", '#include "api/daemon/config.hpp"\n')
        self.allowed("libmgr/x.cpp", '// #include "drivers/emulated/hardware.hpp"\n')

    def test_asio_and_sqlite_have_their_homes(self):
        self.refused("libmgr/x.cpp", "#include <boost/asio/io_context.hpp>\n", "Asio stays")
        self.refused("db/x.cpp", "#include <boost/asio.hpp>\n", "Asio stays")
        self.allowed("libmgr/base/asio_loop.cpp", "#include <boost/asio/io_context.hpp>\n")
        self.refused("api/server/x.cpp", "#include <SQLiteCpp/SQLiteCpp.h>\n", "SQLite stays")
        self.refused("libmgr/x.cpp", 'auto q = "SELECT id FROM drive";\n', "SQL text")
        self.refused("cli/x.cpp", 'auto q = "delete";\nauto r = "DELETE FROM medium";\n', "SQL text")
        self.allowed("db/x.cpp", 'auto q = "SELECT id FROM drive";\n')
        self.allowed("libmgr/x.cpp", 'auto q = "SELECTED drive";  // "SELECT x"\n')

    def test_banned_calls_are_refused_where_they_are_banned(self):
        self.refused("libmgr/x.cpp", "void f() { usleep(5); }\n", "nothing sleeps")
        self.refused("api/server/x.cpp", "std::this_thread::sleep_for(1s);\n", "nothing sleeps")
        self.allowed("drivers/handler/x.cpp", "usleep(5);\n")
        self.refused("cli/x.cpp", 'system("ls");\n', "no shell")
        self.refused("cli/x.cpp", 'std::system("ls");\n', "no shell")
        self.allowed("cli/x.cpp", "file_system(1); x.system(1); // system(1)\n")
        self.refused("drivers/block/x.cpp", "int i = rand();\n", "rsm::Random")
        self.refused("libmgr/x.cpp", "auto t = std::chrono::system_clock::now();\n", "Loop::now")
        self.refused("db/x.cpp", "auto t = time(nullptr);\n", "Loop::now")
        self.allowed("libmgr/base/asio_loop.cpp", "auto t = std::chrono::system_clock::now();\n")
        self.refused("libmgr/x.cpp", "std::mutex m;\n", "one thread decides")
        self.refused("cli/x.cpp", "strcpy(a, b);\n", "without a bound")

    def test_unordered_containers_may_be_looked_into_but_not_walked(self):
        header = CONTRACT + "std::unordered_map<int, std::vector<int>> drives_;\n"
        walk = {"libmgr/x.hpp": header, "libmgr/x.cpp": "void f() { for (auto& d : drives_) use(d); }\n"}
        findings, _ = findings_of(walk)
        self.assertEqual(len(findings), 1, findings)
        self.assertIn("drives_ is unordered", findings[0])
        findings, _ = findings_of({"libmgr/x.hpp": header, "libmgr/x.cpp": "auto d = drives_.find(3);\n"})
        self.assertEqual(findings, [])

    def test_a_header_begins_with_its_contract(self):
        self.refused("libmgr/x.hpp", "#pragma once\n", "begins with its contract")
        self.refused("libmgr/x.hpp", "// One line.\n#pragma once\n", "begins with its contract")
        self.refused("tests/x.hpp", "#pragma once\n// One line.\n", "begins with its contract")
        self.allowed("tests/x.hpp", "// One line.\n#pragma once\n")
        self.allowed("libmgr/x.hpp", "// Pools. Thread rule: values.\n#pragma once\n")
        self.allowed("libmgr/x.hpp", CONTRACT + "#pragma once\n")
        self.allowed("libmgr/x.hpp", "/* What for.\n   Thread rule. */\n#pragma once\n")

    def test_words_of_the_workshop_stay_out_of_code_documents_and_scripts(self):
        for word in house_rules.FORBIDDEN_WORDS:
            self.refused("docs/x.md", f"see {word} here\n", "must not be in the tree")
            self.refused("scripts/x", f"# {word}\n", "must not be in the tree")

    def test_long_files_and_functions_are_warnings(self):
        long_function = "int f() {\n" + "  g();\n" * 80 + "}\n"
        findings, warnings = findings_of({"libmgr/x.cpp": long_function})
        self.assertEqual(findings, [])
        self.assertEqual(warnings, ["libmgr/x.cpp:1: a function of 82 lines"])
        _, warnings = findings_of({"libmgr/x.cpp": "int a;\n" * 401})
        self.assertEqual(warnings, ["libmgr/x.cpp: 401 lines"])
        _, warnings = findings_of({"libmgr/x.cpp": ("int f() {\n" + "  g();\n" * 60 + "}\n") * 3})
        self.assertEqual(warnings, [])


if __name__ == "__main__":
    unittest.main()
