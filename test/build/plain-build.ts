import type { BuildInputs } from "../../src/build/inputs.ts";

/** A build of the current directory that asks for nothing else. */
export const plainBuild: BuildInputs = {
	context: ".",
	tags: [],
	buildArgs: [],
	buildContexts: [],
	labels: [],
	annotations: [],
	platforms: [],
	secrets: [],
	secretEnvs: [],
	secretFiles: [],
	ssh: [],
	addHosts: [],
	allow: [],
	pull: false,
	noCache: false,
	noCacheFilters: [],
	push: false,
	load: false,
	outputs: [],
	ulimits: [],
	extraArgs: [],
};
