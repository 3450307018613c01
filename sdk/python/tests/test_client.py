import asyncio
import json
import logging
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Dict, List

from kulti import Kulti, KultiHandler, Problem, stream
from server import Server

SOURCE = str(Path(__file__).resolve().parent.parent / "src")


class WithServer(unittest.TestCase):
    def setUp(self) -> None:
        self.server = Server()
        self.problems: List[Problem] = []
        self.folder = tempfile.TemporaryDirectory(prefix="kulti-spool-")
        self.clients: List[Kulti] = []

    def tearDown(self) -> None:
        for client in self.clients:
            client.close(0)
        self.server.close()
        self.folder.cleanup()

    def kulti(self, **options: Any) -> Kulti:
        given: Dict[str, Any] = {
            "spool": self.folder.name,
            "on_problem": self.problems.append,
            "flush_ms": 5,
        }
        given.update(options)
        client = Kulti("tester", self.server.url, "klt_test", **given)
        self.clients.append(client)
        return client

    def run_program(self, program: str, **env: str) -> "subprocess.Popen[str]":
        code = f"from kulti import Kulti\nkulti = Kulti()\n{textwrap.dedent(program)}"
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": SOURCE,
                "KULTI_SERVER": self.server.url,
                "KULTI_AGENT_ID": "tester",
                "KULTI_API_KEY": "klt_test",
                "KULTI_SPOOL_DIR": self.folder.name,
                **env,
            },
        )

    def files(self) -> List[Path]:
        return list(Path(self.folder.name).glob("*/*.ndjson"))

    def until(self, is_true: Any, seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not is_true():
            self.assertLess(time.monotonic(), end, "waited too long")
            time.sleep(0.01)

    def next_process(self) -> None:
        client = self.kulti()
        client.think("next")
        self.assertTrue(client.close())


class Verbs(WithServer):
    def test_every_verb_arrives_as_its_event_in_order_with_the_key(self) -> None:
        kulti = self.kulti()
        kulti.live()
        kulti.task("A task", "More")
        kulti.goal("A goal")
        kulti.think("t")
        kulti.think("t2", "reasoning", {"file": "a.py"}, "detail")
        kulti.reason("r")
        kulti.decide("d")
        kulti.observe("o")
        kulti.evaluate("e", ["a", "b"], "b")
        kulti.context("c", "a.py")
        kulti.tool("x", "grep")
        kulti.prompt("p", "image")
        with kulti.thought("reasoning") as thought:
            thought.write("one ")
            thought.write("two")
        thought.write("ignored")
        kulti.code("a.py", "1")
        kulti.code("a.py", "2", "edit")
        kulti.edit("a.py", [{"old_text": "1", "new_text": "2"}])
        kulti.rename_file("a.py", "b.py")
        kulti.delete_file("b.py")
        kulti.command("ls")
        kulti.terminal("b.py\n", exit_code=0)
        kulti.milestone("M")
        kulti.error(ValueError("boom"), "a.py", 3)
        kulti.preview("https://example.com/")
        kulti.usage("m", 1, 2, 0.1)
        question = kulti.question("Deploy?", "approval", detail="make deploy")
        kulti.answer(question, option="approve")
        self.assertTrue(kulti.close())
        types = [event["type"] for event in self.server.events]
        expected = ["status", "task", "goal"] + ["thought"] * 9
        self.assertEqual(types[:12], expected)
        streamed = [data for data in self.server.data("thought") if "stream_id" in data]
        self.assertEqual("".join(data["content"] for data in streamed), "one two")
        self.assertIs(streamed[-1]["done"], True)
        rest = [kind for kind in types[12:] if kind != "thought"]
        self.assertEqual(
            rest,
            ["code"] * 5 + ["terminal"] * 2 + ["milestone", "error", "preview", "usage", "question", "answer"],
        )
        data = {"thought_type": "reasoning", "content": "t2", "metadata": {"file": "a.py"}, "priority": "detail"}
        self.assertEqual(self.server.events[4]["data"], data)
        self.assertIn("ValueError: boom", self.server.data("error")[0]["message"])
        self.assertEqual(self.server.requests[0]["headers"]["authorization"], "Bearer klt_test")
        self.assertEqual(self.problems, [])
        self.assertEqual(self.files(), [])

    def test_stream_functions_share_one_agent(self) -> None:
        agent = stream.init("tester", server=self.server.url, api_key="klt_test", spool=self.folder.name)
        self.clients.append(agent)
        stream.think("Hello", type="general", metadata={"n": 1})
        stream.code("a.py", "1", action="write")
        stream.status("working")
        self.assertTrue(stream.close())
        self.assertEqual([event["type"] for event in self.server.events], ["thought", "code", "status"])

    def test_a_context_manager_reports_the_error_that_leaves_it(self) -> None:
        with self.assertRaises(KeyError):
            with self.kulti() as kulti:
                kulti.think("a")
                raise KeyError("gone")
        self.assertEqual([event["type"] for event in self.server.events], ["thought", "error", "status"])

    def test_a_logging_handler_sends_records_and_errors(self) -> None:
        kulti = self.kulti()
        logger = logging.getLogger("kulti-test")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        handler = KultiHandler(kulti)
        logger.addHandler(handler)
        logger.info("loaded %d rows", 7)
        try:
            raise ValueError("boom")
        except ValueError:
            logger.exception("failed")
        logger.removeHandler(handler)
        kulti.close()
        self.assertEqual(self.server.contents(), ["loaded 7 rows"])
        error = self.server.data("error")[0]
        self.assertEqual(error["message"], "failed")
        self.assertIn("ValueError: boom", error["stack"])

    def test_chat_lines_arrive_once_marked_as_untrusted_and_an_answer_goes_back(self) -> None:
        heard: List[Dict[str, Any]] = []
        kulti = self.kulti(on_message=heard.append, poll_ms=30)
        line = {"id": "m", "sender": "viewer", "name": "Ada", "text": "hi", "at": ""}
        self.server.messages = [{**line, "seq": 1}, {**line, "seq": 2, "sender": "agent"}]
        kulti.think("x")
        self.until(lambda: heard)
        self.server.messages = [{**line, "seq": 1}, {**line, "seq": 3, "text": "still there?"}]
        self.until(lambda: len(heard) == 2)
        self.assertEqual([(one["text"], one["untrusted"]) for one in heard], [("hi", True), ("still there?", True)])
        kulti.say("Yes.")
        self.until(lambda: self.server.said == ["Yes."])

    def test_secrets_are_redacted_also_where_they_come_in_pieces(self) -> None:
        key = "ghp_" + "a1B2" * 9
        kulti = self.kulti()
        kulti.think(f"It is {key}.")
        kulti.terminal(f"token {key[:9]}")
        kulti.terminal(f"{key[9:]} done\n", exit_code=0)
        with kulti.thought() as thought:
            for at in range(0, len(key), 5):
                thought.write(key[at : at + 5])
        kulti.close()
        told = json.dumps(self.server.events)
        self.assertNotIn(key[:12], told)
        self.assertNotIn(key[-12:], told)
        self.assertEqual(told.count("[redacted-github-token]"), 3)

    def test_an_own_function_gets_every_text_after_the_usual_redaction(self) -> None:
        kulti = self.kulti(redact=lambda text: text.replace("Ada", "somebody"))
        kulti.think("Ada has ghp_" + "a1B2" * 9, metadata={"who": ["Ada"]})
        thought = kulti.thought("reasoning")
        thought.write("Let me ask Ada")
        kulti.say("Thanks, Ada.")
        kulti.close()
        first, *pieces = self.server.data("thought")
        self.assertEqual(first["content"], "somebody has [redacted-github-token]")
        self.assertEqual(first["metadata"], {"who": ["somebody"]})
        # "Ada" waited: more could have followed it.
        self.assertEqual("".join(piece["content"] for piece in pieces), "Let me ask somebody")
        self.assertEqual({piece["thought_type"] for piece in pieces}, {"reasoning"})

    def test_what_changes_after_the_call_is_sent_as_it_was(self) -> None:
        kulti = self.kulti()
        metadata = {"files": ["a.py"]}
        kulti.think("x", metadata=metadata)
        metadata["files"].append("b.py")
        kulti.close()
        self.assertEqual(self.server.data()[0]["metadata"], {"files": ["a.py"]})

    def test_asyncio_never_waits_for_the_network(self) -> None:
        self.server.fault = lambda body: "hang"

        async def work() -> float:
            began = time.monotonic()
            async with self.kulti(timeout_ms=300) as kulti:
                for n in range(1_000):
                    kulti.think(str(n))
                longest = time.monotonic() - began
                self.server.fault = lambda body: None
                ticks = 0
                closing = asyncio.ensure_future(kulti.adrain())
                while not closing.done():
                    ticks += 1
                    await asyncio.sleep(0.005)
                self.assertGreater(ticks, 3)
                return longest

        self.assertLess(asyncio.run(work()), 1.0)
        self.assertEqual(len(self.server.contents()), 1_000)


class BadInput(WithServer):
    def test_whatever_is_passed_nothing_is_raised(self) -> None:
        cyclic: Dict[str, Any] = {}
        cyclic["self"] = cyclic
        cyclic["list"] = [cyclic, cyclic]
        multiplied: List[Any] = ["x"]
        for _ in range(30):
            multiplied = [multiplied, multiplied]

        class Bad:
            def __str__(self) -> str:
                raise RuntimeError("no")

        kulti = self.kulti()
        for value in (None, cyclic, b"\xff\xfe ok", "\ud800 lone", "\0", Bad(), 7, object()):
            kulti.think(value)
            kulti.terminal(value)
        kulti.think("x", "dancing", {"deep": cyclic, "n": float("nan")})  # type: ignore[arg-type]
        kulti.event("thought", {"thought_type": "general", "content": "m", "metadata": {"m": multiplied}})
        kulti.status("dancing")  # type: ignore[arg-type]
        kulti.event("nonsense", {})  # type: ignore[arg-type]
        kulti.code(None, None)
        kulti.usage("m", 2**60, -1, float("inf"))
        kulti.think("the end")
        self.server.fault = lambda body: None
        self.assertTrue(kulti.close())
        self.assertEqual(self.server.contents()[-1], "the end")
        for event in self.server.events:
            json.dumps(event).encode("utf-8")

    def test_without_server_agent_or_key_every_call_does_nothing(self) -> None:
        for given in ({"server_url": ""}, {"agent_id": "UPPER"}, {"api_key": ""}, {"server_url": "ftp://x"}):
            problems: List[Problem] = []
            settings: Dict[str, Any] = {"agent_id": "a-b", "server_url": self.server.url, "api_key": "k", **given}
            kulti = Kulti(**settings, on_problem=problems.append)
            kulti.think("x")
            self.assertTrue(kulti.close())
            self.assertEqual([problem.code for problem in problems], ["not_configured"])
        self.assertEqual(self.server.requests, [])

    def test_an_option_that_is_no_number_is_reported_and_its_default_used(self) -> None:
        kulti = self.kulti(timeout_ms="soon", delay_ms=-1)
        kulti.think("x")
        self.assertTrue(kulti.close())
        self.assertEqual([problem.code for problem in self.problems], ["bad_option"])
        self.assertIn("timeout_ms is soon", self.problems[0].message)
        self.assertIn("delay_ms is -1", self.problems[0].message)

    def test_a_refused_key_stops_the_stream_and_says_what_to_do(self) -> None:
        error = {"error": {"code": "unknown_key", "message": "No such key.", "request_id": "r"}}
        self.server.fault = lambda body: (401, error, {})
        kulti = self.kulti()
        kulti.think("x")
        self.until(lambda: self.problems)
        self.assertEqual(self.problems[0].code, "refused")
        self.assertIn("kulti register", self.problems[0].message)
        self.assertEqual(self.problems[0].dropped, 0)
        self.server.fault = lambda body: None
        self.next_process()
        self.until(lambda: self.server.contents() == ["next", "x"])

    def test_an_answer_that_is_not_kultis_stops_nothing(self) -> None:
        answers = iter([(404, {}, {}), (401, {}, {}), (200, {}, {}), (200, {"session_id": "x"}, {}), (302, {}, {"location": "http://x"})])
        self.server.fault = lambda body: next(answers, None)
        kulti = self.kulti()
        kulti.think("kept")
        self.assertTrue(kulti.close(20))
        self.assertEqual(self.server.contents(), ["kept"])

    def test_one_invalid_event_is_dropped_alone(self) -> None:
        def fault(body: Dict[str, Any]) -> Any:
            bad = [n for n, event in enumerate(body["events"]) if event["data"].get("content") == "bad"]
            if not bad:
                return None
            issues = [{"path": f"events[{n}].data", "message": "bad"} for n in bad]
            return (422, {"error": {"code": "invalid_event", "message": "no", "issues": issues, "request_id": "r"}}, {})

        self.server.fault = fault
        kulti = self.kulti()
        for content in ("a", "bad", "b"):
            kulti.think(content)
        self.assertTrue(kulti.close())
        self.assertEqual(self.server.contents(), ["a", "b"])
        self.assertEqual([(problem.code, problem.dropped) for problem in self.problems], [("invalid_event", 1)])

    def test_batches_are_halved_after_413_and_a_large_event_is_given_up(self) -> None:
        def fault(body: Dict[str, Any]) -> Any:
            size = len(json.dumps(body))
            error = {"error": {"code": "body_too_large", "message": "too large", "request_id": "r"}}
            return (413, error, {}) if size > 5_000 else None

        self.server.fault = fault
        kulti = self.kulti()
        for n in range(40):
            kulti.think(f"{n} " + "x" * 400)
        kulti.code("big.txt", "y" * 9_000)
        kulti.think("after")
        self.assertTrue(kulti.close(20))
        self.assertEqual(len(self.server.contents()), 41)
        self.assertEqual([problem.code for problem in self.problems], ["too_large"])

    def test_a_full_queue_drops_details_first(self) -> None:
        self.server.is_down = True
        kulti = self.kulti(max_queue_events=100)
        for n in range(80):
            kulti.terminal(f"line {n}\n", exit_code=0)
        for n in range(60):
            kulti.think(str(n))
        self.until(lambda: any(problem.code == "queue_full" for problem in self.problems))
        self.server.is_down = False
        self.assertTrue(kulti.close(20))
        self.assertEqual(self.server.contents(), [str(n) for n in range(60)])

    def test_a_long_thought_and_long_output_become_several_events(self) -> None:
        kulti = self.kulti()
        kulti.think("é" * 80_000)
        kulti.terminal("z" * 150_000, exit_code=3)
        kulti.task("t" * 5_000)
        kulti.code("huge", "c" * 1_100_000)
        self.assertTrue(kulti.close())
        self.assertEqual("".join(self.server.contents()), "é" * 80_000)
        outputs = self.server.data("terminal")
        self.assertEqual("".join(data["text"] for data in outputs), "z" * 150_000)
        self.assertEqual([data.get("exit_code") for data in outputs][-1], 3)
        self.assertLessEqual(len(self.server.data("task")[0]["title"].encode()), 1_024)
        self.assertEqual([problem.code for problem in self.problems], ["clipped", "too_large"])

    def test_threads_share_a_client(self) -> None:
        kulti = self.kulti()

        def work(name: int) -> None:
            for n in range(200):
                kulti.think(f"{name}:{n}")

        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(kulti.close(20))
        for name in range(8):
            own = [content for content in self.server.contents() if content.startswith(f"{name}:")]
            self.assertEqual(own, [f"{name}:{n}" for n in range(200)])


class Spool(WithServer):
    def test_a_process_that_ends_by_itself_sends_everything(self) -> None:
        process = self.run_program("for n in range(500): kulti.think(str(n))")
        self.assertEqual((process.wait(30), process.communicate()[1]), (0, ""))
        self.assertEqual(self.server.contents(), [str(n) for n in range(500)])

    def test_what_a_dead_process_left_is_sent_once_in_order_in_its_session(self) -> None:
        self.server.is_down = True
        process = self.run_program("import os\nfor n in range(50): kulti.think(str(n))")
        _, errors = process.communicate(timeout=30)
        self.assertIn("50 event(s) unsent, which the agent's next process", errors)
        self.assertEqual(len(self.files()), 1)
        self.server.is_down = False
        self.next_process()
        self.until(lambda: len(self.server.events) == 51)
        self.assertEqual(self.server.contents(), ["next"] + [str(n) for n in range(50)])
        self.assertEqual(len(set(self.server.sessions)), 2)
        self.until(lambda: not self.files())
        self.assertEqual(self.server.duplicates, 0)

    def test_an_uncaught_error_becomes_an_event_and_the_process_ends_as_before(self) -> None:
        process = self.run_program('kulti.think("a")\nraise ValueError("boom")')
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1)
        self.assertIn("ValueError: boom", errors)
        self.assertEqual([event["type"] for event in self.server.events], ["thought", "error", "status"])
        self.assertEqual(self.server.events[-1]["data"], {"status": "error"})

    def test_sigterm_ends_the_process_and_keeps_its_events(self) -> None:
        self.server.is_down = True
        process = self.run_program('import time\nkulti.think("before")\nprint("ready", flush=True)\ntime.sleep(30)')
        self.assertEqual(process.stdout.readline(), "ready\n")  # type: ignore[union-attr]
        process.terminate()
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.server.is_down = False
        self.next_process()
        self.until(lambda: "before" in self.server.contents())

    def test_kill_loses_at_most_what_came_last(self) -> None:
        self.server.is_down = True
        program = """
            import time
            for n in range(100_000):
                kulti.think(str(n))
                print(n, flush=True)
                time.sleep(0.001)
        """
        process = self.run_program(program)
        last = 0
        while last < 200:
            last = int(process.stdout.readline())  # type: ignore[union-attr]
        time.sleep(0.2)
        process.kill()
        process.communicate(timeout=10)
        self.server.is_down = False
        self.next_process()
        self.until(lambda: len(self.server.events) > 200)
        time.sleep(0.2)
        kept = self.server.contents()[1:]
        self.assertEqual(kept, [str(n) for n in range(len(kept))])
        self.assertGreaterEqual(len(kept), 200)

    def test_a_running_process_keeps_its_file(self) -> None:
        self.server.is_down = True
        process = self.run_program('import time\nkulti.think("mine")\ntime.sleep(0.4)\nprint("ready", flush=True)\ntime.sleep(30)')
        self.assertEqual(process.stdout.readline(), "ready\n")  # type: ignore[union-attr]
        self.assertEqual(len(self.files()), 1)
        # The child still waits after its failures when this one begins.
        other = self.kulti()
        self.server.is_down = False
        self.server.fault = lambda body: (502, {}, {}) if body["events"][0]["data"].get("content") == "mine" else None
        other.think("other")
        self.assertTrue(other.close())
        time.sleep(0.2)
        self.assertEqual(self.server.contents(), ["other"])
        process.kill()
        process.communicate(timeout=10)
        self.server.fault = lambda body: None
        self.next_process()
        self.until(lambda: "mine" in self.server.contents())

    def test_the_file_is_the_owners_alone_and_holds_no_key_and_no_secret(self) -> None:
        self.server.is_down = True
        kulti = self.kulti()
        kulti.think("kept ghp_" + "a1B2" * 9)
        self.until(self.files)
        self.until(lambda: "kept" in self.files()[0].read_text())
        text = self.files()[0].read_text()
        self.assertNotIn("klt_test", text)
        self.assertNotIn("ghp_", text)
        self.assertEqual(stat.S_IMODE(self.files()[0].stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.files()[0].parent.stat().st_mode), 0o700)
        self.server.is_down = False
        self.assertTrue(kulti.close(20))
        self.assertEqual(self.files(), [])

    def test_a_disk_that_cannot_be_written_is_reported_once(self) -> None:
        file = Path(self.folder.name, "file")
        file.write_text("")
        self.server.is_down = True
        kulti = self.kulti(spool=file / "x")
        for n in range(20):
            kulti.think(str(n))
        self.until(lambda: self.problems)
        self.server.is_down = False
        self.assertTrue(kulti.close(20))
        self.assertEqual(len(self.server.contents()), 20)
        self.assertEqual([problem.code for problem in self.problems if problem.code == "spool_failed"], ["spool_failed"])

    def test_a_file_of_another_agent_or_server_is_not_sent(self) -> None:
        self.server.is_down = True
        client = self.kulti()
        client.think("x")
        self.assertFalse(client.close(0.3))
        path = self.files()[0]
        path.write_text(path.read_text().replace(self.server.url, "http://127.0.0.1:1"))
        self.server.is_down = False
        self.next_process()
        time.sleep(0.3)
        self.assertEqual(self.server.contents(), ["next"])

    def test_delay_holds_events_back_and_panic_drops_them(self) -> None:
        kulti = self.kulti(delay_ms=250)
        began = time.monotonic()
        kulti.think("first")
        self.assertTrue(kulti.drain())
        self.assertGreaterEqual(time.monotonic() - began, 0.24)
        kulti.think("held")
        time.sleep(0.1)
        kulti.panic()
        kulti.think("after")
        self.until(lambda: self.server.events[-1]["data"] == {"status": "offline"})
        self.assertEqual(self.server.contents(), ["first"])
        self.assertEqual(self.files(), [])

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_fork_has_a_session_of_its_own_and_repeats_nothing(self) -> None:
        kulti = self.kulti()
        kulti.think("parent before")
        kulti.drain()
        pid = os.fork()
        if pid == 0:
            kulti.think("child")
            kulti.close()
            os._exit(0)
        os.waitpid(pid, 0)
        kulti.think("parent after")
        kulti.close()
        self.assertEqual(sorted(self.server.contents()), ["child", "parent after", "parent before"])
        self.assertEqual(len(set(self.server.sessions)), 2)

    def test_multiprocessing_workers_send_too(self) -> None:
        for method in ("fork", "spawn"):
            if method not in multiprocessing.get_all_start_methods():
                continue
            context = multiprocessing.get_context(method)
            process = context.Process(target=work_elsewhere, args=(self.server.url, method, self.folder.name))
            process.start()
            process.join(20)
            self.assertEqual(process.exitcode, 0)
        self.assertEqual(self.server.contents(), ["from fork", "from spawn"])


def work_elsewhere(url: str, name: str, folder: str) -> None:
    with Kulti("tester", url, "klt_test", spool=folder) as kulti:
        kulti.think(f"from {name}")


if __name__ == "__main__":
    unittest.main()
