// What this program is, as its package and its description say.

import openApiDocument from "../../docs/openapi.json" with { type: "json" };
import packageFile from "../../package.json" with { type: "json" };

export const version: string = packageFile.version;
export const openApi: object = openApiDocument;
