/** Kulti's logo, a proscenium; it links to the lobby. */
export function Mark() {
  return (
    <a className="mark" href="/">
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
        <path d="M4 25h24M8 25V16a8 8 0 0 1 16 0v9M16 25v-6" />
      </svg>
      <span className="hidden">Kulti: to the lobby</span>
    </a>
  );
}
