import { goTool } from "./go-tool.ts";

/** Path of `act`, which runs workflows as the runner does, without one; built on the first call. */
export function actBinary(): Promise<string> {
	return goTool({ name: "act", module: "github.com/nektos/act", version: "v0.2.89", folder: "." });
}
