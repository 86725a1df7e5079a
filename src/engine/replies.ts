import type { EngineInfo, Refusal } from "./engine.ts";

/** What `GET /info` and `GET /version` said. */
export function asInfo(info: unknown, version: unknown): Omit<EngineInfo, "local"> {
	const { ID, ServerVersion, DriverStatus, OSType, Architecture, DockerRootDir, SystemTime } = asFields(info);
	const { Os, Arch } = asFields(version);
	const status = Array.isArray(DriverStatus) ? DriverStatus : [];
	// moby daemon/containerd/service.go: this pair is there on the containerd image store alone.
	const containerd = status.some(
		(pair) => Array.isArray(pair) && pair[0] === "driver-type" && pair[1] === "io.containerd.snapshotter.v1",
	);
	// `uname -m` has the variant of a 32-bit ARM, which Go's word for it leaves out.
	const variant = /^armv([67])/.exec(String(Architecture))?.[1];
	return {
		id: String(ID ?? ""),
		version: String(ServerVersion ?? ""),
		store: containerd ? "containerd" : "graph-driver",
		platform: {
			os: String(Os ?? OSType ?? "linux"),
			architecture: String(Arch ?? "amd64"),
			...(Arch === "arm" && variant !== undefined ? { variant: `v${variant}` } : {}),
		},
		dataRoot: String(DockerRootDir ?? ""),
		// An engine that does not tell the time is taken to have ours.
		timeMs: timeIn(SystemTime) ?? Date.now(),
	};
}

/** A time as Go writes it, in ms; undefined for Go's zero, year 1, which stands for none. */
export function timeIn(value: unknown): number | undefined {
	const time = typeof value === "string" && !value.startsWith("0001-") ? Date.parse(value) : Number.NaN;
	return Number.isNaN(time) ? undefined : time;
}

/** Lists images. The containerd store looks at each that it listed: one that is removed meanwhile fails all with 404. */
export async function listedWhole<T>(list: () => Promise<T>, attemptsLeft = 20): Promise<T> {
	try {
		return await list();
	} catch (error) {
		if (statusOf(error) !== 404 || attemptsLeft === 0) throw error;
		return listedWhole(list, attemptsLeft - 1);
	}
}

/** The names of an image; before API 1.43 one without has a `<none>:<none>` and a `<none>@<none>`, or null. */
export function namesIn(value: unknown): string[] {
	return itemsIn(value)
		.map(String)
		.filter((name) => !name.startsWith("<none>"));
}

/** One of the manifests behind an image. */
export function asManifest(value: unknown): { digest: string; available: boolean } {
	const { Descriptor, Available } = asFields(value);
	return { digest: String(asFields(Descriptor)["digest"]), available: Available === true };
}

/** The items of anything: none of what is no array. */
export function itemsIn(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The fields of anything. */
export function asFields(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A failed call as data. */
export function refusal(error: unknown): Refusal {
	const status = statusOf(error);
	return { kind: "refused", problem: reasonOf(error), ...(status === undefined ? {} : { status }) };
}

/** The HTTP status with which the engine refused a call; undefined if it said nothing. */
export function statusOf(error: unknown): number | undefined {
	const { statusCode } = asFields(error);
	return typeof statusCode === "number" ? statusCode : undefined;
}

/** What the engine said of a failed call: docker-modem puts the status before that, and a space behind it. */
export function reasonOf(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return message
		.replace(/^\(HTTP code \d+\) [^-]*- /, "")
		.replace(/\s+/g, " ")
		.trim();
}
