export function buildWasm(options?: { readonly force?: boolean }): Promise<void>;
