import json
import unittest
from pathlib import Path
from typing import Any, List

from kulti import _fit
from kulti._contract import EVENT_TYPES
from kulti._problem import Problem

FIXTURES = Path(__file__).resolve().parents[3] / "supabase/functions/_shared/protocol/fixtures"


def spelt_out(value: Any) -> Any:
    if isinstance(value, list):
        return [spelt_out(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        repeat = value["$repeat"]
        times = int(repeat["times"])
        return repeat["text"] * times if "text" in repeat else [repeat["item"]] * times
    if "$join" in value:
        return "".join(spelt_out(item) for item in value["$join"])
    return {key: spelt_out(item) for key, item in value.items()}


@unittest.skipUnless(FIXTURES.exists(), "the contract's fixtures are only in the repository")
class Contract(unittest.TestCase):
    def test_valid_events_are_sent_as_they_are(self) -> None:
        count = 0
        for path in sorted(FIXTURES.glob("valid/*.json")):
            fixture = spelt_out(json.loads(path.read_text(encoding="utf-8")))
            if fixture["request"] != "ingest":
                continue
            for event in fixture["body"]["events"]:
                problems: List[Problem] = []
                data = {k: v for k, v in _fit.clean(event["data"]).items() if v is not None}
                self.assertEqual(_fit.fit(event["type"], data, problems.append), [event["data"]], path.name)
                self.assertEqual(problems, [], path.name)
                count += 1
        self.assertGreater(count, 30)

    def test_what_is_too_large_is_cut_split_or_left_out(self) -> None:
        for path in sorted(FIXTURES.glob("invalid/*too-l*.json")):
            fixture = spelt_out(json.loads(path.read_text(encoding="utf-8")))
            for event in fixture["body"].get("events", []) if fixture["request"] == "ingest" else []:
                if event.get("type") not in EVENT_TYPES or not isinstance(event.get("data"), dict):
                    continue
                for fitted in _fit.fit(event["type"], _fit.clean(event["data"]), lambda problem: None):
                    again = _fit.fit(event["type"], fitted, lambda problem: self.fail(f"{path.name}: {problem}"))
                    self.assertEqual(len(again), 1, path.name)


if __name__ == "__main__":
    unittest.main()
