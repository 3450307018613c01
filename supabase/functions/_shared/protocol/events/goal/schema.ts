export { taskSchema as goalSchema } from "../task/schema.ts";
