/** The part of the XML parser that the tests use; its published types need Node's. */
export interface Parser {
  onerror: (error: Error) => void;
  onopentag: (node: { name: string }) => void;
  onclosetag: (name: string) => void;
  ontext: (text: string) => void;
  write(xml: string): { close(): void };
}

declare const sax: { parser(strict: boolean): Parser };
export default sax;
