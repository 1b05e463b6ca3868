# SPDX-License-Identifier: BSD-3-Clause
"""`pellucid reproduce all --quick` with two seeds side by side: every verdict is the same, and none
is undecided. One of the runs is killed on its way and goes on."""

import json
import os
import signal
import subprocess
import time
import unittest

from support import PELLUCID, ProgramTest

SEEDS = (1, 2)


class ReproduceAllTest(ProgramTest):
    def start(self, seed):
        command = (PELLUCID, "--threads", "1", "reproduce", "all", "--quick", "--seed", str(seed),
                   "-o", f"out{seed}")
        log = open(self.folder / f"log{seed}", "w", encoding="utf-8")
        self.addCleanup(log.close)
        return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT)

    def record_paths(self, seed):
        """Of experiments that are done: while one is written, its folder has another name."""
        paths = sorted((self.folder / f"out{seed}").glob("*/*.json"))
        return [path for path in paths if path.parent.name == path.stem]

    def records(self, seed):
        return {path.stem: json.loads(path.read_text("utf-8")) for path in self.record_paths(seed)}

    def kill_after_the_first(self, run, seed):
        while not self.record_paths(seed) and run.poll() is None:
            time.sleep(0.05)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()

    def test_verdicts_are_those_of_another_seed(self):
        names = [line.split()[0] for line in self.succeed("reproduce", "list").splitlines()
                 if not line.startswith(" ")]
        runs = {seed: self.start(seed) for seed in SEEDS}
        self.kill_after_the_first(runs[1], 1)
        first = {path: path.read_bytes() for path in self.record_paths(1)}
        self.assertEqual(len(first), 1)
        runs[1] = self.start(1)
        for seed, run in runs.items():
            log = self.folder / f"log{seed}"
            self.assertEqual(run.wait(), 0, log.read_text("utf-8"))
        self.assertIn("(kept)", (self.folder / "log1").read_text("utf-8"))
        for path, before in first.items():
            self.assertEqual(path.read_bytes(), before)
        found = [self.records(seed) for seed in SEEDS]
        self.assertEqual(sorted(found[0]), sorted(names))
        for name in names:
            outcomes = [[(s["id"], s["outcome"]) for s in records[name]["statements"]]
                        for records in found]
            with self.subTest(experiment=name):
                self.assertEqual(*outcomes)
                self.assertNotIn("undecided", [outcome for _, outcome in outcomes[0]])


if __name__ == "__main__":
    unittest.main()
