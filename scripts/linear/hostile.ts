/**
 * Makes the texts that a regular expression finds hardest, out of its own parts: each part repeated, behind each
 * beginning of a match, and with an end that does not match.
 */
import { type AST, RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";

/** A text of any length: `head`, then `unit` again and again, then `tail`. */
export interface Hostile {
  head: string;
  unit: string;
  tail: string;
}

export const textOf = ({ head, unit, tail }: Hostile, length: number): string =>
  `${head}${unit.repeat(Math.ceil(length / unit.length))}`.slice(0, length) + tail;

/** Hardly any expression matches this, so it makes a match fail at its end. */
const unwanted = "\u0001";

/** Characters that make a match fail late: those outside a class of the expression. */
const maxTails = 4;

const maxUnits = 14;

export function hostileTexts(source: string, flags: string): Hostile[] {
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes("u"),
    unicodeSets: flags.includes("v"),
  });
  const isWanted = matcher(flags);
  const beginnings = new Set<string>([""]);
  const parts = new Set<string>();
  for (const alternative of alternativesIn(pattern)) {
    let beginning = "";
    for (const element of alternative.elements) {
      const sample = sampleOf(element, isWanted);
      if (sample !== "") parts.add(sample);
      beginning += sample;
      if (beginning !== "") beginnings.add(beginning);
    }
  }
  const tails = new Set([unwanted, ...classesIn(pattern).map((one) => outside(one, isWanted))]);
  const units = [...new Set([...beginnings, ...parts, " ", "a"])].filter((unit) => unit !== "");
  const texts: Hostile[] = [];
  for (const unit of units) {
    for (const tail of ["", ...spread([...tails], maxTails)]) texts.push({ head: "", unit, tail });
  }
  const short = spread(units, maxUnits);
  for (const head of spread([...beginnings], maxUnits)) {
    for (const unit of short) {
      for (const tail of spread([...tails], maxTails)) texts.push({ head, unit, tail });
    }
  }
  for (const first of short) {
    for (const second of short) {
      if (first !== second) texts.push({ head: "", unit: first + second, tail: unwanted });
    }
  }
  return texts;
}

/** At most that many, from the first to the last. */
const spread = <Item>(items: readonly Item[], most: number): Item[] =>
  items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as Item);

function alternativesIn(node: AST.Node): AST.Alternative[] {
  switch (node.type) {
    case "Pattern":
    case "Group":
    case "CapturingGroup":
      return node.alternatives.flatMap(alternativesIn);
    case "Assertion":
      return "alternatives" in node ? node.alternatives.flatMap(alternativesIn) : [];
    case "Alternative":
      return [node, ...node.elements.flatMap(alternativesIn)];
    case "Quantifier":
      return alternativesIn(node.element);
    default:
      return [];
  }
}

function classesIn(pattern: AST.Pattern): string[] {
  const found = new Set<string>();
  visitRegExpAST(pattern, {
    onCharacterClassEnter: ({ raw }) => found.add(raw),
    onCharacterSetEnter: ({ raw, parent }) => {
      if (parent.type !== "CharacterClass") found.add(raw);
    },
  });
  return [...found];
}

/** A character outside the class. */
const outside = (raw: string, isWanted: Wanted): string =>
  candidates.find((character) => !isWanted(raw, character)) ?? unwanted;

type Wanted = (source: string, character: string) => boolean;

const matcher = (flags: string): Wanted => {
  const kept = flags.replace(/[gyd]/g, "");
  const made = new Map<string, RegExp>();
  return (source, character) => {
    const expression = made.get(source) ?? new RegExp(`^(?:${source})$`, kept);
    made.set(source, expression);
    return expression.test(character);
  };
};

/** In this order, so that characters shared by classes come first. */
const candidates = [
  ..."a0 -./:\n\t_A\"'`<>()[]{}=,;!?*#$&@\\|^~%+",
  ..."\r\u001b\u0001\u009b\u202e\u0301\u200dé中𝒜😀🏽…",
];

/** The shortest text that the element matches, or nearly so. */
function sampleOf(element: AST.Element | AST.Alternative, isWanted: Wanted): string {
  switch (element.type) {
    case "Alternative":
      return element.elements.map((inner) => sampleOf(inner, isWanted)).join("");
    case "Character":
      return String.fromCodePoint(element.value);
    case "CharacterClass":
    case "CharacterSet":
    case "ExpressionCharacterClass":
      return candidates.find((character) => isWanted(element.raw, character)) ?? "";
    case "Group":
    case "CapturingGroup": {
      const [first] = element.alternatives;
      return first ? sampleOf(first, isWanted) : "";
    }
    case "Quantifier":
      return sampleOf(element.element, isWanted).repeat(Math.min(Math.max(1, element.min), 64));
    default:
      return "";
  }
}
