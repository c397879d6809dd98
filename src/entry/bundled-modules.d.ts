// What bundlers for the edge make of an imported WASM file.

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
