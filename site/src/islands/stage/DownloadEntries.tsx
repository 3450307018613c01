/** The part of the share menu that makes files. It shows progress and, after a failure, the reason. */
import { useEffect, useRef, useState } from "react";
import { type ExportFormat, exportSession, saveFile } from "../../visit/share.ts";
import { usePlayer } from "../hooks/stage-context.ts";

const formats: { format: ExportFormat; word: string; use: string }[] = [
  { format: "html", word: "HTML", use: "replays offline" },
  { format: "markdown", word: "Markdown", use: "to read" },
  { format: "asciicast", word: "asciicast", use: "the terminal" },
  { format: "ndjson", word: "NDJSON", use: "all events" },
];

export function DownloadEntries({ close }: { close: () => void }) {
  const { sessionId } = usePlayer();
  const [word, setWord] = useState("");
  const running = useRef<AbortController>(null);
  // Closing the menu cancels the file.
  useEffect(() => () => running.current?.abort(), []);

  const download = async (format: ExportFormat) => {
    running.current?.abort();
    const started = new AbortController();
    running.current = started;
    const { signal } = started;
    setWord("Reading the session …");
    try {
      const onProgress = (part: number) => setWord(`Reading the session … ${percent(part)}`);
      const file = await exportSession({ sessionId, format, onProgress, signal });
      if (signal.aborted) return;
      saveFile(file);
      close();
    } catch (error) {
      if (!signal.aborted) setWord(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <fieldset className="downloads">
      <legend>Download</legend>
      {formats.map(({ format, word, use }) => (
        <button
          key={format}
          type="button"
          className="menu-entry"
          data-testid={`download-${format}`}
          onClick={() => void download(format)}
        >
          {word}
          <span className="fact">{use}</span>
        </button>
      ))}
      <p className="downloads-word" role="status">
        {word}
      </p>
    </fieldset>
  );
}

const percent = (part: number): string => `${Math.floor(part * 100)} %`;
