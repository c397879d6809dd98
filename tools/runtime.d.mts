export interface PickedRuntime {
  readonly name: string;
  readonly command: string;
  readonly launchArguments: readonly string[];
}
export const root: string;
export const missingRuntime: string;
export function findRuntime(name: string): string | undefined;
export function pickRuntime(wanted?: readonly string[]): PickedRuntime | undefined;
