import type { LoadReply } from "./engine.ts";

// One line an image, and an error: an engine that says more is not listened to any longer.
const mostBytes = 4 * 1024 * 1024;

/**
 * Reads the JSON lines that the engine answers an upload with. Its status is 200 whatever happens after the archive was
 * taken, and docker-modem's `followProgress` passes errors over, so every line is looked at.
 */
export async function readReply(stream: NodeJS.ReadableStream): Promise<LoadReply> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	try {
		for await (const chunk of stream) {
			const buffer = Buffer.from(chunk);
			bytes += buffer.length;
			if (bytes > mostBytes) break;
			chunks.push(buffer);
		}
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { lines: [], error: reason, broken: true };
	}
	const events = Buffer.concat(chunks).toString("utf8").split("\n").flatMap(parse);
	return {
		lines: events.flatMap(({ stream: text }) => (typeof text === "string" ? [text.trim()] : [])),
		error: events.map(errorIn).find((text) => text !== undefined),
		broken: false,
	};
}

type Event = {
	readonly stream?: unknown;
	readonly error?: unknown;
	readonly errorDetail?: unknown;
	/** What an answer other than 200 has instead. */
	readonly message?: unknown;
};

function parse(line: string): Event[] {
	try {
		const event: unknown = JSON.parse(line);
		return typeof event === "object" && event !== null ? [event] : [];
	} catch {
		// A blank line, or the torn last one of a connection that broke; verifying tells what it was worth.
		return [];
	}
}

function errorIn({ error, errorDetail, message: refusal }: Event): string | undefined {
	const detail =
		typeof errorDetail === "object" && errorDetail !== null && "message" in errorDetail
			? errorDetail.message
			: undefined;
	const message = [detail, error, refusal].find((each) => typeof each === "string" && each !== "");
	return typeof message === "string" ? message.replace(/\s+/g, " ").trim() : undefined;
}
