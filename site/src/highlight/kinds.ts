/**
 * The kinds of tokens that have a colour of their own. Shiki knows only colours, so our Shiki theme uses the number of
 * the kind as its colour. The style sheet has the real colour for each theme, so a change of theme needs no second pass.
 */
export const kinds = [
  "plain",
  "comment",
  "keyword",
  "string",
  "number",
  "function",
  "type",
  "property",
  "tag",
  "punctuation",
  "heading",
  "inserted",
  "deleted",
] as const;

export type Kind = (typeof kinds)[number];

/** One line as `length, kind, length, kind …`: cheap to post between threads. */
export type LineTokens = readonly number[];

const scopes: Partial<Record<Kind, string[]>> = {
  comment: ["comment", "punctuation.definition.comment", "string.quoted.docstring"],
  keyword: [
    "keyword",
    "storage",
    "storage.type",
    "storage.modifier",
    "variable.language",
    "constant.language",
    "punctuation.definition.keyword",
    "support.type.property-name.toml punctuation",
  ],
  string: [
    "string",
    "punctuation.definition.string",
    "constant.character.escape",
    "string.regexp",
    "markup.inline.raw",
    "markup.fenced_code",
  ],
  number: ["constant.numeric", "keyword.other.unit", "constant.other.color"],
  function: ["entity.name.function", "support.function", "meta.function-call.generic"],
  type: [
    "entity.name.type",
    "entity.name.class",
    "entity.other.inherited-class",
    "support.type",
    "support.class",
  ],
  property: [
    "entity.other.attribute-name",
    "support.type.property-name",
    "meta.object-literal.key",
    "entity.name.tag.yaml",
    "variable.other.constant",
  ],
  tag: ["entity.name.tag", "markup.underline.link"],
  punctuation: ["punctuation", "keyword.operator", "meta.brace", "storage.type.function.arrow"],
  heading: ["markup.heading", "entity.name.section", "markup.bold"],
  inserted: ["markup.inserted"],
  deleted: ["markup.deleted"],
};

const colourOf = (kind: Kind): string => `#${kinds.indexOf(kind).toString(16).padStart(6, "0")}`;

export const kindOfColour = (colour: string | undefined): number =>
  colour ? Number.parseInt(colour.slice(1, 7), 16) || 0 : 0;

export const kindsTheme = {
  name: "kinds",
  type: "dark" as const,
  fg: colourOf("plain"),
  bg: "#ffffff",
  settings: Object.entries(scopes).map(([kind, scope]) => ({
    scope,
    settings: { foreground: colourOf(kind as Kind) },
  })),
};
