import { readFileSync } from "node:fs";

/** The text of a file; `cannot` makes the error from the reason. */
export function readFileNamed(path: string, cannot: (why: string) => Error): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw cannot(fileProblem(error));
  }
}

/** The reason of a failed file operation, in words. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "the file does not exist";
    case "EISDIR":
      return "it is a folder; name the files in it";
    case "EACCES":
    case "EPERM":
      return "you may not open it; check its permissions";
    case "ENOTDIR":
      return "a part of its path is not a folder";
    case "ENOSPC":
      return "the disk is full";
    default:
      return code ?? message;
  }
}

export function writeProblem(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "its folder does not exist";
  return error.code === "EISDIR" ? "it is a folder; name a file in it" : fileProblem(error);
}
