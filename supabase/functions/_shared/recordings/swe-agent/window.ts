/** The file window of SWE-agent's editor: `[File: path (n lines total)]` and numbered lines. */
export interface FileWindow {
  path: string;
  totalLines: number;
  /** The number of the first visible line. */
  firstLine: number;
  lines: string[];
  /** The first and last line that an edit without line numbers replaces, if the window shows its cursors. */
  cursors: { start: number; end: number } | null;
}

const head = /^\[File: (.+?) \((\d+) lines total\)\]\s*$/;

export function findWindow(observation: string): FileWindow | null {
  const rows = observation.replaceAll("\r\n", "\n").replaceAll("\r", "").split("\n");
  const at = rows.findIndex((row) => head.test(row));
  const found = head.exec(rows[at] ?? "");
  if (!found) return null;
  const window: FileWindow = {
    path: found[1] as string,
    totalLines: Number(found[2]),
    firstLine: 0,
    lines: [],
    cursors: null,
  };
  let markedFrom = -1;
  let markedTo = -1;
  for (const row of rows.slice(at + 1)) {
    if (row === "<<<<< START CURSOR >>>>>") {
      markedFrom = window.lines.length;
      continue;
    }
    if (row === "<<<<< END CURSOR >>>>>") {
      markedTo = window.lines.length - 1;
      continue;
    }
    const line = /^(\d+):(.*)$/.exec(row);
    if (!line) {
      if (window.lines.length === 0 && /^\(\d+ more lines above\)$/.test(row)) continue;
      break;
    }
    if (window.lines.length === 0) window.firstLine = Number(line[1]);
    // A row without the next number is not a line of the file.
    if (Number(line[1]) !== window.firstLine + window.lines.length) break;
    window.lines.push(line[2] as string);
  }
  if (markedFrom >= 0 && markedTo >= markedFrom) {
    window.cursors = {
      start: window.firstLine + markedFrom,
      end: window.firstLine + markedTo,
    };
  }
  return window;
}

/** The whole file, if the window shows all its lines. */
export function wholeContent(window: FileWindow | null): string | null {
  if (window?.firstLine !== 1 || window.lines.length !== window.totalLines) return null;
  return window.lines.join("\n");
}
