export function buildPage(options?: { readonly force?: boolean }): Promise<void>;
