/** Named in the first line of a session as NDJSON; `kulti/export` writes it. */
export const sessionFormat = "kulti-session";
export const sessionFormatVersion = 1;
