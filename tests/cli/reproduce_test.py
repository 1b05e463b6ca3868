# SPDX-License-Identifier: BSD-3-Clause
"""`pellucid reproduce`: the list, a run's files, what is kept, and verdicts that no seed changes."""

import json
import unittest

from support import ProgramTest

# Quick runs of a few seconds each.
CHEAP = ("snr-mismatch", "per-step")


class ReproduceTest(ProgramTest):
    def reproduce(self, *arguments):
        return self.succeed("reproduce", *arguments, "--quick", "-o", "out")

    def record(self, name):
        return json.loads((self.folder / "out" / name / f"{name}.json").read_text("utf-8"))

    def test_list_names_every_experiment_with_its_paper_and_claim(self):
        text = self.succeed("reproduce", "list")
        for name in CHEAP + ("cme-gap-vs-steps", "few-steps", "when-it-fails"):
            self.assertIn(name, text)
        self.assertIn("arXiv 2403.02957", text)
        self.assertIn("claim", text.lower())
        self.assertIn("dataset-fashion-mnist", text)
        self.assertIn("asterisk-core-sounds-en-wav", text)
        self.assertIn("--quick", text)

    def test_a_run_leaves_numbers_page_and_figures(self):
        self.reproduce("snr-mismatch")
        place = self.folder / "out" / "snr-mismatch"
        record = self.record("snr-mismatch")
        self.assertTrue(record["figures"])
        for figure in record["figures"]:
            self.assertIn("<svg", (place / f"{figure['id']}.svg").read_text("utf-8"))
        page = (place / "index.html").read_text("utf-8")
        for word in (record["claim"], record["verdict"], record["version"], "--quick"):
            self.assertIn(word, page)
        rows = (place / "snr-mismatch.csv").read_text("utf-8").splitlines()
        points = sum(len(c["points"]) for f in record["figures"] for c in f["curves"])
        self.assertEqual(len(rows), points + 1)
        index = (self.folder / "out" / "index.html").read_text("utf-8")
        self.assertIn('href="snr-mismatch/index.html"', index)
        self.assertIn(record["verdict"], index)
        self.assertFalse([n for n in self.names() if ".new" in n or "tmp" in n], self.names())

    def test_what_is_done_is_kept_and_a_changed_seed_runs_again(self):
        self.assertNotIn("(kept)", self.reproduce("snr-mismatch"))
        path = self.folder / "out" / "snr-mismatch" / "snr-mismatch.json"
        before = path.read_bytes()
        self.assertIn("(kept)", self.reproduce("snr-mismatch"))
        self.assertEqual(path.read_bytes(), before)
        self.assertNotIn("(kept)", self.reproduce("snr-mismatch", "--seed", 2))
        self.assertNotEqual(path.read_bytes(), before)

    def test_verdicts_do_not_depend_on_the_seed(self):
        outcomes = []
        for seed in (1, 2):
            self.reproduce(*CHEAP, "--seed", seed)
            records = [self.record(name) for name in CHEAP]
            outcomes.append(
                [(r["verdict"], [s["outcome"] for s in r["statements"]]) for r in records]
            )
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertNotIn("undecided", [verdict for verdict, _ in outcomes[0]])

    def test_numbers_do_not_depend_on_threads(self):
        figures = []
        for threads in (1, 2):
            self.reproduce("per-step", "--again", "--threads", threads)
            figures.append(self.record("per-step")["figures"])
        self.assertEqual(figures[0], figures[1])

    def test_a_record_that_cannot_be_read_counts_as_not_run(self):
        self.reproduce("snr-mismatch")
        record = self.folder / "out" / "snr-mismatch" / "snr-mismatch.json"
        whole = record.read_text("utf-8")
        for damaged in ("", whole[: len(whole) // 2], "[]"):
            record.write_text(damaged, "utf-8")
            done = self.run_program("reproduce", "snr-mismatch", "--quick", "-o", "out")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("snr-mismatch.json", done.stderr)
            self.assertNotIn("(kept)", done.stdout)
            self.assertEqual(self.record("snr-mismatch")["figures"], json.loads(whole)["figures"])

    def test_pages_are_drawn_again_from_what_is_kept(self):
        self.reproduce("snr-mismatch")
        place = self.folder / "out" / "snr-mismatch"
        pages = {p.name: p.read_bytes() for p in place.iterdir()}
        for page in place.iterdir():
            if page.suffix != ".json":
                page.unlink()
        self.assertIn("(kept)", self.reproduce("snr-mismatch"))
        self.assertEqual({p.name: p.read_bytes() for p in place.iterdir()}, pages)

    def test_one_experiment_without_data_does_not_stop_the_others(self):
        done = self.run_program("reproduce", "images-real", "snr-mismatch", "--quick", "-o", "out",
                                "--images", "no")
        self.assertEqual(done.returncode, 1)
        self.assertIn("images-real did not run: no/", done.stderr)
        index = (self.folder / "out" / "index.html").read_text("utf-8")
        self.assertIn('href="snr-mismatch/index.html"', index)
        self.assertNotIn('href="images-real/index.html"', index)

    def test_wrong_usage_and_missing_data(self):
        for seed in ("-1", "x", "1.5", "99999999999999999999"):
            self.fail_with(2, "reproduce", "per-step", "--seed", seed, says=("--seed",))
        self.save("file.npy", [1.0])
        done = self.run_program("reproduce", "per-step", "--quick", "-o", "file.npy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("file.npy: is a file", done.stderr)
        self.fail_with(2, "reproduce", "no-such", "-o", "out", says=("no-such", "few-steps"))
        done = self.run_program("reproduce", "images-real", "--quick", "-o", "out", "--images", "no")
        self.assertEqual(done.returncode, 1)
        self.assertIn("dataset-fashion-mnist", done.stderr)
        done = self.run_program("reproduce", "speech-real", "--quick", "-o", "out", "--sounds", "no")
        self.assertEqual(done.returncode, 1)
        self.assertIn("asterisk-core-sounds-en-wav", done.stderr)


if __name__ == "__main__":
    unittest.main()
