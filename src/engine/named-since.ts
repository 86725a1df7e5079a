import { type DockerodeClient, pathTo } from "./dockerode-client.ts";
import { asFields, asInfo, statusOf } from "./replies.ts";
import type { Naming } from "./upkeep.ts";
import { asDetails, tagsIn } from "./upkeep-replies.ts";

/** What `namedSince` of `Upkeep` promises, each name once; rejects if the engine doesn't answer. */
export async function namedSince(
	client: DockerodeClient,
	momentMs: number,
	withinMs: number,
): Promise<Naming[]> {
	const get = (path: string, query = {}) => client.call({ method: "GET", path, query, withinMs });
	// Until now by the engine's own clock: for a moment that it hasn't reached it would wait.
	const { timeMs } = asInfo(await get("/info"), undefined);
	const filters = { type: ["image"], event: ["load", "tag"] };
	const reply = await get("/events", { since: asMoment(momentMs), until: asMoment(timeMs + 1), filters });
	const latest = new Map(namingsIn(reply).map(({ name, atMs }) => [name, atMs]));
	const named = await Promise.all(
		[...latest].map(async ([name, atMs]) => {
			// The event of a load has the image's id for a name.
			const names = name.startsWith("sha256:") ? await namesOf(name, get) : tagsIn([name]);
			return names.map((each) => ({ name: each, atMs }));
		}),
	);
	const inOrder = named.flat().toSorted((one, other) => one.atMs - other.atMs);
	return [...new Map(inOrder.map((naming) => [naming.name, naming])).values()];
}

async function namesOf(id: string, get: (path: string) => Promise<unknown>): Promise<readonly string[]> {
	try {
		return asDetails(await get(pathTo`/images/${id}/json`)).tags;
	} catch (error) {
		if (statusOf(error) === 404) return [];
		throw error;
	}
}

// In seconds, with nine digits of a fraction.
function asMoment(ms: number): string {
	const whole = Math.max(0, Math.ceil(ms));
	return `${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, "0")}000000`;
}

function namingsIn(reply: unknown): Naming[] {
	// A line each, which is JSON only where there is one alone.
	const events = (typeof reply === "string" ? reply.split("\n").map(parsed) : [reply]).map(asFields);
	return events.flatMap(({ Actor, timeNano }) => {
		const { name } = asFields(asFields(Actor)["Attributes"]);
		return typeof name === "string" ? [{ name, atMs: Number(timeNano) / 1e6 }] : [];
	});
}

function parsed(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		// After the last line comes nothing.
		return undefined;
	}
}
