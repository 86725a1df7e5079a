import type { LoadReply } from "../engine/engine.ts";

/** What an engine meant by the text of an error, where a user can do something about it. */
export function plainReason(message: string): string {
	const line = message.replace(/\s+/g, " ").trim();
	if (/no space left on device/.test(line)) return `does not fit: the engine's disk is full (${line})`;
	return `was refused by the engine: ${line}`;
}

/** Why an upload broke off. */
export function brokenReason({ error }: LoadReply): string {
	return `was not taken: the engine broke off (${error ?? "without a word"}); see whether it runs`;
}

/** The reason why the containerd store could not unpack an image; it has taken that, and named it, all the same. */
export function unpackError({ lines, error }: LoadReply): string | undefined {
	// moby daemon/containerd/image_exporter.go, LoadImage: an error on Engine 26.1, on 28.5 a line among the others.
	return (
		/^failed to unpack loaded image: (.*)$/s.exec(error ?? "")?.[1] ??
		lines.map((line) => /^Error unpacking image [^ ]+: (.*)$/s.exec(line)?.[1]).find((text) => text)
	);
}

/** Whether another process gave the name to an image in the very moment in which the containerd store was about to. */
export function nameWasTaken({ error }: LoadReply): boolean {
	// containerd client/import.go: it looks for the name, then creates it. Seen on 28.5 with two loads at once:
	// `AlreadyExists: image "docker.io/library/app:1": already exists`.
	return /\bimage "[^"]+": already exists/.test(error ?? "");
}
