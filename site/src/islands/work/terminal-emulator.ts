/** xterm.js, loaded with the first output. It only displays output: it accepts no keys and no clicks. */
import type { List, TerminalEntry } from "@kulti/protocol";
import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { endsLine, entryBytes, startOfLast } from "../../text/terminal-text.ts";

export interface TerminalEmulator {
  /** Writes the new entries; starts over if they no longer contain the entries already shown. */
  show(terminal: List<TerminalEntry>): void;
  close(): void;
}

const maxLines = 5_000;
/** The most entries to write at once, so a jump to another moment is quick; later output is kept. */
const maxEntries = 300;
const maxCharacters = 100_000;

export function openTerminal(host: HTMLElement): TerminalEmulator {
  const style = getComputedStyle(host);
  const terminal = new Terminal({
    disableStdin: true,
    convertEol: true,
    cursorBlink: false,
    cursorInactiveStyle: "none",
    fontFamily: style.getPropertyValue("--mono"),
    fontSize: 13,
    lineHeight: 1.35,
    scrollback: maxLines,
    minimumContrastRatio: 4.5,
    allowProposedApi: false,
    theme: themeOf(host),
  });
  refuseCommands(terminal);
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(host);
  // It is hidden from assistive technology, so the keyboard must not reach it either.
  terminal.textarea?.setAttribute("tabindex", "-1");

  const refit = () => {
    if (host.clientHeight > 20 && host.clientWidth > 40) fit.fit();
  };
  const resizes = new ResizeObserver(refit);
  resizes.observe(host);
  refit();
  // Measures again when its own font has loaded, or columns would have the width of the fallback font.
  void document.fonts.load("13px 'Geist Mono Variable'").then(() => {
    terminal.options.fontFamily = `${style.getPropertyValue("--mono")}, monospace`;
    refit();
  });
  const recolour = () => {
    terminal.options.theme = themeOf(host);
  };
  const scheme = matchMedia("(prefers-color-scheme: light)");
  scheme.addEventListener("change", recolour);
  const themes = new MutationObserver(recolour);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });

  let shown: List<TerminalEntry> | null = null;
  let wanted: List<TerminalEntry> | null = null;
  let atLineStart = true;
  let isWriting = false;

  const write = (entries: List<TerminalEntry>) => {
    const written = shown?.length ?? 0;
    const goesOn = written <= entries.length && shown?.last?.seq === entries.get(written - 1)?.seq;
    const lastFrom = startOfLast(entries, maxEntries, maxCharacters);
    const from = goesOn ? Math.max(written, lastFrom) : lastFrom;
    if (!goesOn || from > written) {
      terminal.reset();
      atLineStart = true;
    }
    for (const entry of entries.slice(from)) {
      const bytes = entryBytes(entry, atLineStart);
      if (bytes !== "") atLineStart = endsLine(bytes);
      terminal.write(bytes);
    }
    shown = entries;
  };
  /** Writes one version at a time, because a reset would overtake output that is not drawn yet. */
  const next = () => {
    if (isWriting || !wanted) return;
    const entries = wanted;
    wanted = null;
    if (entries === shown) return;
    isWriting = true;
    write(entries);
    terminal.write("", () => {
      isWriting = false;
      next();
    });
  };
  return {
    show(entries) {
      wanted = entries;
      next();
    },
    close() {
      scheme.removeEventListener("change", recolour);
      themes.disconnect();
      resizes.disconnect();
      terminal.dispose();
    },
  };
}

/**
 * Output may only set colours and move the cursor: no titles, links, clipboard or palette (OSC), no device strings
 * (DCS), no reset that would clear the screen, no other screen and no mouse.
 */
function refuseCommands({ parser }: Terminal): void {
  const refuse = () => true;
  for (const code of refusedOsc) parser.registerOscHandler(code, refuse);
  parser.registerEscHandler({ final: "c" }, refuse);
  parser.registerCsiHandler({ final: "J" }, (params) => params[0] === 3);
  const keepsWrap = (params: (number | number[])[]) => params.some((mode) => mode !== wrapMode);
  parser.registerCsiHandler({ prefix: "?", final: "h" }, keepsWrap);
  parser.registerCsiHandler({ prefix: "?", final: "l" }, keepsWrap);
}

const wrapMode = 7;
/** Titles, icons, palette, folders, links, colours, clipboard, shell marks, pictures and notifications. */
const refusedOsc = [
  0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 17, 19, 50, 52, 104, 110, 111, 112, 133, 633, 777, 1337,
];

const ansiNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** The colour tokens as real colours, because a canvas can't read custom properties. */
function themeOf(host: HTMLElement): ITheme {
  const probe = host.appendChild(document.createElement("span"));
  const colour = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const theme: Record<string, string> = {
    background: colour("--ground"),
    foreground: colour("--ink-soft"),
    cursor: colour("--ground"),
    selectionBackground: colour("--selection"),
    scrollbarSliderBackground: colour("--raised-more"),
    scrollbarSliderHoverBackground: colour("--hairline-strong"),
    scrollbarSliderActiveBackground: colour("--hairline-strong"),
  };
  for (const name of ansiNames) {
    const bright = `bright${name[0]?.toUpperCase()}${name.slice(1)}`;
    const hasOwnBright = name === "black" || name === "white";
    theme[name] = colour(`--ansi-${name}`);
    theme[bright] = colour(hasOwnBright ? `--ansi-bright-${name}` : `--ansi-${name}`);
  }
  probe.remove();
  return theme;
}
