import { isIP } from "node:net";

/** What each of the checks below wants, in a reader's words. */
export const FORMS = {
	reference: "[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST] with the repository in lower case",
	platform: "OS[/ARCH[/VARIANT]] such as linux/arm64",
	host: "HOST:IP or HOST=IP, IP being an address or host-gateway",
	ulimit: "NAME=SOFT[:HARD] such as nofile=1024:4096, SOFT not above HARD, -1 for unlimited",
	shmSize: "a number with an optional unit, such as 64m or 2g",
	attestation: "true, false, or attributes such as mode=max",
	flag: "one argument a line: --flag=VALUE, or --flag and VALUE on two lines",
	environmentName: "letters, digits and _, no digit first",
} as const;

const HOST_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST = `(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?`;
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const REFERENCE = new RegExp(
	`^(?:${HOST}/)?${PATH_PART}(?:/${PATH_PART})*(?::\\w[\\w.-]{0,127})?(?:@sha(?:256|384|512):[0-9a-f]{64,128})?$`,
);

/** An image reference, as the engine's grammar has it. */
export function isReference(text: string): boolean {
	return REFERENCE.test(text);
}

/** A platform as containerd names it; `windows(10.0.17763)/amd64` is one too. */
export function isPlatform(text: string): boolean {
	return /^[\w.+()-]+(?:\/[\w.-]+){0,2}$/.test(text);
}

/** A host-to-address mapping, an IPv6 address with or without brackets. */
export function isHostMapping(text: string): boolean {
	const match = /^([^\s=:]+)(?:=|:)(.+)$/.exec(text);
	const address = match?.[2]?.replace(/^\[(.+)\]$/, "$1") ?? "";
	return address === "host-gateway" || isIP(address) !== 0;
}

const LIMITS =
	/^(?:core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)=(-?\d+)(?::(-?\d+))?$/;

/** A resource limit that docker would take. */
export function isUlimit(text: string): boolean {
	const match = LIMITS.exec(text);
	if (match === null) return false;
	const soft = Number(match[1]);
	const hard = Number(match[2] ?? soft);
	return hard === -1 || (soft !== -1 && soft <= hard);
}

/** A size as docker's `--shm-size` reads it: binary multiples, the `b` optional. */
export function isShmSize(text: string): boolean {
	return /^\d+(?:\.\d+)? ?(?:b|[kmgtp](?:i?b)?)?$/i.test(text);
}

/** What `--provenance` and `--sbom` take. */
export function isAttestation(text: string): boolean {
	return /^(?:0|1|t|f|true|false)$/i.test(text) || /^"?[^=,\s]+=/.test(text);
}

/** An argument that isn't two on one line; buildx would complain of an unknown flag `--x y`. */
export function isOneArgument(text: string): boolean {
	return !/^--?[A-Za-z][\w-]*\s/.test(text);
}

/** A name that a shell can expand. */
export function isEnvironmentName(text: string): boolean {
	return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}
