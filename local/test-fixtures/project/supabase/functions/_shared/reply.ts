export const reply = (value: unknown): Response => Response.json(value);
