// The door of the resource manager.
export { type DeviceMatch, type DeviceNeed, matchDevices } from "./match.ts";
