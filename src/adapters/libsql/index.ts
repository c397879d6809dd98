export { openLibsqlStore } from "./open.ts";
