import json
import os
import random
import re
import time
import unittest

from kulti._redaction import StreamRedactor, find_secrets, redact, redact_value

CORPUS = os.environ.get("KULTI_CORPUS", "")


def leaks(secret: str, shown: str) -> bool:
    """Whether any eight characters in a row of the secret are seen, or all of a shorter one."""
    shown = re.sub(r"\[redacted-[a-z-]+\]", " ", shown)
    size = min(8, len(secret))
    return any(secret[at : at + size] in shown for at in range(len(secret) - size + 1))


@unittest.skipUnless(CORPUS, "KULTI_CORPUS names no file: npm test makes it")
class Corpus(unittest.TestCase):
    samples = json.loads(open(CORPUS, encoding="utf-8").read()) if CORPUS else []

    def test_every_text_is_redacted_as_typescript_does(self) -> None:
        self.assertGreater(len(self.samples), 600)
        for sample in self.samples:
            self.assertEqual(redact(sample["text"]), sample["shown"])

    def test_no_secret_shows_when_its_text_comes_in_pieces(self) -> None:
        chance = random.Random(7)
        for sample in self.samples:
            text, stream, shown, at = sample["text"], StreamRedactor(), [], 0
            while at < len(text):
                step = chance.randint(1, 24)
                shown.append(stream.push(text[at : at + step]))
                at += step
            shown.append(stream.end())
            for line in sample["secret"].split("\n"):
                self.assertFalse(leaks(line, "".join(shown)), sample["text"])


class Redaction(unittest.TestCase):
    def test_ordinary_text_stays_and_streams_lose_nothing(self) -> None:
        texts = ["commit 3f786850e387550fdab836ed7e6dc881de23001b\n", "max_tokens: 4096\n", "a " * 5_000, "no end"]
        for text in texts:
            self.assertEqual(redact(text), text)
            stream = StreamRedactor()
            pieces = [stream.push(text[at : at + 7]) for at in range(0, len(text), 7)]
            self.assertEqual("".join(pieces) + stream.end(), text)

    def test_words_of_a_stream_are_not_held_until_the_line_ends(self) -> None:
        stream = StreamRedactor()
        self.assertEqual(stream.push("The cache is co"), "The cache is ")

    def test_names_of_fields_count(self) -> None:
        shown = redact_value({"api_key": "q9Zx7Lm2Kd8Rt5Wv3Bn6Hj4", "note": ["fine"]})
        self.assertEqual(shown, {"api_key": "[redacted-key]", "note": ["fine"]})

    def test_redacting_twice_changes_nothing(self) -> None:
        once = redact("password=hunter2hunter2 and ghp_" + "a1B2" * 9)
        self.assertEqual(redact(once), once)

    def test_hostile_text_takes_linear_time(self) -> None:
        parts = ["sk-", "password: ", "://a:", "-----BEGIN PRIVATE KEY-----", "token=", "eyJ", '"', "\\", "[ ", "seed phrase "]
        for part in parts:
            times = []
            for size in (50_000, 200_000):
                began = time.process_time()
                find_secrets(part * (size // len(part)))
                times.append(time.process_time() - began)
            self.assertLess(times[1], max(10 * times[0], 4.0), part)


if __name__ == "__main__":
    unittest.main()
