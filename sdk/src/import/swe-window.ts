/** The file window that SWE-agent's editor prints: `[File: path (n lines total)]` and numbered lines. */
export interface FileWindow {
  path: string;
  total_lines: number;
  /** Number of the first line shown. */
  first_line: number;
  lines: string[];
  /** First and last line that an edit without line numbers replaces, where the window shows its cursors. */
  cursors: { start: number; end: number } | null;
}

const head = /^\[File: (.+?) \((\d+) lines total\)\]\s*$/;

export function find_window(observation: string): FileWindow | null {
  const rows = observation.replaceAll("\r\n", "\n").replaceAll("\r", "").split("\n");
  const at = rows.findIndex((row) => head.test(row));
  const found = head.exec(rows[at] ?? "");
  if (!found) return null;
  const window: FileWindow = {
    path: found[1] as string,
    total_lines: Number(found[2]),
    first_line: 0,
    lines: [],
    cursors: null,
  };
  let marked_from = -1;
  let marked_to = -1;
  for (const row of rows.slice(at + 1)) {
    if (row === "<<<<< START CURSOR >>>>>") {
      marked_from = window.lines.length;
      continue;
    }
    if (row === "<<<<< END CURSOR >>>>>") {
      marked_to = window.lines.length - 1;
      continue;
    }
    const line = /^(\d+):(.*)$/.exec(row);
    if (!line) {
      if (window.lines.length === 0 && /^\(\d+ more lines above\)$/.test(row)) continue;
      break;
    }
    if (window.lines.length === 0) window.first_line = Number(line[1]);
    // A row that does not count on is not a line of the file.
    if (Number(line[1]) !== window.first_line + window.lines.length) break;
    window.lines.push(line[2] as string);
  }
  if (marked_from >= 0 && marked_to >= marked_from) {
    window.cursors = {
      start: window.first_line + marked_from,
      end: window.first_line + marked_to,
    };
  }
  return window;
}

/** The whole file, when the window shows all of its lines. */
export function whole_content(window: FileWindow | null): string | null {
  if (window?.first_line !== 1 || window.lines.length !== window.total_lines) return null;
  return window.lines.join("\n");
}
