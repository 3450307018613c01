/** The format and version in the first line of an NDJSON session, which `kulti/export` writes. */
export const sessionFormat = "kulti-session";
export const sessionFormatVersion = 1;
