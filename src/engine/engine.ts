/** The image store of an engine, which decides how images are loaded and whether its own builder exports caches. */
export type ImageStore = "graph-driver" | "containerd";

/** What `GET /info` says that Berth needs. `id` is the engine's own and survives restarts. */
export type EngineInfo = { readonly id: string; readonly version: string; readonly store: ImageStore };

/** An engine that answers, or one that does not, with one line that says where it was looked for and why not. */
export type EngineAnswer =
	| { readonly kind: "reachable"; readonly info: EngineInfo }
	| { readonly kind: "unreachable"; readonly problem: string };

/** The few calls that Berth makes of a Docker engine. */
export interface Engine {
	info(): Promise<EngineAnswer>;
}
