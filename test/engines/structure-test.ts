import { goModule, goTool } from "./go-tool.ts";

const source = { module: "github.com/GoogleContainerTools/container-structure-test", version: "v1.22.1" };

/** Path of `container-structure-test` itself; built on the first call. */
export function structureTestBinary(): Promise<string> {
	const folder = "./cmd/container-structure-test";
	return goTool({ ...source, name: "container-structure-test", folder });
}

/** Its source, with its own example configs in `tests/`. */
export function structureTestSource(): Promise<string> {
	return goModule(source);
}
